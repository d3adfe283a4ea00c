"""What the API answers, made of what the engine knows: members by their names in the service model.

Pure. What is None is not known, and left out on the wire (specification section 7).
"""

from __future__ import annotations

from typing import Any

from engine.agents import Agent, Presence
from engine.call import RINGING, State
from engine.directory import Kind, Resources
from engine.live import LiveContact
from engine.records import ContactRecord, RecordingRecord, RecordingStatus, endpoint

Json = dict[str, Any]

TALKS = {
    State.CALLING: "CONNECTING",
    State.BRIEFING: "CONNECTING",
    State.GREETING: "CONNECTING",
    State.WHISPERING: "CONNECTING",
    State.BRIDGED: "CONNECTED",
    State.SENDING: "CONNECTED",
    State.TRANSFERRING: "CONNECTED_ONHOLD",
}
PRESENT = frozenset(Presence) - {Presence.OFFLINE, Presence.LEAVING}


def contact_summary(record: ContactRecord, resources: Resources) -> Json:
    """A row of SearchContacts."""
    return dict(
        Arn=f"{resources.instance_arn}/contact/{record.contact_id}",
        Id=record.contact_id,
        InitialContactId=record.initial_contact_id,
        PreviousContactId=record.previous_contact_id,
        InitiationMethod=record.initiation_method,
        Channel=record.channel,
        QueueInfo=record.queue and dict(Id=record.queue, EnqueueTimestamp=record.enqueue),
        AgentInfo=record.connected_to_agent
        and dict(
            Id=user_id(record.agent or "", resources),
            ConnectedToAgentTimestamp=record.connected_to_agent,
        ),
        InitiationTimestamp=record.initiation,
        DisconnectTimestamp=record.disconnect,
    )


def user_id(name: str, resources: Resources) -> str:
    """Who is gone since is known by the name alone."""
    user = resources.named(Kind.USER, name)
    return user.id if user else name


def contact(record: ContactRecord, resources: Resources) -> Json:
    """`Contact` of DescribeContact."""
    return contact_summary(record, resources) | dict(
        ConnectedToSystemTimestamp=record.connected_to_system,
        LastUpdateTimestamp=record.last_update,
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
    return dict(
        StorageType="S3",
        Location=record.place,
        MediaStreamType="AUDIO",
        StartTimestamp=record.start,
        StopTimestamp=record.stop,
        Status="AVAILABLE" if kept else "DELETED" if deleted else None,
        DeletionReason=record.deletion_reason,
    )


def user_data(agent: Agent, contacts: list[LiveContact], resources: Resources) -> Json:
    """One row of `UserDataList`: an agent and those contacts that ring at or talk with them."""
    theirs = [(live, state) for live in contacts if (state := agent_contact_state(live, agent))]
    status = "Available" if agent.presence in PRESENT else "Offline"
    slots, arn = {"VOICE": 1}, resources.instance_arn
    user = user_id(agent.username, resources)
    return {
        "User": {"Id": user, "Arn": f"{arn}/agent/{user}"},
        "Status": {"StatusName": status, "StatusArn": f"{arn}/agent-state/{status.lower()}"},
        "MaxSlotsByChannel": slots,
        "ActiveSlotsByChannel": {"VOICE": len(theirs)},
        "AvailableSlotsByChannel": {"VOICE": int(agent.presence is Presence.AVAILABLE)},
        "Contacts": [
            dict(
                ContactId=live.contact_id,
                Channel=live.record.channel,
                InitiationMethod=live.record.initiation_method,
                AgentContactState=state,
                ConnectedToAgentTimestamp=live.record.connected_to_agent,
                Queue=live.record.queue and {"Id": live.record.queue},
            )
            for live, state in theirs
        ],
    }


def agent_contact_state(live: LiveContact, agent: Agent) -> str | None:
    """`AgentContactState`: how a contact stands for this agent; None when it is none of theirs."""
    if live.call.state in RINGING and live.offered_to == agent.username:
        return "INCOMING"
    lines = (live.customer, live.agent, live.ringing)
    talking = {line.username for line in lines if line}
    return TALKS.get(live.call.state) if agent.username in talking else None
