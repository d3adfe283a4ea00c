"""What flows may ask of their contact as $.<name> (specification 4.4). Pure."""

from __future__ import annotations

from engine.agents import OWN
from engine.contact import Contact
from engine.directory import Kind, Resources
from engine.line import Party
from engine.live import LiveContact
from engine.queue_book import QueueBook
from engine.records import endpoint


class FlowFacts:
    def __init__(self, resources: Resources, queues: QueueBook) -> None:
        self._resources, self._queues = resources, queues

    def of(self, live: LiveContact) -> dict[str, str]:
        """What is known as a flow begins, besides what other flows have kept."""
        return {**self.of_contact(live, self._agent(live)), **live.carried.shown}

    def of_contact(self, contact: Contact, username: str) -> dict[str, str]:
        """The same of any channel, with this agent; "" with none."""
        record, instance = contact.record, self._resources.instance_arn
        return {
            "ContactId": record.contact_id,
            "InitialContactId": record.initial_contact_id,
            "PreviousContactId": record.previous_contact_id or "",
            "RelatedContactId": record.related_contact_id or "",
            "Channel": record.channel,
            "InitiationMethod": record.initiation_method,
            "InstanceARN": instance,
            "AwsRegion": instance.split(":")[3],
            **named("CustomerEndpoint", record.customer_endpoint),
            **named("SystemEndpoint", record.system_endpoint),
            **(self.of_queue(contact.target_queue) if contact.target_queue else {}),
            **(self.of_agent(username) if username else {}),
        }

    def _agent(self, live: LiveContact) -> str:
        """Who has it, or rings for it, or is the one whom it is for."""
        line, queue = live.line_of(Party.AGENT), live.target_queue or ""
        waited_for = queue.removeprefix(OWN) if queue.startswith(OWN) else ""
        return (line and line.username) or waited_for

    def of_queue(self, queue: str) -> dict[str, str]:
        arn = f"{self._resources.instance_arn}/{Kind.QUEUE}/{queue}"
        return {"Queue.Name": self._queues.name(queue), "Queue.ARN": arn}

    def of_agent(self, username: str) -> dict[str, str]:
        user = self._resources.named(Kind.USER, username)
        identity = user.facts["IdentityInfo"] if user else {}
        return {
            "Agent.UserName": username,
            "Agent.FirstName": identity.get("FirstName", ""),
            "Agent.LastName": identity.get("LastName", ""),
            "Agent.ARN": self._resources.arn(user) if user else "",
        }


def named(root: str, address: str) -> dict[str, str]:
    return {f"{root}.{name}": value for name, value in endpoint(address).items()}
