"""The transcript of a chat as a file: its schema and its name. Specification items 53, 54. Pure."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import Any

from engine.chat.chat import Chat
from engine.chat.items import shown

VERSION = "2019-08-26"
FOLDER, UNFINISHED = "ChatTranscripts", "Unfinished"
NAME = re.compile(r"[0-9a-f-]{36}_(\d{4})(\d\d)(\d\d)T\d\d:\d\d_UTC\.json")


def document(chat: Chat, instance_arn: str) -> dict[str, Any]:
    """As far as it has come."""
    return {
        "Version": VERSION,
        "AWSAccountId": instance_arn.split(":")[4],
        "InstanceId": instance_arn.rpartition("/")[2],
        "InitialContactId": chat.record.initial_contact_id,
        "ContactId": chat.contact_id,
        "Participants": [{"ParticipantId": one.id} for one in chat.participants],
        "Transcript": [shown(item) for item in chat.items],
    }


def encoded(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode()


def name_of(contact_id: str, started: datetime) -> str:
    return f"{contact_id}_{started.astimezone(UTC):%Y%m%dT%H:%M}_UTC.json"


def place(directory: Path, name: str) -> Path:
    """Where the transcript of that name lies when the chat is over."""
    parts = NAME.fullmatch(name)
    assert parts, f"{name} is not the name of a transcript"
    return directory.joinpath(FOLDER, *parts.groups(), name)


def draft(directory: Path, name: str) -> Path:
    """Where it lies while the chat goes on."""
    return directory / FOLDER / UNFINISHED / name


def is_transcript(path: PurePath) -> bool:
    return NAME.fullmatch(path.name) is not None
