"""What has become of the contacts of each queue today: handled, abandoned, and how fast. Pure.

Handled is a contact that an agent took out of the queue, abandoned one that ended there otherwise
than by its flow; one that went on to another queue, or outside, is neither. A day begins at
midnight, UTC, and the first one with the engine.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from engine.contact_record import ContactRecord, DisconnectReason

SERVICE_LEVELS = (15, 20, 25, 30, 45, 60, 90, 120, 180, 240, 300, 600)
"""Seconds: the X of SL X (specification item 68)."""


@dataclass(slots=True)
class Tally:
    handled: int = 0
    abandoned: int = 0
    answered_within: Counter[int] = field(default_factory=Counter)
    """Of those handled: how many an agent had after so many seconds at most."""


class QueueTally:
    def __init__(self, since: datetime) -> None:
        self.since = since
        self._queues: dict[str, Tally] = {}
        self._taken: dict[str, datetime | None] = {}
        """Of contacts that are not over: when they were taken out of a queue last."""

    def of(self, queue: str) -> Tally:
        return self._queues.get(queue) or Tally()

    def saved(self, record: ContactRecord, now: datetime) -> tuple[str, ...]:
        """A contact has become this: the queues whose figures changed."""
        changed = self._new_day(now)
        known, taken = record.contact_id in self._taken, self._taken.get(record.contact_id)
        if record.disconnect and not known:
            return changed  # it was over before
        new = record.dequeue is not None and record.dequeue != taken
        if new and record.queue and record.enqueue and record.dequeue and not moved_on(record):
            self._handle(record.queue, (record.dequeue - record.enqueue).total_seconds())
            changed = (*changed, record.queue)
        self._taken[record.contact_id] = record.dequeue
        if record.disconnect:
            del self._taken[record.contact_id]
            by_flow = record.disconnect_reason is DisconnectReason.CONTACT_FLOW_DISCONNECT
            if record.queue and record.enqueue and not record.dequeue and not by_flow:
                self._tally(record.queue).abandoned += 1
                changed = (*changed, record.queue)
        return changed

    def _handle(self, queue: str, seconds: float) -> None:
        tally = self._tally(queue)
        tally.handled += 1
        tally.answered_within.update(level for level in SERVICE_LEVELS if seconds <= level)

    def _tally(self, queue: str) -> Tally:
        return self._queues.setdefault(queue, Tally())

    def _new_day(self, now: datetime) -> tuple[str, ...]:
        midnight = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
        if midnight <= self.since:
            return ()
        self.since, former = midnight, self._queues
        self._queues = {}
        return tuple(former)


def moved_on(record: ContactRecord) -> bool:
    """Whether it left its queue otherwise than to an agent."""
    queued, connected = record.enqueue, record.connected_to_agent
    served = queued and connected and connected >= queued
    return not served and bool(record.next_contact_id or record.transferred_to)
