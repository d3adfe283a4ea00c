"""Shapes of Amazon Connect's API: what comes in as models, what goes out as functions.

Pure. Timestamps are epoch seconds; what is not known is left out (specification section 7).
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from engine.agents import Agent, Presence
from engine.call import RINGING, State
from engine.live import LiveContact
from engine.records import ContactRecord, RecordingRecord, RecordingStatus, endpoint

Json = dict[str, object]

TALKS = {
    State.CALLING: "CONNECTING",
    State.WHISPERING: "CONNECTING",
    State.BRIDGED: "CONNECTED",
    State.SENDING: "CONNECTED",
    State.TRANSFERRING: "CONNECTED_ONHOLD",
}
PRESENT = frozenset(Presence) - {Presence.OFFLINE, Presence.LEAVING}


class MonitorContactRequest(BaseModel):
    InstanceId: str
    ContactId: str
    UserId: str
    AllowedMonitorCapabilities: list[Literal["SILENT_MONITOR", "BARGE"]] = Field(
        default=["SILENT_MONITOR"]
    )
    ClientToken: str | None = Field(default=None, max_length=500)


class SendAwayRequest(BaseModel):
    InstanceId: str
    ContactId: str
    Target: str = Field(max_length=300)


class UserDataFilters(BaseModel):
    Agents: list[str] = Field(default=[], max_length=100)


class GetCurrentUserDataRequest(BaseModel):
    Filters: UserDataFilters
    MaxResults: int = Field(default=100, ge=1, le=100)


def contact(record: ContactRecord, arn: str) -> Json:
    """`Contact` of DescribeContact."""
    return known(
        Arn=f"{arn}/contact/{record.contact_id}",
        Id=record.contact_id,
        InitialContactId=record.initial_contact_id,
        PreviousContactId=record.previous_contact_id,
        InitiationMethod=record.initiation_method,
        Channel=record.channel,
        QueueInfo=record.queue and known(Id=record.queue, EnqueueTimestamp=epoch(record.enqueue)),
        AgentInfo=record.connected_to_agent
        and known(Id=record.agent, ConnectedToAgentTimestamp=epoch(record.connected_to_agent)),
        InitiationTimestamp=epoch(record.initiation),
        ConnectedToSystemTimestamp=epoch(record.connected_to_system),
        DisconnectTimestamp=epoch(record.disconnect),
        LastUpdateTimestamp=epoch(record.last_update),
        DisconnectReason=record.disconnect_reason,
        CustomerEndpoint=endpoint(record.customer_endpoint),
        SystemEndpoint=endpoint(record.system_endpoint),
        Attributes=dict(record.attributes),
        SegmentAttributes={
            f"earshot:{name}": {"ValueString": value} for name, value in record.signalling.items()
        }
        or None,
        Recordings=[recording(one) for one in record.recordings],
    )


def recording(record: RecordingRecord) -> Json:
    """`RecordingInfo`. A recording that still runs or failed has no status Connect knows."""
    kept = record.status in (RecordingStatus.AVAILABLE, RecordingStatus.INTERRUPTED)
    deleted = record.status is RecordingStatus.DELETED
    return known(
        StorageType="S3",
        Location=record.location,
        MediaStreamType="AUDIO",
        StartTimestamp=epoch(record.start),
        StopTimestamp=epoch(record.stop),
        Status="AVAILABLE" if kept else "DELETED" if deleted else None,
    )


def user_data(agent: Agent, contacts: list[LiveContact], arn: str) -> Json:
    """One row of `UserDataList`: an agent and those contacts that ring at or talk with them."""
    theirs = [(live, state) for live in contacts if (state := agent_contact_state(live, agent))]
    status = "Available" if agent.presence in PRESENT else "Offline"
    slots = {"VOICE": 1}
    return {
        "User": {"Id": agent.username, "Arn": f"{arn}/agent/{agent.username}"},
        "Status": {"StatusName": status, "StatusArn": f"{arn}/agent-state/{status.lower()}"},
        "MaxSlotsByChannel": slots,
        "ActiveSlotsByChannel": {"VOICE": len(theirs)},
        "AvailableSlotsByChannel": {"VOICE": int(agent.presence is Presence.AVAILABLE)},
        "Contacts": [
            known(
                ContactId=live.contact_id,
                Channel=live.record.channel,
                InitiationMethod=live.record.initiation_method,
                AgentContactState=state,
                ConnectedToAgentTimestamp=epoch(live.record.connected_to_agent),
                Queue=live.record.queue and {"Id": live.record.queue},
            )
            for live, state in theirs
        ],
    }


def agent_contact_state(live: LiveContact, agent: Agent) -> str | None:
    """`AgentContactState`: how a contact stands for this agent; None when it is none of theirs."""
    if live.call.state in RINGING and live.offered_to == agent.username:
        return "INCOMING"
    talking = {live.customer.username, live.agent.username if live.agent else ""}
    return TALKS.get(live.call.state) if agent.username in talking else None


def epoch(at: datetime | None) -> float | None:
    return at.timestamp() if at else None


def known(**members: object) -> Json:
    return {name: value for name, value in members.items() if value is not None}
