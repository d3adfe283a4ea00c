"""The transcript of a chat as a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from engine.chat.chat import Chat
from engine.chat.document import document, draft, encoded, is_transcript, name_of, place
from engine.chat.items import Participant, Role
from engine.records import ContactRecord, InitiationMethod

NOON = datetime(2026, 1, 2, 12, 34, 56, tzinfo=UTC)
CONTACT = "0a1b2c3d-0a1b-4c3d-8e4f-0a1b2c3d4e5f"
ARN = "arn:aws:connect:local:123456789012:instance/earshot"
ROOT = Path("/var/recordings")


def test_it_has_connects_schema_and_nothing_else() -> None:
    record = ContactRecord(CONTACT, CONTACT, InitiationMethod.API, NOON, NOON, "", "", "CHAT")
    chat = Chat(record, "flow", Participant("p-1", Role.CUSTOMER, "Carla"), until=60.0)
    chat.join(chat.customer, NOON)
    chat.say(chat.customer, "text/plain", "Grüße", NOON)
    told = json.loads(encoded(document(chat, ARN)))
    [joined, said] = told.pop("Transcript")
    assert told == {
        "Version": "2019-08-26",
        "AWSAccountId": "123456789012",
        "InstanceId": "earshot",
        "InitialContactId": CONTACT,
        "ContactId": CONTACT,
        "Participants": [{"ParticipantId": "p-1"}],
    }
    assert (joined["Type"], said["Type"], said["Content"]) == ("EVENT", "MESSAGE", "Grüße")


def test_it_lies_by_the_day_under_a_name_with_the_minute() -> None:
    name = name_of(CONTACT, NOON)
    assert name == f"{CONTACT}_20260102T12:34_UTC.json"
    assert place(ROOT, name) == ROOT / "ChatTranscripts/2026/01/02" / name
    assert draft(ROOT, name) == ROOT / "ChatTranscripts/Unfinished" / name


def test_only_what_is_named_so_is_a_transcript() -> None:
    assert is_transcript(draft(ROOT, name_of(CONTACT, NOON)))
    assert not is_transcript(ROOT / "notes.json")
