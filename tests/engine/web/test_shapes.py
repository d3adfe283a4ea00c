from dataclasses import replace
from datetime import timedelta
from typing import Any

from engine.directory import Resources
from engine.records import RecordingKind, RecordingRecord, RecordingStatus
from engine.web.answer_shape import write
from engine.web.service_model import Service
from engine.web.shapes import Json, contact, recording
from tests.rig.contacts import NOON, contact_record

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
