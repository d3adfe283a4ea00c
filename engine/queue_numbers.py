"""How many agents do what and how many contacts wait, just now: for flows and for the API. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from engine.agents import Presence
from engine.queues import Floor

BUSY = frozenset({Presence.RINGING, Presence.ON_CONTACT, Presence.LEAVING})


class Staffing:
    """Agents counted by presence. Specification item 68."""

    def __init__(self, present: Counter[Presence]) -> None:
        self.available, self.missed = present[Presence.AVAILABLE], present[Presence.MISSED]
        self.busy = sum(present[each] for each in BUSY)
        self.after_contact_work = present[Presence.AFTER_CONTACT_WORK]
        self.non_productive = present[Presence.BREAK]
        self.staffed = self.available + self.busy + self.after_contact_work
        self.online = self.staffed + self.missed + self.non_productive


def serving(floor: Floor, queue: str) -> Counter[Presence]:
    """The agents who serve the queue."""
    if owner := floor.owner(queue):
        return Counter([owner.presence])
    return sum((group.present for group in floor.groups.serving(queue)), Counter())


def numbers(floor: Floor, queue: str, now: float) -> dict[str, int]:
    """By what stands after $.Metrics; ages are whole seconds."""
    agents = Staffing(serving(floor, queue))
    return {
        "Queue.Size": floor.contacts_in(queue),
        "Queue.OldestContactAge": int(floor.oldest_in(queue, now)),
        "Agents.Online.Count": agents.online,
        "Agents.Available.Count": agents.available,
        "Agents.Staffed.Count": agents.staffed,
        "Agents.AfterContactWork.Count": agents.after_contact_work,
        "Agents.Busy.Count": agents.busy,
        "Agents.Missed.Count": agents.missed,
        "Agents.NonProductive.Count": agents.non_productive,
    }


METRICS: Mapping[str, str] = {
    "NumberOfAgentsAvailable": "Agents.Available.Count",
    "NumberOfAgentsStaffed": "Agents.Staffed.Count",
    "NumberOfAgentsOnline": "Agents.Online.Count",
    "OldestContactInQueueAgeSeconds": "Queue.OldestContactAge",
    "NumberOfContactsInQueue": "Queue.Size",
}
"""What CheckMetricData calls some of them."""
