"""What people mean to do, and when: a node on the wire that only keeps time."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from math import inf

from sip.actions import Action, Send
from sip.flow import Flow
from tests.rig.wire import Wire


class Agenda:
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._waiting: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()
        wire.attach(self, ("agenda", 0))

    def after(self, seconds: float, step: Callable[[], None]) -> None:
        heappush(self._waiting, (self._wire.now + seconds, next(self._order), step))

    def clear(self) -> None:
        self._waiting.clear()

    @property
    def deadline(self) -> float:
        return self._waiting[0][0] if self._waiting else inf

    def tick(self, now: float) -> list[Action]:
        while self._waiting and self._waiting[0][0] <= now:
            heappop(self._waiting)[2]()
        return []

    def receive(self, data: bytes, flow: Flow, now: float) -> list[Action]:
        raise AssertionError("nobody sends to the agenda")

    def undelivered(self, send: Send, now: float) -> list[Action]:
        raise AssertionError("the agenda sends nothing")
