"""What is said and what happens in a chat, in Connect's words. Specification item 54. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from engine.instants import instant

EVENT_TYPES = "application/vnd.amazonaws.connect.event."
TEXT_TYPES = ("text/plain", "text/markdown")
MAX_CUSTOMER_CHARS, MAX_AGENT_CHARS = 1024, 16_384
"""Of one message (specification item 73)."""
MAX_ITEMS = 5_000
"""Of one chat; then nobody says anything more in it."""


class Role(StrEnum):
    CUSTOMER = "CUSTOMER"
    AGENT = "AGENT"
    SYSTEM = "SYSTEM"
    SUPERVISOR = "SUPERVISOR"


class Happening(StrEnum):
    """What happens in a chat, by its content type."""

    JOINED = f"{EVENT_TYPES}participant.joined"
    LEFT = f"{EVENT_TYPES}participant.left"
    TRANSFERRED = f"{EVENT_TYPES}transfer.succeeded"
    NOT_TRANSFERRED = f"{EVENT_TYPES}transfer.failed"
    ENDED = f"{EVENT_TYPES}chat.ended"
    TYPING = f"{EVENT_TYPES}typing"
    ACKNOWLEDGED = f"{EVENT_TYPES}connection.acknowledged"
    DELIVERED = f"{EVENT_TYPES}message.delivered"
    READ = f"{EVENT_TYPES}message.read"


SAID = frozenset({Happening.TYPING, Happening.ACKNOWLEDGED, Happening.DELIVERED, Happening.READ})
"""What participants may tell; the rest only happens. None of it is in the transcript."""


@dataclass(frozen=True, slots=True)
class Participant:
    """`name`: what the others are shown. `username`: whose it is, "" of customers."""

    id: str
    role: Role
    name: str
    username: str = ""

    @property
    def max_chars(self) -> int:
        return MAX_CUSTOMER_CHARS if self.role is Role.CUSTOMER else MAX_AGENT_CHARS


@dataclass(frozen=True, slots=True)
class Item:
    """`content` is None of what only happens; it may be a secret: its repr does not say it."""

    id: str
    at: datetime
    content_type: str
    participant: Participant
    content: str | None = None

    @property
    def type(self) -> str:
        return "EVENT" if self.content_type.startswith(EVENT_TYPES) else "MESSAGE"

    def __repr__(self) -> str:
        return f"Item({self.id!r}, {self.content_type!r}, {self.participant.role})"


def shown(item: Item) -> dict[str, Any]:
    """As everybody is told of it, and as transcripts have it."""
    said = {} if item.content is None else {"Content": item.content}
    return {
        "AbsoluteTime": instant(item.at),
        **said,
        "ContentType": str(item.content_type),
        "Id": item.id,
        "Type": item.type,
        "ParticipantId": item.participant.id,
        "DisplayName": item.participant.name,
        "ParticipantRole": str(item.participant.role),
    }
