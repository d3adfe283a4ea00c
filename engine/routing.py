"""Drives the floor: its timer, and the offers that follow from every change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from math import inf

from engine.agents import Agent, Status
from engine.queues import Floor, Offer


class Router:
    """The floor on the engine's loop; `on_offer` is called after the change that caused it, and
    `on_worked` when after-contact work is over."""

    def __init__(
        self,
        floor: Floor,
        on_offer: Callable[[Offer], None],
        on_worked: Callable[[str, datetime, datetime], None] = lambda *_: None,
    ) -> None:
        self.floor = floor
        self._on_offer, self._on_worked = on_offer, on_worked
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def close(self) -> None:
        if self._timer:
            self._timer.cancel()

    def join(self, contact_id: str, queue: str) -> None:
        self.settle(self.floor.join(contact_id, queue, self._loop.time()))

    def miss(self, contact_id: str) -> None:
        self.settle(self.floor.miss(contact_id, self._loop.time()))

    def take(self, contact_id: str) -> None:
        self.floor.take(contact_id, self._loop.time())

    def leave(self, contact_id: str) -> None:
        self.settle(self.floor.leave(contact_id, self._loop.time()))

    def step_aside(self, contact_id: str) -> None:
        self.settle(self.floor.step_aside(contact_id, self._loop.time()))

    def step_back(self, contact_id: str) -> None:
        self.settle(self.floor.step_back(contact_id, self._loop.time()))

    def call(self, contact_id: str, username: str) -> bool:
        """Ring this agent only, who then takes, misses or is left; False: not available."""
        return self.floor.call(contact_id, username, self._loop.time())

    def decline(self, contact_id: str) -> None:
        self.settle(self.floor.decline(contact_id, self._loop.time()))

    def prefer(self, contact_id: str, *, priority: int | None, added_seconds: float | None) -> None:
        """Another priority or age of a contact that waits."""
        now = self._loop.time()
        offers = self.floor.prefer(contact_id, now, priority=priority, added_seconds=added_seconds)
        self.settle(offers)

    def hire(self, new: Agent) -> None:
        self.settle(self.floor.hire(new, self._loop.time()))

    def dismiss(self, username: str) -> None:
        self.floor.dismiss(username)

    def choose(self, username: str, status: Status) -> None:
        self.settle(self.floor.choose(username, status, self._loop.time()))

    def clear(self, username: str) -> None:
        self.settle(self.floor.clear(username, self._loop.time()))

    def engage(self, username: str) -> None:
        if username in self.floor.agents:
            self.floor.engage(username, self._loop.time())
            self.settle([])

    def release(self, username: str, contact_id: str | None = None) -> None:
        """After the contact there may be work for the agent; without one there is none."""
        if username in self.floor.agents:
            self.settle(self.floor.release(username, self._loop.time(), contact_id))

    def register(self, username: str) -> None:
        if username in self.floor.agents:
            self.settle(self.floor.register(username, self._loop.time()))

    def unregister(self, username: str) -> None:
        if username in self.floor.agents:
            self.floor.unregister(username, self._loop.time())
            self.settle([])

    def settle(self, offers: list[Offer]) -> None:
        """The floor has changed, and these offers follow from it."""
        for offer in offers:
            self._loop.call_soon(self._on_offer, offer)
        worked, self.floor.worked = self.floor.worked, []
        for one in worked:
            self._on_worked(one.contact_id, self._moment(one.start), self._moment(one.end))
        self.close()
        due = self.floor.deadline
        self._timer = self._loop.call_at(due, self._wake, due) if due < inf else None

    def _moment(self, at: float) -> datetime:
        return datetime.now(UTC) - timedelta(seconds=self._loop.time() - at)

    def _wake(self, due: float) -> None:
        self.settle(self.floor.tick(max(due, self._loop.time())))
