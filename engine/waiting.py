"""Contacts that wait in one queue: who is next, in O(log n). Pure.

A contact of lower priority number goes first, of two with the same the one that is older; what is
added to its age (QueueTimeAdjustment) counts as waited, for delays too. Specification section 3.3.
"""

from __future__ import annotations

from bisect import insort
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

DEFAULT_PRIORITY = 5

Entry = tuple[float, int, int, "Place"]


@dataclass(slots=True, eq=False)
class Place:
    """A contact's place; an offer keeps it. Times are monotonic seconds."""

    contact_id: str
    queue: str | None
    """None where it is meant for one agent only."""
    since: float
    number: int = 0
    """In order of arrival, over all queues."""
    priority: int = DEFAULT_PRIORITY
    added_seconds: float = 0.0
    """What it counts as older than it is."""
    ringing: str | None = None
    """The agent the contact is being offered to."""
    entry: Entry | None = None
    """In the line of its queue; None while it rings."""

    @property
    def counted_from(self) -> float:
        """When it came, for those who choose."""
        return self.since - self.added_seconds

    def has_waited(self, delay: float, now: float) -> bool:
        return self.counted_from + delay <= now

    @property
    def rank(self) -> tuple[int, float, int]:
        return self.priority, self.counted_from, self.number


class Line:
    """Those in a queue that ring nowhere. Entries of who has left stay until they come up."""

    def __init__(self) -> None:
        self._heaps: dict[int, list[Entry]] = {}
        self._priorities: list[int] = []
        self._serial = count()

    def put(self, place: Place) -> None:
        assert place.entry is None, f"contact {place.contact_id} stands in line already"
        if place.priority not in self._heaps:
            self._heaps[place.priority] = []
            insort(self._priorities, place.priority)
        place.entry = (place.counted_from, place.number, next(self._serial), place)
        heappush(self._heaps[place.priority], place.entry)

    def first(self, now: float, delay: float = 0.0) -> Place | None:
        """Who is next of those that have waited so long; they stay in line."""
        for priority in tuple(self._priorities):
            head = self._head(priority)
            if head is not None and head.has_waited(delay, now):
                return head
        return None

    def _head(self, priority: int) -> Place | None:
        heap = self._heaps[priority]
        while heap:
            place = heap[0][3]
            if place.entry is heap[0]:
                return place
            heappop(heap)
        del self._heaps[priority]
        self._priorities.remove(priority)
        return None
