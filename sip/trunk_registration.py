"""We register at a trunk, RFC 3261 §10.2: when, for how long, and what follows a failure.

    IDLE -> REGISTERING -> REGISTERED <-> REFRESHING
                 ^  |                        |
                 |  v                        v
                WAITING <--------------------+        a stop leads to LEAVING, REMOVING, STOPPED

Waits between failures double and are drawn at random, so that the clients of a registrar that comes
back do not all come at once (RFC 5626 §4.5).
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from enum import Enum
from typing import Final

from sip.errors import PeerError
from sip.events import Cause, Event, TrunkRegistered, TrunkUnregistered
from sip.headers import NameAddr
from sip.message import Response
from sip.outside import Heard, Series, Unlocated, reason
from sip.timers import Timed
from sip.transaction import Machine, Rules
from sip.transaction_layer import TransactionLayer
from sip.trunk_address import TrunkAddress
from sip.uri import Uri

FIRST_WAIT: Final = 30.0  # seconds after a first failure, RFC 5626 §4.5
LONGEST_WAIT: Final = 1800.0
EARLIER: Final = 60.0  # seconds before its end a registration is refreshed, or half of its life
SHORTEST_REST: Final = 5.0  # seconds between refreshes, however short the registrar is with us
LONGEST: Final = 86400  # seconds; a registrar that wants more than this is not followed
MAX_CORRECTIONS: Final = 3  # 423 in a row

State = Enum("State", "IDLE REGISTERING REGISTERED REFRESHING WAITING LEAVING REMOVING STOPPED")
Input = Enum("Input", "START ACCEPTED TOO_BRIEF FAILED EXPIRED STOP")
Do = Enum("Do", "REGISTER REMOVE REST BACK_OFF TELL_REGISTERED TELL_UNREGISTERED")

S, On = State, Input

TABLE: dict[tuple[State, Input], tuple[State, tuple[Do, ...]]] = {
    (S.IDLE, On.START): (S.REGISTERING, (Do.REGISTER,)),
    (S.REGISTERING, On.ACCEPTED): (S.REGISTERED, (Do.TELL_REGISTERED, Do.REST)),
    (S.REGISTERING, On.TOO_BRIEF): (S.REGISTERING, (Do.REGISTER,)),
    (S.REGISTERING, On.FAILED): (S.WAITING, (Do.TELL_UNREGISTERED, Do.BACK_OFF)),
    (S.REGISTERED, On.EXPIRED): (S.REFRESHING, (Do.REGISTER,)),
    (S.REFRESHING, On.ACCEPTED): (S.REGISTERED, (Do.REST,)),
    (S.REFRESHING, On.TOO_BRIEF): (S.REFRESHING, (Do.REGISTER,)),
    (S.REFRESHING, On.FAILED): (S.WAITING, (Do.TELL_UNREGISTERED, Do.BACK_OFF)),
    (S.WAITING, On.EXPIRED): (S.REGISTERING, (Do.REGISTER,)),
    # The next REGISTER has to wait for the final response to the last one, §10.2
    (S.IDLE, On.STOP): (S.STOPPED, ()),
    (S.WAITING, On.STOP): (S.STOPPED, ()),
    (S.REGISTERED, On.STOP): (S.REMOVING, (Do.REMOVE,)),
    (S.REGISTERING, On.STOP): (S.LEAVING, ()),
    (S.REFRESHING, On.STOP): (S.LEAVING, ()),
    (S.LEAVING, On.ACCEPTED): (S.REMOVING, (Do.REMOVE,)),
    (S.LEAVING, On.TOO_BRIEF): (S.REMOVING, (Do.REMOVE,)),
    (S.LEAVING, On.FAILED): (S.STOPPED, (Do.TELL_UNREGISTERED,)),
    (S.REMOVING, On.ACCEPTED): (S.STOPPED, (Do.TELL_UNREGISTERED,)),
    (S.REMOVING, On.TOO_BRIEF): (S.STOPPED, (Do.TELL_UNREGISTERED,)),
    (S.REMOVING, On.FAILED): (S.STOPPED, (Do.TELL_UNREGISTERED,)),
}

RULES = Rules(table=TABLE, start=(S.IDLE,), final=S.STOPPED, lifetime={}, expired=On.EXPIRED)


class TrunkRegistration(Timed):
    """One registration, refreshed until it is stopped. `seconds` is what we ask for."""

    __slots__ = (
        *("_address", "_corrections", "_failures", "_granted", "_heard", "_layer", "_machine"),
        *("_name", "_report", "_seconds", "_series"),
    )

    def __init__(
        self,
        layer: TransactionLayer,
        name: str,
        address: TrunkAddress,
        seconds: int,
        report: Callable[[Event], None],
    ) -> None:
        super().__init__()
        self._layer, self._name, self._address = layer, name, address
        self._seconds, self._report = seconds, report
        ours = address.party(address.username)
        self._series = Series(layer, ours, ours, address.logins)
        self._machine = Machine(RULES, State.IDLE, 0.0, reliable=False)
        self._failures = self._corrections = 0  # in a row
        self._granted = 0.0  # seconds the registrar gave us last
        self._heard: Heard = Cause.LOCAL  # what came of the last REGISTER

    @property
    def deadline(self) -> float:
        return self._machine.deadline

    @property
    def is_registered(self) -> bool:
        return self._machine.state in (State.REGISTERED, State.REFRESHING)

    @property
    def over(self) -> bool:
        return self._machine.over

    def start(self, now: float) -> None:
        self._take(Input.START, now)

    def stop(self, now: float) -> None:
        """Take the registration back; `over` once that is done, or cannot be."""
        self._take(Input.STOP, now)

    def tick(self, now: float) -> None:
        self._perform(self._machine.tick(now), now)

    def _take(self, event: Input, now: float) -> None:
        self._perform(self._machine.step(event, now), now)

    def _perform(self, todo: tuple[Do, ...], now: float) -> None:
        for do in todo:
            match do:
                case Do.REGISTER:
                    self._send(self._seconds, now)
                case Do.REMOVE:
                    self._send(0, now)
                case Do.REST:
                    self._machine.expire_at(now + self._rest())
                case Do.BACK_OFF:
                    self._machine.expire_at(now + self._back_off())
                case Do.TELL_REGISTERED:
                    self._report(TrunkRegistered(self._name, int(self._granted)))
                case Do.TELL_UNREGISTERED:
                    self._report(TrunkUnregistered(self._name, *reason(self._heard)))
        if self.over:
            self._layer.timers.forget(self)
        else:
            self._layer.timers.watch(self)

    def _send(self, seconds: int, now: float) -> None:
        try:
            hops = self._address.hops()
        except Unlocated:
            self._on_heard(Cause.TRANSPORT, now)
            return
        fields = (*self._address.contact(self._layer.here), ("Expires", str(seconds)))
        uri, routes = self._address.uri(), self._address.routes
        self._series.send("REGISTER", uri, hops, self._on_heard, now, routes=routes, fields=fields)

    def _on_heard(self, heard: Heard, now: float) -> None:
        self._heard = heard
        event = self._input_of(heard)
        self._corrections = self._corrections + 1 if event is Input.TOO_BRIEF else 0
        self._failures = self._failures + 1 if event is Input.FAILED else 0
        self._take(event, now)

    def _input_of(self, heard: Heard) -> Input:
        if isinstance(heard, Cause) or heard.status >= 300:
            return Input.TOO_BRIEF if self._is_corrected_by(heard) else Input.FAILED
        self._granted = _granted(heard, self._address.username) or float(self._seconds)
        return Input.ACCEPTED

    def _is_corrected_by(self, heard: Heard) -> bool:
        """A 423 says how long we must register at least, §10.2.8."""
        if isinstance(heard, Cause) or heard.status != 423 or self._corrections >= MAX_CORRECTIONS:
            return False
        least = _number(heard.headers.get("Min-Expires"))
        if least is None or not self._seconds < least <= LONGEST:
            return False
        self._seconds = least
        return True

    def _rest(self) -> float:
        """Seconds until the next refresh."""
        spread = self._layer.draw(100) / 1000 * self._granted  # up to a tenth earlier
        return max(self._granted / 2, self._granted - EARLIER - spread, SHORTEST_REST)

    def _back_off(self) -> float:
        """Half of the wait is sure, half is drawn; a registrar that says when is obeyed."""
        longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(self._failures - 1, 10))
        wait = longest * (1 + self._layer.draw(1000) / 1000) / 2
        asked = None if isinstance(self._heard, Cause) else self._heard.headers.get("Retry-After")
        return min(max(wait, _number(asked) or 0), LONGEST_WAIT)


def _granted(response: Response, username: str | None) -> float | None:
    """How long a 200 keeps our Contact; None when it does not say."""
    for contact in response.headers.all("Contact"):
        with suppress(PeerError):
            read = NameAddr.parse(contact)
            found = _number(read.params.get("expires"))
            if found and Uri.parse(read.uri).user == username:
                return float(found)
    return _number(response.headers.get("Expires"))


def _number(text: str | None) -> int | None:
    """The digits a value begins with: Retry-After may go on with a comment."""
    digits = (text or "").strip().partition(";")[0].partition("(")[0].strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else None
