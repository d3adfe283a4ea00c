"""Rows of GetCurrentUserData: who does what just now, agents and those who listen in. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from engine.agent_contacts import LEFT_OVER, LISTENS, agent_contact_state, people
from engine.agents import OFFLINE, Agent, Presence, Status
from engine.chat.load import NO_CHATS, Held, Load
from engine.directory import Kind, Resource, Resources
from engine.directory.hierarchy import LEVELS, below, path
from engine.live import Listener, LiveContact
from engine.web.shapes import Json

MONITORING = Status("monitoring", "Monitoring", OFFLINE.type)
"""What somebody who listens is shown as (specification item 16); nobody can choose it."""

Moment = Callable[[float], datetime | None]
"""When it was, by monotonic seconds; None for ever ago."""
Contacts = Mapping[str, list[Json]]


def contacts_by_user(contacts: Iterable[LiveContact]) -> Contacts:
    """`AgentContactReference` of every live contact, by the names of those who have it."""
    found: dict[str, list[Json]] = defaultdict(list)
    for live in contacts:
        for username in sorted(people(live)):
            if state := agent_contact_state(live, username):
                found[username].append(_reference(live, state))
        for one in live.listeners:
            found[one.monitor.supervisor].append(_listening(one))
    return found


def of_agent(
    agent: Agent,
    contacts: Contacts,
    resources: Resources,
    moment: Moment,
    load: Load = NO_CHATS,
) -> Json:
    theirs = [*contacts.get(agent.username, ()), *left_over(agent, moment)]
    listens = any(each["InitiationMethod"] == "MONITOR" for each in theirs)
    chats = bool(load.most or load.held)
    status = agent.status if agent.registered else OFFLINE
    since = agent.status_since if agent.registered else agent.since
    free = int(agent.presence is Presence.AVAILABLE)
    return {
        **_who(agent.username, resources),
        "Status": _status(MONITORING if listens else status, moment(since), resources),
        "NextStatus": agent.next_status and agent.next_status.name,
        "MaxSlotsByChannel": {"VOICE": 1} | ({"CHAT": load.most} if chats else {}),
        "ActiveSlotsByChannel": {"VOICE": len(theirs)}
        | ({"CHAT": len(load.held)} if chats else {}),
        "AvailableSlotsByChannel": {"VOICE": free} | ({"CHAT": load.free} if chats else {}),
        "Contacts": [*theirs, *(_chat(each, moment) for each in load.held)],
    }


def of_supervisor(username: str, contacts: Contacts, resources: Resources) -> Json:
    """Who listens and is offered no contacts of their own."""
    return {
        **_who(username, resources),
        "Status": _status(MONITORING, None, resources),
        "Contacts": contacts[username],
    }


def left_over(agent: Agent, moment: Moment) -> Iterator[Json]:
    if state := LEFT_OVER.get(agent.presence):
        yield {
            "ContactId": agent.contact_id,
            "Channel": "VOICE",
            "InitiationMethod": None,
            "AgentContactState": state,
            "StateStartTimestamp": moment(agent.since),
        }


def _who(username: str, resources: Resources) -> Json:
    """By the name alone where the user is gone since."""
    arn, user = resources.instance_arn, resources.named(Kind.USER, username)
    profile = user and user.facts.get("RoutingProfileId")
    identifier = user.id if user else username
    group = user and user.facts.get("HierarchyGroupId")
    return {
        "User": {"Id": identifier, "Arn": f"{arn}/agent/{identifier}"},
        "RoutingProfile": profile and {"Id": profile, "Arn": f"{arn}/routing-profile/{profile}"},
        "HierarchyPath": group and hierarchy_path(group, resources),
    }


def hierarchy_path(group_id: str, resources: Resources) -> Json:
    """Ids from the top down to this group, by the names of the levels."""
    found = path(resources.get(Kind.HIERARCHY_GROUP, group_id), resources)
    return {
        level: {"Id": one.id, "Arn": resources.arn(one)}
        for level, one in zip(LEVELS, found, strict=False)
    }


def _status(status: Status, since: datetime | None, resources: Resources) -> Json:
    arn = f"{resources.instance_arn}/agent-state/{status.id}"
    return {"StatusName": status.name, "StatusArn": arn, "StatusStartTimestamp": since}


def _reference(live: LiveContact, state: str) -> Json:
    record = live.record
    connected = record.connected_to_agent
    return {
        "ContactId": live.contact_id,
        "Channel": record.channel,
        "InitiationMethod": record.initiation_method,
        "AgentContactState": state,
        "StateStartTimestamp": connected if state == "CONNECTED" else None,
        "ConnectedToAgentTimestamp": connected,
        "Queue": record.queue and {"Id": record.queue},
    }


def _chat(held: Held, moment: Moment) -> Json:
    record = held.chat.record if held.chat else None
    return {
        "ContactId": held.contact_id,
        "Channel": "CHAT",
        "InitiationMethod": record and record.initiation_method,
        "AgentContactState": held.state,
        "StateStartTimestamp": moment(held.seat.since),
        "ConnectedToAgentTimestamp": record and record.connected_to_agent,
        "Queue": record and record.queue and {"Id": record.queue},
    }


def _listening(one: Listener) -> Json:
    connected = one.record.connected_to_agent
    return {
        "ContactId": one.record.contact_id,
        "Channel": one.record.channel,
        "InitiationMethod": one.record.initiation_method,
        "AgentContactState": LISTENS[one.monitor.stage],
        "StateStartTimestamp": connected or one.record.initiation,
        "ConnectedToAgentTimestamp": connected,
    }


class Wanted:
    """`UserDataFilters`, read once: what is not filtered by lets everybody through."""

    def __init__(self, filters: Json, resources: Resources) -> None:
        """Raises Refused: a reference leads nowhere."""
        self._states = set(filters.get("ContactFilter", {}).get("ContactStates", ()))
        self._queues = _found(Kind.QUEUE, filters.get("Queues"), resources)
        self._profiles = _found(Kind.ROUTING_PROFILE, filters.get("RoutingProfiles"), resources)
        self._users = _found(Kind.USER, filters.get("Agents"), resources)
        groups = _found(Kind.HIERARCHY_GROUP, filters.get("UserHierarchyGroups"), resources)
        self._groups = {each for one in groups for each in below(one.id, resources)}
        self._resources = resources

    def takes(self, row: Json, agent: Agent | None) -> bool:
        """Whether this row is of somebody asked for; `agent`: None for who only listens."""
        user = self._resources.find(Kind.USER, row["User"]["Id"])
        profile = row["RoutingProfile"]
        states = {each["AgentContactState"] for each in row["Contacts"]}
        return (
            (not self._users or row["User"]["Id"] in {one.id for one in self._users})
            and (not self._states or not self._states.isdisjoint(states))
            and (not self._profiles or (bool(profile) and profile["Id"] in _ids(self._profiles)))
            and (not self._queues or any(agent and agent.serves(q.id) for q in self._queues))
            and (not self._groups or (user and user.facts.get("HierarchyGroupId")) in self._groups)
        )


def _found(kind: Kind, references: list[str] | None, resources: Resources) -> list[Resource]:
    return [resources.get(kind, each) for each in references or ()]


def _ids(found: list[Resource]) -> set[str]:
    return {one.id for one in found}
