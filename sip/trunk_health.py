"""Whether a trunk is there: OPTIONS (RFC 3261 §11) at intervals, and a change that lasts counts.

    UP <-> SHAKY -> DOWN <-> RECOVERING -> UP

One lost answer takes nothing down, and one that comes through brings nothing up: the next try,
which then comes sooner, has to agree. A trunk that was never asked counts as up.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from math import inf
from typing import Final

from sip.events import Cause, Event, TrunkDown, TrunkUp
from sip.outside import Heard, Series, Unlocated, reason
from sip.timers import Timed
from sip.transaction_layer import TransactionLayer
from sip.trunk_address import TrunkAddress

SOON: Final = 5.0  # seconds until a change is confirmed
OUT_OF_SERVICE: Final = (408, 503, 504)
"""Answers that say that no call would get through; any other one is a sign of life."""

State = Enum("State", "UP SHAKY DOWN RECOVERING STOPPED")
Input = Enum("Input", "ANSWERED LOST")
Do = Enum("Do", "TELL_UP TELL_DOWN")

TABLE: dict[tuple[State, Input], tuple[State, tuple[Do, ...]]] = {
    (State.UP, Input.ANSWERED): (State.UP, ()),
    (State.UP, Input.LOST): (State.SHAKY, ()),
    (State.SHAKY, Input.ANSWERED): (State.UP, ()),
    (State.SHAKY, Input.LOST): (State.DOWN, (Do.TELL_DOWN,)),
    (State.DOWN, Input.ANSWERED): (State.RECOVERING, ()),
    (State.DOWN, Input.LOST): (State.DOWN, ()),
    (State.RECOVERING, Input.ANSWERED): (State.UP, (Do.TELL_UP,)),
    (State.RECOVERING, Input.LOST): (State.DOWN, ()),
}  # whatever is heard after the stop is not here
IN_DOUBT: Final = (State.SHAKY, State.RECOVERING)


class TrunkHealth(Timed):
    """Asks every `interval` seconds and waits `patience` seconds for an answer."""

    __slots__ = (
        *("_address", "_due", "_interval", "_layer", "_name", "_patience", "_report", "_series"),
        "_state",
    )

    def __init__(
        self,
        layer: TransactionLayer,
        name: str,
        address: TrunkAddress,
        interval: float,
        patience: float,
        report: Callable[[Event], None],
    ) -> None:
        super().__init__()
        self._layer, self._name, self._address = layer, name, address
        self._interval, self._patience, self._report = interval, patience, report
        us, them = address.party(address.username or "ping"), address.party(None)
        self._series = Series(layer, us, them, address.logins)
        self._state, self._due = State.UP, inf

    @property
    def deadline(self) -> float:
        return self._due

    @property
    def is_up(self) -> bool:
        return self._state in (State.UP, State.SHAKY)

    def start(self, now: float) -> None:
        """Ask at once."""
        self._due = now
        self._layer.timers.watch(self)

    def stop(self) -> None:
        self._state, self._due = State.STOPPED, inf
        self._layer.timers.forget(self)

    def tick(self, now: float) -> None:
        self._due = inf  # while an answer is awaited
        try:
            hops = self._address.hops()
        except Unlocated:
            self._on_heard(Cause.TRANSPORT, now)
            return
        fields = (*self._address.contact(self._layer.here), ("Accept", "application/sdp"))
        self._series.send(
            "OPTIONS",
            self._address.uri(),
            hops,
            self._on_heard,
            now,
            routes=self._address.routes,
            fields=fields,
            patience=self._patience,
        )

    def _on_heard(self, heard: Heard, now: float) -> None:
        lost = isinstance(heard, Cause) or heard.status in OUT_OF_SERVICE
        found = TABLE.get((self._state, Input.LOST if lost else Input.ANSWERED))
        if found is None:
            return
        self._state, todo = found
        for do in todo:
            up = do is Do.TELL_UP
            self._report(TrunkUp(self._name) if up else TrunkDown(self._name, *reason(heard)))
        spread = self._layer.draw(100) / 1000  # up to a tenth sooner, so that trunks drift apart
        self._due = now + (SOON if self._state in IN_DOUBT else self._interval * (1 - spread))
        self._layer.timers.watch(self)
