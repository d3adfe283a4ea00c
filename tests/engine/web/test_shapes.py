from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine.agents import Agent
from engine.call import Input, State
from engine.directory import Resources
from engine.line import Party
from engine.records import RecordingKind, RecordingRecord, RecordingStatus
from engine.routing_profile import RoutingProfile
from engine.web.answer_shape import write
from engine.web.service_model import Service
from engine.web.shapes import Json, agent_contact_state, contact, recording, user_data
from tests.rig.contacts import NOON, contact_record, line, live_contact

ARN = "arn:aws:connect:local:000000000000:instance/earshot"
RESOURCES = Resources(ARN)


def a_recording(status: RecordingStatus) -> RecordingRecord:
    return RecordingRecord("c", RecordingKind.AGENT, "a.wav", status, NOON)


CONNECT = Service()


def on_the_wire(operation: str, answer: Json) -> Any:
    """What a client gets; a member that the service model does not have fails here."""
    return write(CONNECT.operations[operation], answer)


def test_timestamps_are_epoch_seconds_and_what_is_unknown_is_left_out() -> None:
    record = replace(contact_record(), disconnect=NOON + timedelta(seconds=90))
    shape = on_the_wire("DescribeContact", {"Contact": contact(record, RESOURCES)})["Contact"]
    assert shape["DisconnectTimestamp"] == NOON.timestamp() + 90
    assert shape["Arn"] == f"{ARN}/contact/{record.contact_id}"
    assert "AgentInfo" not in shape
    assert "QueueInfo" not in shape


def test_only_a_recording_that_can_be_heard_is_available() -> None:
    said = {status: recording(a_recording(status)).get("Status") for status in RecordingStatus}
    assert said == {
        RecordingStatus.RECORDING: None,
        RecordingStatus.AVAILABLE: "AVAILABLE",
        RecordingStatus.INTERRUPTED: "AVAILABLE",
        RecordingStatus.FAILED: None,
        RecordingStatus.DELETED: "DELETED",
    }


def test_an_agents_row_has_the_slots_that_are_free() -> None:
    agent = Agent("agent1", RoutingProfile.of(["support"]), rest_seconds=5.0)
    assert user_data(agent, [], RESOURCES)["AvailableSlotsByChannel"] == {"VOICE": 0}
    agent.register(0.0, registered=True)
    assert user_data(agent, [live_contact(State.WAITING)], RESOURCES)["Contacts"] == []
    row = user_data(agent, [live_contact()], RESOURCES)
    assert row["AvailableSlotsByChannel"] == {"VOICE": 1}
    assert row["ActiveSlotsByChannel"] == {"VOICE": 1}


@pytest.mark.parametrize(
    ("state", "offered_to", "said"),
    [
        (State.BRIDGED, "agent1", "CONNECTED"),
        (State.TRANSFERRING, "agent2", "CONNECTED_ONHOLD"),
        (State.OFFERING, "agent1", "INCOMING"),
        (State.OFFERING, "agent2", None),
        (State.WAITING, "agent1", None),
        (State.CALLING, "agent1", "CONNECTING"),
    ],
)
def test_how_a_contact_stands_for_an_agent(state: State, offered_to: str, said: str | None) -> None:
    live = live_contact(state)
    live.offered_to = offered_to
    assert agent_contact_state(live, Agent("agent1", RoutingProfile(), rest_seconds=5.0)) == said


@pytest.mark.parametrize("listens", [Input.AGENT_LISTENS, Input.WHISPERED])
def test_an_agent_is_not_connected_while_somebody_hears_a_whisper(listens: Input) -> None:
    live = live_contact(State.OFFERING)
    for event in (Input.AGENT_LISTENS, listens):
        live.call.step(event, now=0.0)
    agent = line(live.contact_id, Party.AGENT)
    agent.username = "agent1"
    if live.call.state is State.BRIEFING:
        live.ringing = agent
    else:
        live.agent = agent
    assert (
        agent_contact_state(live, Agent("agent1", RoutingProfile(), rest_seconds=5.0))
        == "CONNECTING"
    )


def test_a_contact_on_its_way_rings_at_the_next_agent_and_is_held_by_the_first() -> None:
    live = live_contact(State.TRANSFERRING)
    live.offered_to = "agent2"
    assert (
        agent_contact_state(live, Agent("agent2", RoutingProfile(), rest_seconds=5.0)) == "INCOMING"
    )
