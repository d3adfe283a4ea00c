"""What the API answers, made of what the engine knows: members by their names in the service model.

Pure. What is None is not known, and left out on the wire (specification section 7).
"""

from __future__ import annotations

from typing import Any

from engine.directory import Kind, Resources
from engine.records import ContactRecord, RecordingRecord, RecordingStatus, endpoint

Json = dict[str, Any]


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
        Name=record.name,
        Tags=dict(record.tags),
    )


def associated(record: ContactRecord, resources: Resources) -> Json:
    """A row of ListAssociatedContacts."""
    return dict(
        ContactId=record.contact_id,
        ContactArn=f"{resources.instance_arn}/contact/{record.contact_id}",
        InitiationTimestamp=record.initiation,
        DisconnectTimestamp=record.disconnect,
        InitialContactId=record.initial_contact_id,
        PreviousContactId=record.previous_contact_id,
        RelatedContactId=record.related_contact_id,
        InitiationMethod=record.initiation_method,
        Channel=record.channel,
    )


def user_id(name: str, resources: Resources) -> str:
    """Who is gone since is known by the name alone."""
    user = resources.named(Kind.USER, name)
    return user.id if user else name


def contact(record: ContactRecord, resources: Resources) -> Json:
    """`Contact` of DescribeContact."""
    summary = contact_summary(record, resources)
    if info := summary["AgentInfo"]:
        summary["AgentInfo"] = info | dict(
            AfterContactWorkDuration=record.work_seconds,
            AfterContactWorkStartTimestamp=record.work_start,
            AfterContactWorkEndTimestamp=record.work_end,
            AgentInitiatedHoldDuration=record.hold_seconds,
            HierarchyGroups=hierarchy_groups(record, resources),
        )
    return summary | dict(
        ContactAssociationId=record.initial_contact_id,
        RelatedContactId=record.related_contact_id,
        NextContacts=next_contacts(record),
        Description=record.description,
        QueuePriority=record.queue_priority,
        QueueTimeAdjustmentSeconds=record.queue_added_seconds,
        ConnectedToSystemTimestamp=record.connected_to_system,
        RingStartTimestamp=record.ring_start,
        LastUpdateTimestamp=record.last_update,
        DisconnectReason=record.disconnect_reason,
        CustomerEndpoint=endpoint(record.customer_endpoint) or None,
        SystemEndpoint=endpoint(record.system_endpoint) or None,
        Attributes=dict(record.attributes),
        SegmentAttributes={
            f"earshot:{name}": {"ValueString": value} for name, value in record.signalling.items()
        }
        or None,
        Recordings=[recording(one) for one in record.recordings],
    )


def next_contacts(record: ContactRecord) -> list[Json] | None:
    """What followed it, by the one type that the model has."""
    if record.next_contact_id is None:
        return None
    told = dict(QuickConnectContactData=dict(ContactId=record.next_contact_id))
    return [dict(Type="QUICK_CONNECT", NextContactMetadata=told)]


def hierarchy_groups(record: ContactRecord, resources: Resources) -> Json | None:
    """Level1 to Level5, as far down as the agent was."""
    below = f"{resources.instance_arn}/{Kind.HIERARCHY_GROUP}/"
    return {
        f"Level{number}": {"Arn": below + group} for number, group in enumerate(record.hierarchy, 1)
    } or None


def recording(record: RecordingRecord) -> Json:
    """`RecordingInfo`. A recording that still runs or failed has no status Connect knows."""
    kept = record.status in (RecordingStatus.AVAILABLE, RecordingStatus.INTERRUPTED)
    deleted = record.status is RecordingStatus.DELETED
    return dict(
        StorageType="S3",
        Location=record.place,
        MediaStreamType=record.media,
        StartTimestamp=record.start,
        StopTimestamp=record.stop,
        Status="AVAILABLE" if kept else "DELETED" if deleted else None,
        DeletionReason=record.deletion_reason,
    )
