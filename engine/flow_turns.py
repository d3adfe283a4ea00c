"""Shares the loop between flows and everything else: however many contacts go on at once, their
flows take a little of each turn, and SIP and media have the rest."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

SHARE_SECONDS = 0.002
"""Of a turn of the loop; what is begun within it is finished."""


class FlowTurns:
    """Does what flows have to do at once while their share of this turn lasts; what is left over
    waits for the turns to come, first come first served."""

    def __init__(self, share_seconds: float = SHARE_SECONDS) -> None:
        self._loop = asyncio.get_running_loop()
        self._share_seconds = share_seconds
        self._waiting: deque[Callable[[], None]] = deque()
        self._used = 0.0
        self._next: asyncio.Handle | None = None

    def take(self, act: Callable[[], None]) -> None:
        """`act` handles its own failures."""
        if self._waiting or self._used >= self._share_seconds:
            self._waiting.append(act)
        else:
            self._do(act)
        self._next = self._next or self._loop.call_soon(self._turn)

    def _do(self, act: Callable[[], None]) -> None:
        began = time.perf_counter()
        act()
        self._used += time.perf_counter() - began

    def _turn(self) -> None:
        self._used, self._next = 0.0, None
        while self._waiting and self._used < self._share_seconds:
            self._do(self._waiting.popleft())
        if self._waiting:
            self._next = self._loop.call_soon(self._turn)
