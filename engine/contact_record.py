"""What is known of a contact, as plain values, and as the contact record (CTR) of Amazon Connect.

Times are aware datetimes; each is named like its field in the contact record, less "Timestamp".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum

FORMAT_VERSION = "2017-03-10"
TELEPHONE_NUMBER = re.compile(r"\+?[0-9*#]+")

Json = Mapping[str, object]


class InitiationMethod(StrEnum):
    INBOUND = "INBOUND"
    OUTBOUND = "OUTBOUND"
    TRANSFER = "TRANSFER"
    CALLBACK = "CALLBACK"
    API = "API"
    QUEUE_TRANSFER = "QUEUE_TRANSFER"
    MONITOR = "MONITOR"
    DISCONNECT = "DISCONNECT"


class DisconnectReason(StrEnum):
    CUSTOMER_DISCONNECT = "CUSTOMER_DISCONNECT"
    AGENT_DISCONNECT = "AGENT_DISCONNECT"
    THIRD_PARTY_DISCONNECT = "THIRD_PARTY_DISCONNECT"
    TELECOM_PROBLEM = "TELECOM_PROBLEM"
    BARGED = "BARGED"
    CONTACT_FLOW_DISCONNECT = "CONTACT_FLOW_DISCONNECT"
    OTHER = "OTHER"


class RecordingKind(StrEnum):
    """A contact has at most one recording of each; a chat's is its transcript."""

    AGENT = "AGENT"
    IVR = "IVR"
    TRANSCRIPT = "TRANSCRIPT"


class RecordingStatus(StrEnum):
    RECORDING = "RECORDING"
    AVAILABLE = "AVAILABLE"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"  # it was cut short; what was on disk is playable
    DELETED = "DELETED"


PLAYABLE = frozenset({RecordingStatus.AVAILABLE, RecordingStatus.INTERRUPTED})


def narrow(frames: int, rate: int) -> int:
    """Frames of that rate in frames of 1/8000 s."""
    return frames * 8000 // rate


@dataclass(frozen=True, slots=True)
class RecordingRecord:
    """One recording. `frames` are 1/8000 s, whatever the file's rate (`narrow`); `overruns` are
    frames lost before they were written."""

    contact_id: str
    kind: RecordingKind
    location: str
    status: RecordingStatus
    start: datetime
    stop: datetime | None = None
    frames: int = 0
    overruns: int = 0
    error: str | None = None
    deleted: datetime | None = None
    deleted_by: str | None = None
    deletion_reason: str | None = None

    @property
    def name(self) -> str:
        """Of its file, wherever that is, without ending."""
        return self.location.rpartition("/")[2].rpartition(".")[0]

    @property
    def media(self) -> str:
        return "CHAT" if self.kind is RecordingKind.TRANSCRIPT else "AUDIO"

    @property
    def place(self) -> str:
        """As Connect writes it: <bucket>/<key>."""
        return self.location.removeprefix("s3://")


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """One contact. `recorded`: whose voices the flow wants recorded, of "Agent" and "Customer".

    `initial_contact_id` is the contact's own id where it is the first of its chain.
    """

    contact_id: str
    initial_contact_id: str
    initiation_method: InitiationMethod
    initiation: datetime
    last_update: datetime
    customer_endpoint: str
    system_endpoint: str
    channel: str = "VOICE"
    previous_contact_id: str | None = None
    next_contact_id: str | None = None
    queue: str | None = None
    agent: str | None = None
    """Who has it, or had it last."""
    agents: tuple[str, ...] = ()
    """All who have had it, in order: more than one where phones transferred it among them."""
    hierarchy: tuple[str, ...] = ()
    """Ids of the groups that the agent was in when they got it, from the top."""
    attributes: Mapping[str, str] = field(default_factory=dict)
    recorded: frozenset[str] = frozenset()
    signalling: Mapping[str, str] = field(default_factory=dict)
    """What SIP said of it, by the name of the header."""
    connected_to_system: datetime | None = None
    enqueue: datetime | None = None
    dequeue: datetime | None = None
    ring_start: datetime | None = None
    """Since when the phone rang that took it, or that rang when the customer left."""
    connected_to_agent: datetime | None = None
    disconnect: datetime | None = None
    disconnect_reason: DisconnectReason | None = None
    transferred_to: str | None = None
    """The URI outside where the customer went on."""
    transfer_completed: datetime | None = None
    flow: str | None = None
    """The one that met the contact."""
    name: str | None = None
    description: str | None = None
    related_contact_id: str | None = None
    references: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """`Value` and `Type` by name."""
    tags: Mapping[str, str] = field(default_factory=dict)
    queue_priority: int | None = None
    queue_added_seconds: int | None = None
    """What it counts as older than it is, for those who route it."""
    attempts: int = 0
    """How often an agent's phone was rung for it."""
    holds: int = 0
    hold_seconds: int = 0
    """All together, of holds that are over."""
    longest_hold_seconds: int = 0
    work_start: datetime | None = None
    """Of the last agent's after-contact work."""
    work_end: datetime | None = None
    recordings: tuple[RecordingRecord, ...] = ()

    @property
    def agent_interaction_seconds(self) -> int | None:
        """Whole seconds with the agent; None before the contact is over, or without an agent."""
        return _seconds(self.connected_to_agent, self.disconnect)

    @property
    def work_seconds(self) -> int | None:
        """Whole seconds of after-contact work; None where there was none, or it goes on."""
        return _seconds(self.work_start, self.work_end)

    def held(self, seconds: int) -> ContactRecord:
        """After one more hold that took so long."""
        return replace(
            self,
            holds=self.holds + 1,
            hold_seconds=self.hold_seconds + seconds,
            longest_hold_seconds=max(self.longest_hold_seconds, seconds),
        )

    def left_queue(self, now: datetime) -> datetime | None:
        """When it left its queue: now, where it is there still; None where it was in none."""
        return self.dequeue or (now if self.enqueue else None)

    @property
    def queue_seconds(self) -> int | None:
        """Whole seconds in the queue; None before it left it."""
        return _seconds(self.enqueue, self.dequeue)


def contact_trace_record(record: ContactRecord, instance_arn: str) -> Json:
    """The contact record in Connect's format, ready for JSON; what is not known is null.

    `instance_arn`: arn:aws:connect:<region>:<account>:instance/<id>; agents and queues are named
    below it.
    """
    recordings = [_recording(recording) for recording in record.recordings]
    first_of_chain = record.initial_contact_id == record.contact_id
    return {
        "AWSAccountId": instance_arn.split(":")[4],
        "AWSContactTraceRecordFormatVersion": FORMAT_VERSION,
        "Agent": _agent(record, instance_arn),
        "AgentConnectionAttempts": record.attempts,
        "Attributes": dict(record.attributes),
        "Channel": record.channel,
        "ConnectedToSystemTimestamp": _timestamp(record.connected_to_system),
        "ContactId": record.contact_id,
        "CustomerEndpoint": endpoint(record.customer_endpoint) or None,
        "DisconnectReason": record.disconnect_reason,
        "DisconnectTimestamp": _timestamp(record.disconnect),
        "InitialContactId": None if first_of_chain else record.initial_contact_id,
        "InitiationMethod": record.initiation_method,
        "InitiationTimestamp": _timestamp(record.initiation),
        "InstanceARN": instance_arn,
        "LastUpdateTimestamp": _timestamp(record.last_update),
        "MediaStreams": [{"Type": "CHAT" if record.channel == "CHAT" else "AUDIO"}],
        "NextContactId": record.next_contact_id,
        "PreviousContactId": record.previous_contact_id,
        "Queue": _queue(record, instance_arn),
        "Recording": _first_recording(record),
        "Recordings": recordings or None,
        "References": [{"Name": name, **facts} for name, facts in record.references.items()],
        "RelatedContactId": record.related_contact_id,
        "ScheduledTimestamp": None,
        "SystemEndpoint": endpoint(record.system_endpoint) or None,
        "TransferCompletedTimestamp": _timestamp(record.transfer_completed),
        "TransferredToEndpoint": record.transferred_to and endpoint(record.transferred_to),
        "VoiceIdResult": None,
    }


def _agent(record: ContactRecord, instance_arn: str) -> Json | None:
    if record.agent is None or record.connected_to_agent is None:
        return None
    return {
        "ARN": f"{instance_arn}/agent/{record.agent}",
        "AfterContactWorkDuration": record.work_seconds,
        "AfterContactWorkEndTimestamp": _timestamp(record.work_end),
        "AfterContactWorkStartTimestamp": _timestamp(record.work_start),
        "AgentInteractionDuration": record.agent_interaction_seconds,
        "ConnectedToAgentTimestamp": _timestamp(record.connected_to_agent),
        "CustomerHoldDuration": record.hold_seconds,
        "HierarchyGroups": None,
        "LongestHoldDuration": record.longest_hold_seconds,
        "NumberOfHolds": record.holds,
        "RoutingProfile": None,
        "StateTransitions": None,
        "Username": record.agent,
    }


def _queue(record: ContactRecord, instance_arn: str) -> Json | None:
    if record.queue is None:
        return None
    return {
        "ARN": f"{instance_arn}/queue/{record.queue}",
        "DequeueTimestamp": _timestamp(record.dequeue),
        "Duration": record.queue_seconds,
        "EnqueueTimestamp": _timestamp(record.enqueue),
        "Name": record.queue,
    }


def _first_recording(record: ContactRecord) -> Json | None:
    for first in record.recordings:
        return {
            "DeletionReason": first.deletion_reason,
            "Location": first.place,
            "Status": _status(first),
            "Type": first.media,
        }
    return None


def _recording(recording: RecordingRecord) -> Json:
    return {
        "DeletionReason": recording.deletion_reason,
        "FragmentStartNumber": None,
        "FragmentStopNumber": None,
        "Location": recording.place,
        "MediaStreamType": recording.media,
        "ParticipantType": None,
        "StartTimestamp": _timestamp(recording.start),
        "Status": _status(recording),
        "StopTimestamp": _timestamp(recording.stop),
        "StorageType": "S3",  # as far as the format goes: a file with a key, not a stream
    }


def _status(recording: RecordingRecord) -> str | None:
    """AVAILABLE, DELETED or null: the format knows no other."""
    if recording.status in PLAYABLE:
        return RecordingStatus.AVAILABLE
    return recording.status if recording.status is RecordingStatus.DELETED else None


def endpoint(address: str) -> dict[str, str]:
    """`Endpoint` of the contact record: a telephone number, or a name that SIP carried; empty where
    there is none, as of a chat."""
    if not address:
        return {}
    kind = "TELEPHONE_NUMBER" if TELEPHONE_NUMBER.fullmatch(address) else "VOIP"
    return {"Address": address, "Type": kind}


def _timestamp(at: datetime | None) -> str | None:
    """yyyy-mm-ddThh:mm:ssZ, fractions cut off."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if at else None


def _seconds(start: datetime | None, end: datetime | None) -> int | None:
    return int((end - start).total_seconds()) if start and end else None
