"""Contact events: each follows from two forms of a record. Specification item 60. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from engine.agents import OWN
from engine.contact_record import ContactRecord, endpoint
from engine.directory import Kind, Resources
from engine.instants import instant

Event = Mapping[str, Any]
MILESTONES = (
    ("CONNECTED_TO_SYSTEM", "connected_to_system"),
    ("QUEUED", "enqueue"),
    ("CONNECTED_TO_AGENT", "connected_to_agent"),
    ("DISCONNECTED", "disconnect"),
)
"""Event types, and the moment of the record that tells of each."""


class ContactEvents:
    """Remembers what was told of each contact that is not over."""

    def __init__(self, resources: Resources) -> None:
        self._resources, self._arn = resources, resources.instance_arn
        self._told: dict[str, dict[str, object]] = {}

    def saved(self, record: ContactRecord) -> list[Event]:
        """A contact has become this: what is to be told, in order."""
        return [self._event(each, record) for each in self._news(record)]

    def _news(self, record: ContactRecord) -> Iterator[str]:
        told = self._told.get(record.contact_id)
        if told is None:
            if record.disconnect:
                return  # it was over before, and a fact of it has changed
            told = self._told[record.contact_id] = {}
            yield "INITIATED"
        for event_type, fact in MILESTONES:
            moment = getattr(record, fact)
            if moment and moment != told.get(fact):
                told[fact] = moment
                yield event_type
        if record.disconnect:
            del self._told[record.contact_id]

    def _event(self, event_type: str, record: ContactRecord) -> Event:
        """As EventBridge has it: what is not known is left out."""
        _, _, _, region, account, _ = self._arn.split(":", 5)
        return {
            "version": "0",
            "id": str(uuid4()),
            "detail-type": "Amazon Connect Contact Event",
            "source": "aws.connect",
            "account": account,
            "time": instant(record.last_update),
            "region": region,
            "resources": [self._arn, f"{self._arn}/contact/{record.contact_id}"],
            "detail": known(
                {
                    "eventType": event_type,
                    "contactId": record.contact_id,
                    "initialContactId": record.initial_contact_id,
                    "previousContactId": record.previous_contact_id,
                    "channel": record.channel,
                    "instanceArn": self._arn,
                    "initiationMethod": record.initiation_method.value,
                    "initiationTimestamp": instant(record.initiation),
                    "connectedToSystemTimestamp": instant(record.connected_to_system),
                    "disconnectTimestamp": instant(record.disconnect),
                    "disconnectReason": record.disconnect_reason and record.disconnect_reason.value,
                    "customerEndpoint": endpoint(record.customer_endpoint) or None,
                    "systemEndpoint": endpoint(record.system_endpoint) or None,
                    "agentInfo": self._agent(record),
                    "queueInfo": self._queue(record),
                }
            ),
        }

    def _agent(self, record: ContactRecord) -> Event | None:
        if record.agent is None:
            return None
        user = self._resources.named(Kind.USER, record.agent)
        return known(
            {
                "agentArn": f"{self._arn}/agent/{user.id if user else record.agent}",
                "connectedToAgentTimestamp": instant(record.connected_to_agent),
            }
        )

    def _queue(self, record: ContactRecord) -> Event | None:
        if record.queue is None:
            return None
        return known(
            {
                "queueArn": f"{self._arn}/queue/{record.queue}",
                "queueType": "AGENT" if record.queue.startswith(OWN) else "STANDARD",
                "enqueueTimestamp": instant(record.enqueue),
            }
        )


def known(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}
