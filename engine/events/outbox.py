"""Events on their way to one destination: in order, and off the path of the calls.

What is not taken is tried again, ever less often; what comes meanwhile waits, and beyond the limit
the oldest is lost. An event that the destination will never take is lost alone: those it came with
are sent again, in ever larger parts. At the stop what waits is tried once more.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

import structlog

Event = Mapping[str, Any]
Deliver = Callable[[Sequence[Event]], Awaitable[None]]
"""Raises Undelivered or Declined."""
EVENTS_AT_ONCE = 100
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 1.0, 60.0
log = structlog.get_logger("engine.events")


class Undelivered(Exception):
    """The destination did not take it; the text says why."""


class Declined(Undelivered):
    """Nor will it ever take it as it is."""


class Outbox:
    def __init__(
        self,
        name: str,
        deliver: Deliver,
        max_waiting: int,
        first_retry_seconds: float = FIRST_RETRY_SECONDS,
    ) -> None:
        self._name, self._deliver = name, deliver
        self._max_waiting, self._first_retry_seconds = max_waiting, first_retry_seconds
        self._waiting: deque[Event] = deque()
        self._at_once = EVENTS_AT_ONCE
        self._added = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._overflown = False
        self.lost = 0
        """Events, since the start."""

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"events to {self._name}")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        while self._waiting and await self._next():
            pass
        if self._waiting or self.lost:
            log.error("events lost", to=self._name, events=len(self._waiting) + self.lost)

    def add(self, event: Event) -> None:
        """Never waits."""
        if len(self._waiting) >= self._max_waiting:
            if not self._overflown:
                log.error("events are lost: too many wait", to=self._name)
            self._overflown = True
            self.lost += 1
            self._waiting.popleft()
        self._waiting.append(event)
        self._added.set()

    async def _run(self) -> None:
        pause = self._first_retry_seconds
        while True:
            await self._added.wait()
            self._added.clear()
            while self._waiting:
                if await self._next():
                    pause = self._first_retry_seconds
                else:
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LAST_RETRY_SECONDS)

    async def _next(self) -> bool:
        """Whether the next few are dealt with; otherwise they stay the first."""
        some = list(islice(self._waiting, self._at_once))
        try:
            await self._deliver(some)
        except Declined as error:
            return self._declined(some, error)
        except Undelivered as error:
            log.warning("events not delivered", to=self._name, error=str(error))
            return False
        self._at_once = min(2 * self._at_once, EVENTS_AT_ONCE)
        self._remove(some)
        return True

    def _declined(self, some: Sequence[Event], error: Declined) -> bool:
        """Of several any one may be the cause."""
        if len(some) == 1:
            log.error("event lost: it was declined", to=self._name, error=str(error))
            self.lost += 1
            self._remove(some)
        self._at_once = 1
        return True

    def _remove(self, some: Sequence[Event]) -> None:
        for event in some:
            if self._waiting and self._waiting[0] is event:  # it was not lost meanwhile
                self._waiting.popleft()
