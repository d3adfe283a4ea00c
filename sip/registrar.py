"""Who can be reached where: RFC 3261 §10.3, for users whose digest has been checked already.

A binding remembers the flow its REGISTER came by: behind NAT, or on a connection, there is no other
way back to the phone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, inf
from typing import Final

from sip.arrival import Arrival
from sip.errors import PeerError
from sip.events import Event, Registered, Unregistered
from sip.flow import Flow
from sip.headers import NameAddr
from sip.message import Request
from sip.refusal import Refusal
from sip.timers import Timed, Timers
from sip.uri import Uri

MIN_EXPIRES: Final = 60  # seconds; less gets 423
MAX_BINDINGS: Final = 10  # of one user; the one refreshed longest ago makes room
MAX_CONTACTS: Final = 10  # in one REGISTER

_SECONDS = re.compile(r"[0-9]{1,10}")


class NotRegistered(LookupError):
    """The user has no binding to be called at."""


@dataclass(frozen=True, slots=True)
class Binding:
    """A Contact, and until when it holds on the clock of `now`."""

    uri: str
    flow: Flow
    behind_nat: bool
    call_id: str
    cseq: int
    expires_at: float


class Bindings(Timed):
    """Those of one user, the one refreshed last at the end."""

    __slots__ = ("_on_expiry", "held", "username")

    def __init__(self, username: str, on_expiry: Callable[[Bindings, float], None]) -> None:
        super().__init__()
        self.username, self._on_expiry = username, on_expiry
        self.held: list[Binding] = []

    @property
    def deadline(self) -> float:
        return min((binding.expires_at for binding in self.held), default=inf)

    def tick(self, now: float) -> None:
        self._on_expiry(self, now)


@dataclass(frozen=True, slots=True)
class Granted:
    """What a REGISTER came to: the values of Contact for its 200, and what to report after it."""

    contacts: list[str]
    events: list[Event]


class Registrar:
    """All bindings. `report` is told when the last of a user runs out."""

    def __init__(self, timers: Timers, report: Callable[[Event], None], max_expires: int) -> None:
        self._timers, self._report, self._max_expires = timers, report, max_expires
        self._users: dict[str, Bindings] = {}

    def newest(self, username: str) -> Binding:
        """Where to call a user. Raises NotRegistered."""
        if username not in self._users:
            raise NotRegistered(username)
        return self._users[username].held[-1]

    def is_registered(self, username: str) -> bool:
        return username in self._users

    def register(self, arrival: Arrival, username: str) -> Granted:
        """Do what a REGISTER asks, all or nothing.

        Raises PeerError before anything has changed (§10.3 steps 6 and 7).
        """
        user = self._users.get(username) or Bindings(username, self._expire)
        wishes = self._wishes(arrival.request, user)
        held = list(user.held)
        for uri, expires in wishes.items():
            known = next((binding for binding in held if _same(binding.uri, uri)), None)
            if known:
                _check_order(known, arrival)
                held.remove(known)
            if expires:
                held.append(_binding(uri, arrival, expires))
        user.held = held[-MAX_BINDINGS:]
        made = [Registered(username, uri, expires) for uri, expires in wishes.items() if expires]
        return Granted(
            [f"<{each.uri}>;expires={ceil(each.expires_at - arrival.now)}" for each in user.held],
            [*made, *self._settle(user)],
        )

    def _wishes(self, request: Request, user: Bindings) -> dict[str, int]:
        """Each Contact and its seconds, 0 to remove it; `*` names all there are."""
        contacts = request.headers.all("Contact")
        expires = request.headers.get("Expires")
        if "*" in contacts:
            if contacts != ["*"] or expires != "0":
                raise PeerError("Contact * needs Expires 0 and no other Contact")
            return {binding.uri: 0 for binding in user.held}
        if len(contacts) > MAX_CONTACTS:
            raise PeerError("Too many contacts")
        parsed = [NameAddr.parse(contact) for contact in contacts]
        for contact in parsed:
            Uri.parse(contact.uri)
        return {each.uri: self._seconds(each.params.get("expires", expires)) for each in parsed}

    def _seconds(self, text: str | None) -> int:
        """Raises Refusal 423; what cannot be read counts as not given, §10.2.1.1."""
        if text is None or not _SECONDS.fullmatch(text):
            return self._max_expires
        if 0 < int(text) < MIN_EXPIRES:
            raise Refusal(423, "", ("Min-Expires", str(MIN_EXPIRES)))
        return min(int(text), self._max_expires)

    def _expire(self, user: Bindings, now: float) -> None:
        user.held = [binding for binding in user.held if binding.expires_at > now]
        for event in self._settle(user):
            self._report(event)

    def _settle(self, user: Bindings) -> list[Unregistered]:
        """Keep a user that has bindings, drop one that lost the last."""
        if user.held:
            self._users[user.username] = user
            self._timers.watch(user)
        elif self._users.pop(user.username, None):
            self._timers.forget(user)
            return [Unregistered(user.username)]
        return []


def _same(one: str, two: str) -> bool:
    return one == two or Uri.parse(one).matches(Uri.parse(two))


def _binding(uri: str, arrival: Arrival, expires: int) -> Binding:
    return Binding(
        uri,
        arrival.flow,
        arrival.behind_nat,
        arrival.request.call_id,
        arrival.cseq,
        arrival.now + expires,
    )


def _check_order(known: Binding, arrival: Arrival) -> None:
    """Within one Call-ID a REGISTER must be younger than the one that made the binding."""
    if known.call_id == arrival.request.call_id and arrival.cseq <= known.cseq:
        raise PeerError("CSeq went backwards", status=500)
