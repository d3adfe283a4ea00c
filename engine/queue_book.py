"""The queues as flows speak of them: by name, id or ARN, or as an agent's own; hours and limits.

Pure: instants come in as arguments.
"""

from __future__ import annotations

from datetime import datetime

from engine.agents import OWN, own_queue
from engine.directory import Kind, Resource, Resources
from engine.directory.opening_hours import is_open
from engine.queue_numbers import numbers
from engine.queues import Floor


class QueueBook:
    """Everything is as the directory has it at the moment."""

    def __init__(self, resources: Resources, floor: Floor) -> None:
        self._resources, self._floor = resources, floor

    def find(self, queue: str, agent: str = "") -> str | None:
        """The queue as the floor has it, its id, or this agent's own; None where there is none."""
        own = queue.removeprefix(f"{self._resources.instance_arn}/queue/")
        if agent or own.startswith(OWN):
            user = self._named(Kind.USER, agent or own.removeprefix(OWN))
            mine = own_queue(user.name) if user else ""
            return mine if user and self._floor.has(mine) else None
        found = self._named(Kind.QUEUE, queue)
        return found.id if found and self._floor.has(found.id) else None

    def name(self, queue: str) -> str:
        """What callers may be told; of an agent's own it is what stands in its ARN."""
        found = self._resources.find(Kind.QUEUE, queue)
        return found.name if found else queue

    def takes_contacts(self, queue: str) -> bool:
        """False for one that was disabled or is gone; whoever waits there already, waits on."""
        found = self._resources.find(Kind.QUEUE, queue)
        enabled = found is None or found.facts["Status"] == "ENABLED"
        return enabled and self._floor.has(queue)

    def is_full(self, queue: str) -> bool:
        found = self._resources.find(Kind.QUEUE, queue)
        limit = found.facts.get("MaxContacts") if found else None
        return limit is not None and self._floor.contacts_in(queue) >= limit

    def is_open(self, hours: str, queue: str | None, instant: datetime) -> bool | None:
        """By these hours, or by those of the queue where none are named; None: there are none."""
        if not hours:
            of = self._resources.find(Kind.QUEUE, queue or "")
            hours = of.facts.get("HoursOfOperationId", "") if of else ""
        found = self._named(Kind.HOURS_OF_OPERATION, hours)
        return is_open(found.facts, instant) if found else None

    def numbers(self, queue: str, now: float) -> dict[str, int]:
        """By what stands after $.Metrics; `now` is monotonic seconds."""
        return numbers(self._floor, queue, now)

    def _named(self, kind: Kind, reference: str) -> Resource | None:
        """An id or ARN goes before a name."""
        return self._resources.find(kind, reference) or self._resources.named(kind, reference)
