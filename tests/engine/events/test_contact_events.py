from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from engine.contact_record import ContactRecord, DisconnectReason
from engine.directory import Resources
from engine.events.contact_events import ContactEvents
from tests.rig.contacts import NOON, contact_record

ARN = "arn:aws:connect:local:000000000000:instance/earshot"
LATER = NOON + timedelta(seconds=1, milliseconds=5)


class Stream:
    def __init__(self) -> None:
        self.events = ContactEvents(Resources(ARN))

    def kinds(self, record: ContactRecord) -> list[str]:
        return [each["detail"]["eventType"] for each in self.events.saved(record)]


def test_each_milestone_is_told_once_and_in_its_order() -> None:
    stream, record = Stream(), replace(contact_record(), connected_to_system=NOON)
    assert stream.kinds(record) == ["INITIATED", "CONNECTED_TO_SYSTEM"]
    assert stream.kinds(record) == []
    queued = replace(record, queue="support", enqueue=NOON)
    assert stream.kinds(queued) == ["QUEUED"]
    talks = replace(queued, agent="agent1", connected_to_agent=LATER)
    assert stream.kinds(talks) == ["CONNECTED_TO_AGENT"]
    over = replace(talks, disconnect=LATER, disconnect_reason=DisconnectReason.AGENT_DISCONNECT)
    assert stream.kinds(over) == ["DISCONNECTED"]
    assert stream.kinds(replace(over, work_end=LATER)) == []


def test_another_queue_or_agent_is_told_again() -> None:
    stream = Stream()
    first = replace(contact_record(), queue="support", enqueue=NOON, connected_to_agent=NOON)
    assert stream.kinds(first) == ["INITIATED", "QUEUED", "CONNECTED_TO_AGENT"]
    moved = replace(first, queue="sales", enqueue=LATER)
    assert stream.kinds(moved) == ["QUEUED"]
    assert stream.kinds(replace(moved, connected_to_agent=LATER)) == ["CONNECTED_TO_AGENT"]


def test_of_a_contact_that_was_over_before_nothing_is_told() -> None:
    assert Stream().kinds(replace(contact_record(), disconnect=NOON)) == []


def test_an_event_has_the_shape_of_eventbridge_and_nothing_that_is_not_known() -> None:
    record = replace(
        contact_record(),
        queue="agent/ann",
        enqueue=NOON,
        agent="ann",
        connected_to_agent=LATER,
        last_update=LATER,
    )
    events: list[Any] = ContactEvents(Resources(ARN)).saved(record)
    said = events[-1]
    assert (said["source"], said["detail-type"]) == ("aws.connect", "Amazon Connect Contact Event")
    assert (said["region"], said["account"]) == ("local", "000000000000")
    assert said["resources"] == [ARN, f"{ARN}/contact/{record.contact_id}"]
    assert said["time"] == "2026-11-22T12:00:01.005Z"
    assert len({each["id"] for each in events}) == len(events)
    detail = said["detail"]
    assert detail["agentInfo"] == {
        "agentArn": f"{ARN}/agent/ann",
        "connectedToAgentTimestamp": "2026-11-22T12:00:01.005Z",
    }
    assert detail["queueInfo"]["queueType"] == "AGENT"
    assert detail["customerEndpoint"] == {"Address": "+15550100", "Type": "TELEPHONE_NUMBER"}
    assert "disconnectTimestamp" not in detail and "previousContactId" not in detail
