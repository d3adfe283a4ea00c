"""What a function is told of the contact: Connect's own event, specification 4.5. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.contact import Contact
from engine.records import endpoint

Json = dict[str, Any]


def contact_flow_event(live: Contact, parameters: Mapping[str, str], instance_arn: str) -> Json:
    """`parameters` are what the flow hands over, by name."""
    record, known = live.record, live.system
    return {
        "Name": "ContactFlowEvent",
        "Details": {
            "ContactData": {
                "Attributes": dict(record.attributes),
                "Channel": record.channel,
                "ContactId": record.contact_id,
                "CustomerEndpoint": endpoint(record.customer_endpoint) or None,
                "CustomerId": known.get("CustomerId") or None,
                "Description": known.get("Description") or None,
                "InitialContactId": record.initial_contact_id,
                "InitiationMethod": record.initiation_method,
                "InstanceARN": instance_arn,
                "LanguageCode": known.get("LanguageCode") or None,
                "MediaStreams": {
                    "Customer": {"Audio": below("MediaStreams.Customer.Audio", known)}
                },
                "Name": known.get("Name") or None,
                "PreviousContactId": record.previous_contact_id or record.contact_id,
                "Queue": queue_of(live),
                "References": references(known),
                "SystemEndpoint": endpoint(record.system_endpoint) or None,
                "Tags": below("Tags", known),
            },
            "Parameters": dict(parameters),
        },
    }


def queue_of(live: Contact) -> Json | None:
    if live.target_queue is None:
        return None
    arn, name = (live.system.get(f"Queue.{part}") for part in ("ARN", "Name"))
    return {"ARN": arn, "Name": name, "OutboundCallerId": None}


def below(root: str, known: Mapping[str, str]) -> dict[str, str]:
    """What stands under that name, by the rest of its own."""
    prefix = f"{root}."
    return {
        name.removeprefix(prefix): value for name, value in known.items() if name.startswith(prefix)
    }


def references(known: Mapping[str, str]) -> Json:
    """By name, each with its Value and Type."""
    found: Json = {}
    for name, value in below("References", known).items():
        reference, _, member = name.rpartition(".")
        found.setdefault(reference, {})[member] = value
    return found
