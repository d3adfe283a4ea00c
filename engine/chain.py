"""How contacts follow one another in a chain: one record for each connection to an agent.

A contact that its agent, the API or a flow transfers ends there, and the next one of its chain
begins, with what it said of its customer and with the attributes (specification item 58). Pure.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from engine.contact_record import ContactRecord, DisconnectReason, InitiationMethod


def following(record: ContactRecord, method: InitiationMethod, now: datetime) -> ContactRecord:
    """The next contact of the chain, which begins now; nobody has it yet."""
    return ContactRecord(
        contact_id=str(uuid4()),
        initial_contact_id=record.initial_contact_id,
        previous_contact_id=record.contact_id,
        initiation_method=method,
        initiation=now,
        last_update=now,
        connected_to_system=now,
        customer_endpoint=record.customer_endpoint,
        system_endpoint=record.system_endpoint,
        channel=record.channel,
        attributes=record.attributes,
        recorded=record.recorded,
        name=record.name,
        description=record.description,
        references=record.references,
        tags=record.tags,
        related_contact_id=record.related_contact_id,
        queue_priority=record.queue_priority,
        queue_added_seconds=record.queue_added_seconds,
    )


def chained(record: ContactRecord, before: ContactRecord) -> ContactRecord:
    """The contact, as one that there is because of the contact before."""
    return replace(
        record,
        initial_contact_id=before.initial_contact_id,
        previous_contact_id=before.contact_id,
    )


def followed(record: ContactRecord, by: ContactRecord) -> ContactRecord:
    """The contact before, which is over; whoever waited in a queue waits there no longer."""
    reason = DisconnectReason.AGENT_DISCONNECT
    if record.agent is None or by.initiation_method is InitiationMethod.QUEUE_TRANSFER:
        reason = DisconnectReason.CONTACT_FLOW_DISCONNECT  # it was in a flow or a queue
    return replace(
        record,
        last_update=by.initiation,
        next_contact_id=by.contact_id,
        dequeue=record.left_queue(by.initiation),
        disconnect=by.initiation,
        disconnect_reason=reason,
    )


def handed(consult: ContactRecord, before: ContactRecord, now: datetime) -> ContactRecord:
    """The call of an agent to a colleague, once the colleague has the customer of the contact
    before: it is the next one of that contact's chain, and the colleague is connected already."""
    return replace(
        chained(consult, before),
        last_update=now,
        initiation_method=InitiationMethod.TRANSFER,
        customer_endpoint=before.customer_endpoint,
        system_endpoint=before.system_endpoint,
        attributes={**consult.attributes, **before.attributes},
        recorded=before.recorded,
        name=before.name,
        description=before.description,
        references=before.references,
        tags=before.tags,
        related_contact_id=before.related_contact_id,
    )
