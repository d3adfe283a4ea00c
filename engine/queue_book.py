"""The queues as flows speak of them: by name or ARN, or as an agent's own; their hours and limits.

Pure: instants come in as arguments.
"""

from __future__ import annotations

from datetime import datetime

from config import Settings
from engine.agents import own_queue
from engine.queue_numbers import numbers
from engine.queues import Floor


class QueueBook:
    def __init__(self, settings: Settings, floor: Floor) -> None:
        self._floor, self._instance = floor, settings.web.instance_arn
        self._limits = {queue.name: queue.max_contacts for queue in settings.queues}
        self._hours = {hours.name: hours for hours in settings.hours}
        self._hours_of = {queue.name: queue.hours for queue in settings.queues}

    def find(self, queue: str, agent: str = "") -> str | None:
        """The name of the queue, or of this agent's own; None where there is none."""
        if agent:
            username = self._name(agent, "agent")
            return own_queue(username) if username in self._floor.agents else None
        name = self._name(queue, "queue")
        return name if self._floor.has(name) else None

    def is_full(self, queue: str) -> bool:
        limit = self._limits.get(queue)
        return limit is not None and self._floor.contacts_in(queue) >= limit

    def is_open(self, hours: str, queue: str | None, instant: datetime) -> bool | None:
        """By these hours, or by those of the queue where none are named; None: there are none."""
        named = self._name(hours, "operating-hours") or self._hours_of.get(queue or "")
        found = self._hours.get(named or "")
        return None if found is None else found.open_at(instant)

    def numbers(self, queue: str, now: float) -> dict[str, int]:
        """By what stands after $.Metrics; `now` is monotonic seconds."""
        return numbers(self._floor, queue, now)

    def _name(self, reference: str, kind: str) -> str:
        """Of what is named itself, or by an ARN of this instance that ends in its name."""
        return reference.removeprefix(f"{self._instance}/{kind}/")
