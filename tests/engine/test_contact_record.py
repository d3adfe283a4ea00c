from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from engine.contact_record import (
    ContactRecord,
    DisconnectReason,
    InitiationMethod,
    RecordingKind,
    RecordingRecord,
    RecordingStatus,
    contact_trace_record,
)

ARN = "arn:aws:connect:eu-central-1:111122223333:instance/4711"
START = datetime(2024, 2, 29, 23, 59, 58, 900_000, tzinfo=UTC)
CONTACT = "ee0a8fcc-9cf8-4b9c-9fcf-e86ebe989486"
RINGING = ContactRecord(
    contact_id=CONTACT,
    initial_contact_id=CONTACT,
    initiation_method=InitiationMethod.INBOUND,
    initiation=START,
    last_update=START,
    customer_endpoint="+491701234567",
    system_endpoint="support",
)
RECORDING = RecordingRecord(
    contact_id=CONTACT,
    kind=RecordingKind.AGENT,
    location=f"recordings/CallRecordings/2024/03/01/{CONTACT}_20240301T00:00_UTC.wav",
    status=RecordingStatus.AVAILABLE,
    start=START + timedelta(seconds=31),
    stop=START + timedelta(seconds=92.5),
    frames=492_000,
)
HANDLED = replace(
    RINGING,
    queue="support",
    agent="agent1",
    attributes={"language": "de"},
    recorded=frozenset({"Agent", "Customer"}),
    connected_to_system=START + timedelta(seconds=0.2),
    enqueue=START + timedelta(seconds=10),
    dequeue=START + timedelta(seconds=31),
    connected_to_agent=START + timedelta(seconds=31),
    disconnect=START + timedelta(seconds=92.5),
    disconnect_reason=DisconnectReason.AGENT_DISCONNECT,
    last_update=START + timedelta(seconds=92.5),
    recordings=(RECORDING,),
)


def test_a_handled_contact_is_written_as_connect_writes_it() -> None:
    trace = json.loads(json.dumps(contact_trace_record(HANDLED, ARN)))
    assert trace["AWSAccountId"] == "111122223333"
    assert trace["AWSContactTraceRecordFormatVersion"] == "2017-03-10"
    assert trace["ContactId"] == CONTACT
    assert trace["Channel"] == "VOICE"
    assert trace["InitiationMethod"] == "INBOUND"
    assert trace["DisconnectReason"] == "AGENT_DISCONNECT"
    assert trace["Attributes"] == {"language": "de"}
    assert trace["CustomerEndpoint"] == {"Address": "+491701234567", "Type": "TELEPHONE_NUMBER"}
    assert trace["SystemEndpoint"] == {"Address": "support", "Type": "VOIP"}
    assert trace["Agent"]["ARN"] == f"{ARN}/agent/agent1"
    assert trace["Agent"]["AgentInteractionDuration"] == 61
    assert trace["Queue"] == {
        "ARN": f"{ARN}/queue/support",
        "Name": "support",
        "EnqueueTimestamp": "2024-03-01T00:00:08Z",
        "DequeueTimestamp": "2024-03-01T00:00:29Z",
        "Duration": 21,
    }


def test_the_first_recording_is_told_twice_and_without_a_scheme() -> None:
    trace = json.loads(json.dumps(contact_trace_record(HANDLED, ARN)))
    (recording,) = trace["Recordings"]
    assert trace["Recording"] == {
        "DeletionReason": None,
        "Location": RECORDING.location,
        "Status": "AVAILABLE",
        "Type": "AUDIO",
    }
    assert recording["Location"] == RECORDING.location
    assert recording["StartTimestamp"] == "2024-03-01T00:00:29Z"
    assert recording["StopTimestamp"] == "2024-03-01T00:01:31Z"
    assert (recording["MediaStreamType"], recording["StorageType"]) == ("AUDIO", "S3")


def test_what_is_not_known_is_null_and_no_field_is_missing() -> None:
    trace = contact_trace_record(RINGING, ARN)
    assert set(trace) == set(contact_trace_record(HANDLED, ARN))
    absent = ("Agent", "Queue", "Recording", "Recordings", "DisconnectReason")
    assert [trace[name] for name in absent] == [None] * 5
    assert trace["DisconnectTimestamp"] is trace["ConnectedToSystemTimestamp"] is None


@pytest.mark.parametrize(
    ("status", "written"),
    [
        (RecordingStatus.RECORDING, None),
        (RecordingStatus.FAILED, None),
        (RecordingStatus.AVAILABLE, "AVAILABLE"),
        (RecordingStatus.INTERRUPTED, "AVAILABLE"),
        (RecordingStatus.DELETED, "DELETED"),
    ],
)
def test_a_recording_is_available_deleted_or_null(
    status: RecordingStatus, written: str | None
) -> None:
    record = replace(HANDLED, recordings=(replace(RECORDING, status=status),))
    trace = json.loads(json.dumps(contact_trace_record(record, ARN)))
    assert trace["Recording"]["Status"] == trace["Recordings"][0]["Status"] == written


def test_times_are_whole_seconds_in_utc_whatever_their_zone() -> None:
    tokyo = START.astimezone(timezone(timedelta(hours=9)))
    trace = contact_trace_record(replace(RINGING, initiation=tokyo), ARN)
    assert trace["InitiationTimestamp"] == "2024-02-29T23:59:58Z"


def test_an_abandoned_contact_has_a_queue_but_no_agent_though_one_was_rung() -> None:
    abandoned = replace(HANDLED, connected_to_agent=None, recordings=())
    trace = contact_trace_record(abandoned, ARN)
    assert trace["Agent"] is None and trace["Queue"]
    assert abandoned.agent_interaction_seconds is None


def test_a_transferred_contact_names_where_its_chain_began() -> None:
    assert contact_trace_record(RINGING, ARN)["InitialContactId"] is None
    second = replace(RINGING, initial_contact_id="first", previous_contact_id="first")
    trace = contact_trace_record(second, ARN)
    assert trace["InitialContactId"] == trace["PreviousContactId"] == "first"


def test_durations_are_derived_and_absent_while_the_contact_lasts() -> None:
    assert (HANDLED.agent_interaction_seconds, HANDLED.queue_seconds) == (61, 21)
    talking = replace(HANDLED, disconnect=None)
    assert talking.agent_interaction_seconds is None
    assert RINGING.queue_seconds is None


def test_holds_and_after_contact_work_are_told_with_the_agent() -> None:
    worked = {"work_start": START, "work_end": START + timedelta(seconds=30)}
    record = replace(HANDLED, attempts=2, **worked).held(5).held(12)  # type: ignore[arg-type]
    trace = contact_trace_record(record, ARN)
    assert trace["AgentConnectionAttempts"] == 2
    agent = trace["Agent"]
    assert isinstance(agent, dict)
    assert (agent["NumberOfHolds"], agent["LongestHoldDuration"]) == (2, 12)
    assert (agent["CustomerHoldDuration"], agent["AfterContactWorkDuration"]) == (17, 30)


def test_references_are_told_by_their_names() -> None:
    reference = {"Type": "URL", "Value": "https://example.org"}
    record = replace(HANDLED, references={"order": reference})
    assert contact_trace_record(record, ARN)["References"] == [{"Name": "order", **reference}]
