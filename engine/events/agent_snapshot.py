"""An agent at one moment, as the agent event stream has it. Specification items 62 and 63. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from engine.agent_contacts import LEFT_OVER, agent_contact_state, stands_since
from engine.agents import OFFLINE, Agent, Presence
from engine.directory import Kind, Resource, Resources
from engine.directory.hierarchy import path
from engine.instants import instant
from engine.live import LiveContact

Snapshot = Mapping[str, Any]


class AgentSnapshots:
    """`moment` is UTC, by monotonic seconds."""

    def __init__(self, resources: Resources, moment: Callable[[float], str | None]) -> None:
        self._resources, self._moment = resources, moment

    def of(self, agent: Agent, contacts: Iterable[LiveContact]) -> Snapshot:
        """`contacts`: those that the agent has a part in. Who listens to them is in none."""
        status = agent.status if agent.registered else OFFLINE
        since = agent.status_since if agent.registered else agent.since
        following = agent.next_status
        return {
            "AgentStatus": {
                "ARN": f"{self._resources.instance_arn}/agent-state/{status.id}",
                "Name": status.name,
                "StartTimestamp": self._moment(since),
                "Type": status.type.value,
            },
            "NextAgentStatus": following
            and {
                "ARN": f"{self._resources.instance_arn}/agent-state/{following.id}",
                "Name": following.name,
            },
            "Configuration": self._configuration(agent),
            "Contacts": [*self._contacts(agent, contacts)],
        }

    def _configuration(self, agent: Agent) -> Snapshot:
        user = self._resources.named(Kind.USER, agent.username)
        facts = user.facts if user else {}
        identity = facts.get("IdentityInfo", {})
        return {
            "Username": agent.username,
            "FirstName": identity.get("FirstName"),
            "LastName": identity.get("LastName"),
            "RoutingProfile": self._profile(facts.get("RoutingProfileId"), agent),
            "AgentHierarchyGroups": self._groups(facts.get("HierarchyGroupId")),
        }

    def _profile(self, reference: str | None, agent: Agent) -> Snapshot | None:
        profile = self._resources.find(Kind.ROUTING_PROFILE, reference) if reference else None
        if profile is None:
            return None
        free = int(agent.presence is Presence.AVAILABLE)
        return {
            **self._named(profile),
            "Concurrency": [{"Channel": "VOICE", "AvailableSlots": free, "MaximumSlots": 1}],
            "DefaultOutboundQueue": self._queue(profile.facts.get("DefaultOutboundQueueId")),
            "InboundQueues": [self._queue(name) for name in agent.profile.names],
        }

    def _groups(self, reference: str | None) -> Snapshot | None:
        group = self._resources.find(Kind.HIERARCHY_GROUP, reference) if reference else None
        if group is None:
            return None
        groups = enumerate(path(group, self._resources), start=1)
        return {f"Level{level}": self._named(one) for level, one in groups}

    def _queue(self, reference: str | None) -> Snapshot | None:
        if reference is None:
            return None
        queue = self._resources.find(Kind.QUEUE, reference)
        arn = f"{self._resources.instance_arn}/queue/{reference}"
        return {"ARN": arn, "Name": queue.name if queue else reference, "Channels": ["VOICE"]}

    def _named(self, one: Resource) -> dict[str, Any]:
        return {"ARN": self._resources.arn(one), "Name": one.name}

    def _contacts(self, agent: Agent, contacts: Iterable[LiveContact]) -> Iterator[Snapshot]:
        for live in contacts:
            if state := agent_contact_state(live, agent.username):
                yield self._contact(live, state, agent)
        if left := LEFT_OVER.get(agent.presence):
            since = self._moment(agent.since)
            yield {"ContactId": agent.contact_id, **stands(left, since), "Channel": "VOICE"}

    def _contact(self, live: LiveContact, state: str, agent: Agent) -> Snapshot:
        record = live.record
        since = instant(stands_since(live, state)) or self._moment(agent.since)
        return {
            "ContactId": record.contact_id,
            "InitialContactId": record.initial_contact_id,
            "Channel": record.channel,
            "InitiationMethod": record.initiation_method.value,
            **stands(state, since),
            "ConnectedToAgentTimestamp": instant(record.connected_to_agent),
            "QueueTimestamp": instant(record.enqueue),
            "Queue": self._queue(record.queue),
        }


def stands(state: str, since: str | None) -> dict[str, Any]:
    return {"State": state, "StateStartTimestamp": since}
