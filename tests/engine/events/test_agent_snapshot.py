from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.agents import Agent, Signal, Status, StatusType
from engine.directory import Kind, Origin, Resource, Resources
from engine.events.agent_snapshot import AgentSnapshots
from engine.instants import Instants
from engine.line import Party
from engine.live import Listener, LiveContact
from engine.routing_profile import RoutingProfile
from engine.supervision import Monitor
from tests.rig.contacts import NOON, contact_record, line, live_contact

ARN = "arn:aws:connect:local:000000000000:instance/earshot"


def resource(kind: Kind, id_: str, name: str, **facts: Any) -> Resource:
    return Resource(kind, id_, name, facts, Origin.API, NOON)


RESOURCES = Resources(
    ARN,
    [
        resource(Kind.HIERARCHY_GROUP, "north", "North"),
        resource(Kind.QUEUE, "q1", "Support"),
        resource(Kind.ROUTING_PROFILE, "basic", "Basic", DefaultOutboundQueueId="q1"),
        resource(
            *(Kind.USER, "agent1", "agent1"),
            IdentityInfo={"FirstName": "Ann", "LastName": "Lee"},
            RoutingProfileId="basic",
            HierarchyGroupId="north",
        ),
    ],
)


def an_agent() -> Agent:
    agent = Agent("agent1", RoutingProfile.of(["q1"]), 5.0, work_seconds=30.0)
    agent.register(1.0, registered=True)
    return agent


def snapshot(agent: Agent, *contacts: LiveContact) -> Any:
    return AgentSnapshots(RESOURCES, Instants(NOON, 0.0).of).of(agent, contacts)


def test_it_says_who_the_agent_is_and_whom_they_serve() -> None:
    said = snapshot(an_agent())["Configuration"]
    assert (said["Username"], said["FirstName"], said["LastName"]) == ("agent1", "Ann", "Lee")
    profile, queue = said["RoutingProfile"], {"ARN": f"{ARN}/queue/q1", "Name": "Support"}
    assert (profile["ARN"], profile["Name"]) == (f"{ARN}/routing-profile/basic", "Basic")
    voice = {"Channel": "VOICE", "AvailableSlots": 1, "MaximumSlots": 1}
    assert profile["Concurrency"] == [voice]
    assert profile["InboundQueues"] == [{**queue, "Channels": ["VOICE"]}]
    assert profile["DefaultOutboundQueue"]["Name"] == "Support"
    assert said["AgentHierarchyGroups"] == {
        "Level1": {"ARN": f"{ARN}/agent-group/north", "Name": "North"}
    }


def test_the_status_is_the_one_chosen_and_the_next_one_is_named() -> None:
    agent = an_agent()
    agent.choose(Status("lunch", "Lunch", StatusType.CUSTOM), 2.5)
    said = snapshot(agent)
    assert said["AgentStatus"] == {
        "ARN": f"{ARN}/agent-state/lunch",
        "Name": "Lunch",
        "StartTimestamp": "2026-11-22T12:00:02.500Z",
        "Type": "CUSTOM",
    }
    assert said["NextAgentStatus"] is None
    agent.step(Signal.CALLED, 3.0)
    agent.choose(Status("available", "Available", StatusType.ROUTABLE), 4.0)
    assert snapshot(agent)["NextAgentStatus"]["Name"] == "Available"
    agent.register(5.0, registered=False)
    assert snapshot(agent)["AgentStatus"]["Type"] == "OFFLINE"


def test_a_contact_stands_there_as_it_is_and_who_listens_does_not() -> None:
    live = live_contact()
    live.record = replace(live.record, queue="q1", enqueue=NOON, connected_to_agent=NOON)
    before = snapshot(an_agent(), live)
    [contact] = before["Contacts"]
    assert (contact["ContactId"], contact["State"]) == (live.contact_id, "CONNECTED")
    assert contact["StateStartTimestamp"] == contact["QueueTimestamp"] == "2026-11-22T12:00:00.000Z"
    assert contact["Queue"]["Name"] == "Support"
    ear = line(live.contact_id, Party.SUPERVISOR)
    live.listeners.append(Listener(contact_record(), Monitor("manager1"), ear))
    assert snapshot(an_agent(), live) == before


def test_what_is_missed_or_worked_on_stands_there_until_it_is_cleared() -> None:
    agent = an_agent()
    for signal in (Signal.OFFERED, Signal.ANSWERED, Signal.FINISHED):
        agent.step(signal, 2.0)
    agent.contact_id = "the last one"
    [left] = snapshot(agent)["Contacts"]
    assert (left["ContactId"], left["State"]) == ("the last one", "ENDED")
    agent.step(Signal.EXPIRED, 3.0)
    assert snapshot(agent)["Contacts"] == []
