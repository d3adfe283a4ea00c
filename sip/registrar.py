"""Who can be reached where: RFC 3261 §10.3, for users whose digest has been checked already.

A binding remembers the flow its REGISTER came by: behind NAT, or on a connection, there is no other
way back to the phone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from sip.arrival import Arrival
from sip.binding import Binding, Bindings
from sip.errors import PeerError
from sip.events import Event, Registered, Unregistered
from sip.flow import Flow
from sip.headers import NameAddr
from sip.timers import Timers
from sip.uri import Uri
from sip.wish import MIN_EXPIRES, Wish, path_in, wishes_in

MAX_BINDINGS: Final = 10  # of one user; the one refreshed longest ago makes room
JITTER: Final = 20  # one part in so many is taken off a long binding at random


OnHeld = Callable[[str, tuple[Binding, ...], float], None]


class NotRegistered(LookupError):
    """The user has no binding to be called at."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What a REGISTER came to: all bindings of the user now, and what to report after its 200.

    `outbound`: the phone is to keep the flow it came by alive.
    """

    bindings: tuple[Binding, ...]
    events: list[Event]
    outbound: bool


class Registrar:
    """All bindings. `report` is told when the last of a user runs out; `draw` is the dice.

    `on_held` is told all bindings of a user whenever they change.
    """

    def __init__(
        self,
        timers: Timers,
        report: Callable[[Event], None],
        max_expires: int,
        draw: Callable[[int], int],
        on_held: OnHeld = lambda username, held, now: None,
    ) -> None:
        self._timers, self._report, self._on_held = timers, report, on_held
        self._max_expires, self._draw = max_expires, draw
        self._users: dict[str, Bindings] = {}
        self._changed: set[str] = set()
        self._by_flow: dict[Flow, set[str]] = {}  # whose phones are at its other end

    def bindings(self, username: str, instance: str = "") -> tuple[Binding, ...]:
        """Where to call a user, or one device of his: by q, then the one refreshed last.

        Raises NotRegistered.
        """
        user = self._users.get(username)
        found = user.in_order() if user else ()
        wanted = tuple(each for each in found if not instance or each.instance == instance)
        if not wanted:
            raise NotRegistered(username)
        return wanted

    def is_registered(self, username: str) -> bool:
        return username in self._users

    def connections(self) -> set[int]:
        """The numbers of those that a binding leads back by."""
        flows = (binding.flow for user in self._users.values() for binding in user.held)
        return {flow.connection for flow in flows if flow.connection is not None}

    def has_phone_at(self, flow: Flow) -> bool:
        """Whether a phone of ours registered from there itself, not by way of a proxy."""
        return flow in self._by_flow

    def closed(self, flow: Flow, now: float) -> None:
        """A connection is closed: whom nothing else leads to is registered no longer."""
        for username in sorted(self._by_flow.get(flow, ())):
            user = self._users[username]
            self._hold(user, [b for b in user.held if b.flow != flow or not b.is_stranded], now)
            self._report_all(self._settle(user))

    def gone(self, username: str, uri: str, flow: Flow, now: float) -> None:
        """A phone does not answer: nobody is called there any more."""
        if user := self._users.get(username):
            self._hold(user, [b for b in user.held if (b.uri, b.flow) != (uri, flow)], now)
            self._report_all(self._settle(user))

    def register(self, arrival: Arrival, username: str) -> Granted:
        """Do what a REGISTER asks, all or nothing.

        Raises PeerError before anything has changed (§10.3 steps 6 and 7).
        """
        user = self._users.get(username) or Bindings(username, self._expire)
        wishes, path = wishes_in(arrival.request), path_in(arrival.request)
        touched = [each for each in user.held if _is_touched(each, wishes)]
        for binding in touched:
            _check_order(binding, arrival)
        made = [self._bound(wish, arrival, path) for wish in wishes or () if wish.seconds != 0]
        kept = [each for each in user.held if each not in touched]
        if touched or made:
            self._hold(user, (kept + made)[-MAX_BINDINGS:], arrival.now)
        events = [Registered(username, each.uri, _seconds(each, arrival.now)) for each in made]
        outbound = any(each.reg_id for each in made)
        return Granted(user.held, [*events, *self._settle(user)], outbound)

    def restore(self, username: str, bindings: Iterable[Binding], now: float) -> None:
        """Bindings of before a restart, of a user who has not come back by himself."""
        user = Bindings(username, self._expire)
        self._hold(user, list(bindings)[-MAX_BINDINGS:], now)
        self._changed.discard(username)  # that is where they came from
        for each in user.held:
            self._report(Registered(username, each.uri, _seconds(each, now)))
        self._settle(user)

    def changed(self) -> dict[str, tuple[Binding, ...]]:
        """Whose bindings have changed since this was asked last, and what they are."""
        names, self._changed = self._changed, set()
        return {name: self._users[name].held if name in self._users else () for name in names}

    def _bound(self, wish: Wish, arrival: Arrival, path: tuple[str, ...]) -> Binding:
        outbound = _is_outbound(wish, arrival, path)
        nat = not path and (arrival.behind_nat or _is_inside(wish.uri, arrival.flow))
        return Binding(
            wish.uri,
            arrival.flow,
            nat or (outbound and not path),
            arrival.request.call_id,
            arrival.cseq,
            arrival.now + self._granted(wish.seconds),
            wish.q,
            path,
            wish.instance,
            wish.reg_id if outbound else 0,
        )

    def _granted(self, seconds: int | None) -> int:
        """Somewhat less than a long time, or all who register after an outage come back at once."""
        granted = min(self._max_expires if seconds is None else seconds, self._max_expires)
        return max(granted - self._draw(granted // JITTER + 1), min(granted, MIN_EXPIRES))

    def _expire(self, user: Bindings, now: float) -> None:
        self._hold(user, [binding for binding in user.held if binding.expires_at > now], now)
        self._report_all(self._settle(user))

    def _hold(self, user: Bindings, held: list[Binding], now: float) -> None:
        """From now on these are all bindings of a user."""
        for flow in {each.flow for each in user.held if not each.path}:
            self._by_flow[flow].discard(user.username)
            if not self._by_flow[flow]:
                del self._by_flow[flow]
        user.held = tuple(held)
        for flow in {each.flow for each in held if not each.path}:
            self._by_flow.setdefault(flow, set()).add(user.username)
        self._changed.add(user.username)
        self._on_held(user.username, user.held, now)

    def _report_all(self, events: Iterable[Event]) -> None:
        for event in events:
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


def _is_touched(binding: Binding, wishes: list[Wish] | None) -> bool:
    return wishes is None or any(wish.is_about(binding) for wish in wishes)


def _is_outbound(wish: Wish, arrival: Arrival, path: tuple[str, ...]) -> bool:
    """Whether the phone keeps its flow to us, or to its edge proxy, alive: RFC 5626 §6."""
    if not wish.reg_id or "outbound" not in arrival.request.headers.all("Supported"):
        return False
    direct = len(arrival.request.headers.all("Via")) == 1
    return direct if not path else "ob" in Uri.parse(NameAddr.parse(path[-1]).uri).params


def _is_inside(uri: str, flow: Flow) -> bool:
    """Whether a Contact has an address of a private network that its REGISTER came out of."""
    try:
        return ip_address(Uri.parse(uri).host).is_private and not ip_address(flow.host).is_private
    except ValueError:
        return False  # a name


def _seconds(binding: Binding, now: float) -> int:
    return round(binding.expires_at - now)


def _check_order(known: Binding, arrival: Arrival) -> None:
    """Within one Call-ID a REGISTER must be younger than the one that made the binding."""
    if known.call_id == arrival.request.call_id and arrival.cseq <= known.cseq:
        raise PeerError("Out of order", status=500)
