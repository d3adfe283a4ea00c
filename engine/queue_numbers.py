"""What flows may know of a queue and of its agents just now. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from engine.agents import Presence
from engine.queues import Floor

BUSY = frozenset({Presence.RINGING, Presence.ON_CONTACT, Presence.LEAVING})


def present(floor: Floor, queue: str) -> Counter[Presence]:
    """How many agents who serve the queue do what."""
    if owner := floor.owner(queue):
        return Counter([owner.presence])
    return sum((group.present for group in floor.groups.serving(queue)), Counter())


def numbers(floor: Floor, queue: str, now: float) -> dict[str, int]:
    """By what stands after $.Metrics; ages are whole seconds."""
    agents = present(floor, queue)
    available, missed = agents[Presence.AVAILABLE], agents[Presence.MISSED]
    busy, work = sum(agents[each] for each in BUSY), agents[Presence.AFTER_CONTACT_WORK]
    staffed, resting = available + busy + work, agents[Presence.BREAK]
    return {
        "Queue.Size": floor.contacts_in(queue),
        "Queue.OldestContactAge": int(floor.oldest_in(queue, now)),
        "Agents.Online.Count": staffed + missed + resting,
        "Agents.Available.Count": available,
        "Agents.Staffed.Count": staffed,
        "Agents.AfterContactWork.Count": work,
        "Agents.Busy.Count": busy,
        "Agents.Missed.Count": missed,
        "Agents.NonProductive.Count": resting,
    }


METRICS: Mapping[str, str] = {
    "NumberOfAgentsAvailable": "Agents.Available.Count",
    "NumberOfAgentsStaffed": "Agents.Staffed.Count",
    "NumberOfAgentsOnline": "Agents.Online.Count",
    "OldestContactInQueueAgeSeconds": "Queue.OldestContactAge",
    "NumberOfContactsInQueue": "Queue.Size",
}
"""What CheckMetricData calls some of them."""
