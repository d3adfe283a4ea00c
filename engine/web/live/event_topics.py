"""Topics of what happens: contact events and agent events, each told once as it happens.

A row is {"key": id of the event, "agent": user name or None, "event": as it is streamed}. A
snapshot has none; one that comes later says that some were lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from engine.bus import Bus, Message
from engine.directory import Kind, Resources
from engine.directory.reach import OWN_ONLY
from engine.events.streams import AGENT, CONTACT
from engine.web.live.feed import subject_of
from engine.web.live.topic import Row, Topic, Viewer

TOPICS = (
    ("contact_events", CONTACT, ("AccessMetrics", "ContactSearch.View")),
    ("agent_events", AGENT, ("AccessMetrics",)),
)
"""Name, subject on the bus, permissions."""


def event_topics(bus: Bus, resources: Resources) -> Iterator[Topic]:
    """From now on what is published as an event is told to whoever subscribes."""
    for name, subject, permissions in TOPICS:
        bus.subscribe(subject, partial(_tell, bus, subject_of(name)))
        yield Topic(name, permissions, tuple, partial(view, resources), lasting=False)


def _tell(bus: Bus, subject: str, event: Message) -> None:
    bus.publish(subject, {"rows": [event], "gone": []})


def view(resources: Resources, row: Row, viewer: Viewer) -> Row | None:
    """Who is bound to their group, or to themselves, is told of nobody else's."""
    agent = row["agent"]
    if agent == viewer.name:
        return row
    if OWN_ONLY in viewer.permissions:
        return None
    user = resources.named(Kind.USER, agent) if agent else None
    group = user.facts.get("HierarchyGroupId") if user else None
    return row if viewer.sees_agent(agent, group) else None
