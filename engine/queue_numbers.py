"""What flows may know of a queue and of its agents just now. Pure.

There is no after contact work and no break yet: those numbers are 0.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.agents import Presence
from engine.queues import Floor

BUSY = frozenset({Presence.RINGING, Presence.ON_CONTACT, Presence.LEAVING})


def numbers(floor: Floor, queue: str, now: float) -> dict[str, int]:
    """By what stands after $.Metrics; ages are whole seconds."""
    agents = [agent.presence for agent in floor.agents.values() if agent.serves(queue)]
    available = agents.count(Presence.AVAILABLE)
    busy = sum(presence in BUSY for presence in agents)
    missed = agents.count(Presence.MISSED)
    return {
        "Queue.Size": floor.contacts_in(queue),
        "Queue.OldestContactAge": int(floor.oldest_in(queue, now)),
        "Agents.Online.Count": available + busy + missed,
        "Agents.Available.Count": available,
        "Agents.Staffed.Count": available + busy,
        "Agents.AfterContactWork.Count": 0,
        "Agents.Busy.Count": busy,
        "Agents.Missed.Count": missed,
        "Agents.NonProductive.Count": 0,
    }


METRICS: Mapping[str, str] = {
    "NumberOfAgentsAvailable": "Agents.Available.Count",
    "NumberOfAgentsStaffed": "Agents.Staffed.Count",
    "NumberOfAgentsOnline": "Agents.Online.Count",
    "OldestContactInQueueAgeSeconds": "Queue.OldestContactAge",
    "NumberOfContactsInQueue": "Queue.Size",
}
"""What CheckMetricData calls some of them."""
