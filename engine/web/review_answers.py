"""What `review_api` answers, as the OpenAPI document tells it. Moments are UTC, ISO 8601."""

from __future__ import annotations

from typing_extensions import TypedDict

from engine.contact_record import RecordingKind, RecordingStatus
from engine.flow_log import Entry
from engine.waveforms import Span


class Recording(TypedDict):
    Kind: RecordingKind
    Status: RecordingStatus
    Start: str
    Stop: str | None
    Deleted: str | None
    DeletedBy: str | None
    DeletionReason: str | None


class Transcript(TypedDict):
    Status: RecordingStatus
    Reason: str | None
    """Why it was deleted."""


class Contact(TypedDict):
    ContactId: str
    InitialContactId: str
    PreviousContactId: str | None
    NextContactId: str | None
    Channel: str
    InitiationMethod: str
    InitiationTimestamp: str
    ConnectedToAgentTimestamp: str | None
    DisconnectTimestamp: str | None
    DisconnectReason: str | None
    CustomerEndpoint: str
    SystemEndpoint: str
    TransferredTo: str | None
    Queue: str | None
    Agent: str | None
    Agents: list[str]
    QueueSeconds: int | None
    TalkSeconds: int | None
    HoldSeconds: int
    WorkSeconds: int | None
    Attributes: dict[str, str] | None
    """None without the permission to see them."""
    Tags: dict[str, str]
    Recordings: list[Recording] | None
    """None without Manager monitor."""
    Transcript: Transcript | None
    """Of a chat; None without Manager monitor, too."""


class FoundContacts(TypedDict):
    Contacts: list[Contact]
    TotalCount: int
    NextToken: str | None


class Chained(TypedDict):
    """A contact, on the page of another one of its chain, and on its own."""

    ContactId: str
    InitiationMethod: str
    InitiationTimestamp: str
    Queue: str | None
    Agent: str | None


class Stage(TypedDict):
    Kind: str
    """As `contact_stages` has them."""
    Start: str
    End: str | None


class Rung(TypedDict):
    At: str
    Party: str
    Peer: str
    Sent: bool
    Label: str


class Listened(TypedDict):
    At: str
    Who: str
    Action: str


class Reviewed(TypedDict):
    Contact: Contact
    Chain: list[Chained]
    """The first first, of those that the caller may see."""
    Stages: list[Stage]
    Steps: list[Entry]
    Ladder: list[Rung]
    Listened: list[Listened] | None
    """None without Manager monitor."""


class Waveform(TypedDict):
    Seconds: float
    Peaks: list[list[list[float]]]
    """By channel, left (customer) first; of each piece lowest and highest, from -1 to 1."""
    Spans: list[Span]
