"""Phones behind NAT are asked by OPTIONS whether they are there: their way back stays open by that.

A router forgets a flow that is silent for half a minute (RFC 4787 §4.3 allows it two). A phone that
does not answer twice in a row cannot be called any more: its binding is dropped, so that a contact
is not offered to nobody. Whatever it answers is a sign of life.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from math import inf
from typing import Final

from sip.binding import Binding
from sip.events import Cause
from sip.flow import Flow
from sip.headers import NameAddr
from sip.outside import Heard, Series
from sip.timers import Timed
from sip.transaction_layer import TransactionLayer

PATIENCE: Final = 8.0  # seconds an answer may take
SOON: Final = 2.0  # seconds until a phone that did not answer is asked once more

State = Enum("State", "REACHED DOUBTED GONE")
Input = Enum("Input", "ANSWERED LOST")

TABLE: dict[tuple[State, Input], State] = {
    (State.REACHED, Input.ANSWERED): State.REACHED,
    (State.REACHED, Input.LOST): State.DOUBTED,
    (State.DOUBTED, Input.ANSWERED): State.REACHED,
    (State.DOUBTED, Input.LOST): State.GONE,
}  # what is heard of one that is gone is not here

Way = tuple[str, str, Flow]
"""User, Contact and flow: what makes a binding another one."""
OnGone = Callable[[Way, float], None]


class PhoneWatch(Timed):
    """One binding, asked every `interval` seconds."""

    __slots__ = ("_due", "_interval", "_layer", "_on_gone", "_series", "_state", "_way")

    def __init__(self, layer: TransactionLayer, way: Way, interval: float, on_gone: OnGone) -> None:
        super().__init__()
        self._layer, self._way, self._interval, self._on_gone = layer, way, interval, on_gone
        username, _, flow = way
        authority = layer.here.authority(flow)
        us, them = NameAddr("", f"sip:{authority}"), NameAddr("", f"sip:{username}@{authority}")
        self._series = Series(layer, us, them)
        self._state, self._due = State.REACHED, inf

    @property
    def deadline(self) -> float:
        return self._due

    def start(self, now: float) -> None:
        self._rest(self._interval, now)

    def stop(self) -> None:
        self._state, self._due = State.GONE, inf
        self._layer.timers.forget(self)

    def tick(self, now: float) -> None:
        self._due = inf  # while an answer is awaited
        _, uri, flow = self._way
        fields = (("Contact", self._layer.here.contact(flow)), ("Accept", "application/sdp"))
        self._series.send(
            "OPTIONS", uri, (flow,), self._on_heard, now, fields=fields, patience=PATIENCE
        )

    def _on_heard(self, heard: Heard, now: float) -> None:
        event = Input.LOST if isinstance(heard, Cause) else Input.ANSWERED
        state = TABLE.get((self._state, event))
        if state is None:
            return
        self._state = state
        if state is State.GONE:
            self._on_gone(self._way, now)
        else:
            self._rest(SOON if state is State.DOUBTED else self._interval, now)

    def _rest(self, seconds: float, now: float) -> None:
        """Up to a tenth sooner, or phones that came together would be asked together for ever."""
        self._due = now + seconds * (1 - self._layer.draw(100) / 1000)
        self._layer.timers.watch(self)


class PhoneWatches:
    """All phones that need it. An `interval` of 0 asks nobody."""

    def __init__(self, layer: TransactionLayer, interval: float, on_gone: OnGone) -> None:
        self._layer, self._interval, self._on_gone = layer, interval, on_gone
        self._by_user: dict[str, dict[Way, PhoneWatch]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._by_user.values()))

    def held(self, username: str, bindings: Iterable[Binding], now: float) -> None:
        """From now on these are all bindings of a user."""
        wanted = {(username, each.uri, each.flow) for each in bindings if self._needs(each)}
        before = self._by_user.pop(username, {})
        for way in before.keys() - wanted:
            before[way].stop()
        kept = {way: before.get(way) or self._begin(way, now) for way in wanted}
        if kept:
            self._by_user[username] = kept

    def _needs(self, binding: Binding) -> bool:
        """On a connection, the connection tells; by way of proxies, they have to see to it."""
        silent = not binding.flow.reliable and not binding.path
        return self._interval > 0 and binding.behind_nat and silent

    def _begin(self, way: Way, now: float) -> PhoneWatch:
        watch = PhoneWatch(self._layer, way, self._interval, self._on_gone)
        watch.start(now)
        return watch
