"""What a phone tells: events with their instant, each handed out once to whoever waits."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class PhoneError(Exception):
    """A phone refused a command, could not start, or its process ended; the text says which."""


class PhoneTimeout(PhoneError):
    """The awaited event did not come; the text lists what came instead."""


@dataclass(frozen=True, slots=True)
class PhoneEvent:
    """One thing that happened to a phone.

    `at` is time.monotonic() in seconds: Linux has one such clock for all processes, so the events
    of two phones may be compared. `detail` depends on the kind; `disconnected` carries `status`.
    """

    kind: str
    at: float
    detail: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        detail = " ".join(f"{key}={value}" for key, value in self.detail.items())
        return f"{self.kind}({detail})" if detail else self.kind


class EventLog:
    """All events of one phone, in order. wait_for() gives the n-th caller the n-th of a kind."""

    def __init__(self, phone: str) -> None:
        self._phone = phone
        self._events: list[PhoneEvent] = []
        self._taken: Counter[str] = Counter()
        self._ended: str | None = None
        self._changed = asyncio.Event()

    def add(self, event: PhoneEvent) -> None:
        self._events.append(event)
        self._wake()

    def end(self, reason: str) -> None:
        """No event can come any more; whoever still waits gets PhoneError with this reason."""
        self._ended = self._ended or reason
        self._wake()

    def of_kind(self, kind: str) -> list[PhoneEvent]:
        """Every event of that kind so far, whether awaited or not."""
        return [event for event in self._events if event.kind == kind]

    async def wait_for(self, *kinds: str, within: float) -> PhoneEvent:
        """The earliest event of these kinds that no wait_for() returned before.

        Raises PhoneTimeout after `within` seconds, PhoneError when the phone is gone.
        """
        try:
            async with asyncio.timeout(within):
                while (event := self._take(kinds)) is None:
                    if self._ended is not None:
                        raise PhoneError(f"{self._phone}: {self._ended}; {self._story()}")
                    await self._changed.wait()
                return event
        except TimeoutError:
            wanted = " or ".join(kinds)
            message = f"{self._phone}: no {wanted} within {within:g} s; {self._story()}"
            raise PhoneTimeout(message) from None

    def _take(self, kinds: tuple[str, ...]) -> PhoneEvent | None:
        seen: Counter[str] = Counter()
        for event in self._events:
            seen[event.kind] += 1
            if event.kind in kinds and seen[event.kind] > self._taken[event.kind]:
                self._taken[event.kind] += 1
                return event
        return None

    def _story(self) -> str:
        return "events so far: " + (", ".join(map(str, self._events)) or "none")

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
