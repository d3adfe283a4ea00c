"""Rows of the topic "queues": how many agents do what, what waits, what became of the rest. Pure.

Specification item 68.
"""

from __future__ import annotations

from collections.abc import Callable

from engine.directory import Kind, Resources
from engine.instants import instant
from engine.queue_numbers import Staffing, serving
from engine.queue_tally import SERVICE_LEVELS, QueueTally
from engine.queues import Floor
from engine.web.live.topic import Row, Viewer


class QueueRows:
    def __init__(
        self,
        floor: Floor,
        chats: Floor,
        resources: Resources,
        tally: QueueTally,
        scheduled: Callable[[str], int],
        moment: Callable[[float | None], str | None],
    ) -> None:
        """`scheduled` tells how many callbacks of a queue are not due yet; `moment` is UTC, by
        monotonic seconds."""
        self._floor, self._resources, self._tally = floor, resources, tally
        self._floors = (floor, chats)
        self._scheduled, self._moment = scheduled, moment

    def row(self, queue_id: str) -> Row | None:
        queue = self._resources.find(Kind.QUEUE, queue_id)
        if queue is None:
            return None
        agents, tally = Staffing(serving(self._floor, queue.id)), self._tally.of(queue.id)
        return {
            "key": queue.id,
            "queue_id": queue.id,
            "name": queue.name,
            "online": agents.online,
            "staffed": agents.staffed,
            "available": agents.available,
            "on_contact": agents.busy,
            "after_contact_work": agents.after_contact_work,
            "non_productive": agents.non_productive,
            "error": agents.missed,
            "in_queue": sum(each.contacts_in(queue.id) for each in self._floors),
            "oldest_since": self._moment(self._oldest(queue.id)),
            "scheduled": self._scheduled(queue.id),
            "handled": tally.handled,
            "abandoned": tally.abandoned,
            "answered_within": {
                str(level): tally.answered_within[level] for level in SERVICE_LEVELS
            },
            "counted_since": instant(self._tally.since),
        }

    def _oldest(self, queue: str) -> float | None:
        """Of calls and chats."""
        found = (each.oldest_since(queue) for each in self._floors)
        return min((since for since in found if since is not None), default=None)


def view(row: Row, viewer: Viewer) -> Row | None:
    """The row, if the viewer sees the queue."""
    return row if viewer.queues is None or row["key"] in viewer.queues else None
