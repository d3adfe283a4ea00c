"""Who of several nodes does what only one may do: a lease is held for a while, and then refreshed.

`Lease` is the interface; `LocalLease` is it where there is one node, in this process. A holder that
does not refresh in time has lost it, whether it knows or not: what is done under a lease has to be
done sooner than that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Protocol

Watcher = Callable[[str, str | None], None]
"""Told of a key, and who holds it from now on; None: nobody."""


class Lease(Protocol):
    async def create(self, key: str, holder: str, seconds: float) -> bool:
        """Hold the key for so long; False where somebody holds it, be it the same holder."""

    async def refresh(self, key: str, holder: str, seconds: float) -> bool:
        """Hold it for so long from now; False where the holder has lost it, or never had it."""

    def watch(self, watcher: Watcher) -> None:
        """From now on it is told of every key that changes hands."""


async def hold(lease: Lease, key: str, holder: str, seconds: float) -> bool:
    """Whether the holder has the key for so long from now, new or once more."""
    if await lease.refresh(key, holder, seconds):
        return True
    return await lease.create(key, holder, seconds)


@dataclass(slots=True)
class Held:
    holder: str
    until: float


class Holdings:
    """What is held, by key. Pure: times are monotonic seconds."""

    def __init__(self) -> None:
        self._held: dict[str, Held] = {}

    @property
    def deadline(self) -> float:
        """When the next one expires; inf when none does."""
        return min((one.until for one in self._held.values()), default=inf)

    def create(self, key: str, holder: str, seconds: float, now: float) -> bool:
        held = self._held.get(key)
        if held and now < held.until:
            return False
        self._held[key] = Held(holder, now + seconds)
        return True

    def refresh(self, key: str, holder: str, seconds: float, now: float) -> bool:
        held = self._held.get(key)
        if held is None or held.holder != holder or now >= held.until:
            return False
        held.until = now + seconds
        return True

    def tick(self, now: float) -> list[str]:
        """The keys that nobody holds any more."""
        over = [key for key, held in self._held.items() if now >= held.until]
        for key in over:
            del self._held[key]
        return over


class LocalLease:
    """Holdings on the engine's loop: watchers are told at once."""

    def __init__(self) -> None:
        self._holdings = Holdings()
        self._watchers: list[Watcher] = []
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    async def create(self, key: str, holder: str, seconds: float) -> bool:
        created = self._holdings.create(key, holder, seconds, self._loop.time())
        if created:
            self._tell(key, holder)
        self._arm()
        return created

    async def refresh(self, key: str, holder: str, seconds: float) -> bool:
        refreshed = self._holdings.refresh(key, holder, seconds, self._loop.time())
        self._arm()
        return refreshed

    def watch(self, watcher: Watcher) -> None:
        self._watchers.append(watcher)

    def close(self) -> None:
        """Nobody is told of anything any more."""
        if self._timer:
            self._timer.cancel()

    def _tell(self, key: str, holder: str | None) -> None:
        for watcher in self._watchers:
            watcher(key, holder)

    def _arm(self) -> None:
        self.close()
        due = self._holdings.deadline
        self._timer = self._loop.call_at(due, self._wake, due) if due < inf else None

    def _wake(self, due: float) -> None:
        for key in self._holdings.tick(max(due, self._loop.time())):
            self._tell(key, None)
        self._arm()
