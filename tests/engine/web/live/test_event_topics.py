from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.bus import LocalBus
from engine.directory import Kind, Origin, Resource, Resources
from engine.events.streams import AGENT, CONTACT
from engine.web.live import Hub, Viewer
from engine.web.live.event_topics import event_topics, view
from engine.web.live.hub import Client
from tests.rig.browser import browser
from tests.rig.contacts import NOON
from tests.rig.house import engine, phone
from tests.rig.live_client import live_client

ARN = "arn:aws:connect:local:000000000000:instance/earshot"
BOTH = frozenset({"AccessMetrics", "ContactSearch.View"})


def user(name: str, group: str) -> Resource:
    return Resource(Kind.USER, name, name, {"HierarchyGroupId": group}, Origin.API, NOON)


RESOURCES = Resources(ARN, [user("ann", "north"), user("bob", "south")])


def sees(viewer: Viewer, agent: str | None) -> bool:
    return view(RESOURCES, {"key": "1", "agent": agent, "event": {}}, viewer) is not None


def test_who_is_bound_to_a_group_or_to_themselves_is_told_of_those_alone() -> None:
    everybody = Viewer("m", BOTH)
    assert all(sees(everybody, agent) for agent in ("ann", "bob", None))
    bound = Viewer("m", BOTH, frozenset({"north"}))
    assert [sees(bound, agent) for agent in ("ann", "bob", "m", None)] == [True, False, True, False]
    alone = Viewer("ann", BOTH | {"MyContacts.View"})
    assert [sees(alone, agent) for agent in ("ann", "bob", None)] == [True, False, False]


async def test_each_event_is_told_once_to_those_who_were_there() -> None:
    bus = LocalBus()
    hub = Hub(bus, lambda name: None)
    for topic in event_topics(bus, RESOURCES):
        hub.add(topic)
    client = Client(Viewer("m", BOTH))
    hub.enter(client)
    client.reader.subscribe(hub.topics["contact_events"], 1)
    first: Any = client.reader.take()
    assert (first["type"], first["rows"]) == ("snapshot", [])
    for number in ("1", "2"):
        bus.publish(CONTACT, {"key": number, "agent": None, "event": {"n": number}})
    bus.publish(AGENT, {"key": "3", "agent": "ann", "event": {}})
    told: Any = client.reader.take()
    assert [row["event"]["n"] for row in told["rows"]] == ["1", "2"]
    assert (told["gone"], client.reader.take()) == ([], None)


async def test_a_browser_hears_of_an_agent_who_logs_in(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, browser(one, "manager1") as page:
        async with live_client(one, page) as client, phone(one, "agent1") as agent:
            await client.subscribe("agent_events")
            await agent.register()
            [row] = (await client.next())["rows"]
            assert (row["agent"], row["event"]["EventType"]) == ("agent1", "LOGIN")
