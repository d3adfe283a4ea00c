"""Rows of the topic "agents": who does what just now, as the Real-time metrics page shows it. Pure.

Specification items 15 to 17, 65 and 66. Somebody who only listens in has a row while they do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from engine.agent_contacts import LEFT_OVER, agent_contact_state, stands_since
from engine.agents import OFFLINE, Agent, Presence
from engine.chat.chat import Chat
from engine.chat.load import NO_CHATS, Held, Load
from engine.chat.reading import Reading, Readings
from engine.directory import Kind, Resource, Resources
from engine.directory.hierarchy import path
from engine.instants import instant
from engine.live import Listener, LiveContact
from engine.monitor_rights import LISTENS, MonitorRights
from engine.queues import Floor
from engine.refused import Refused
from engine.registry import Registry
from engine.supervision import MODE_NAMES, Candidate, Stage, check
from engine.web.live.topic import Row, Viewer
from engine.web.user_data import MONITORING
from mixer import Mode

Moment = Callable[[float], str | None]
"""UTC, by monotonic seconds; None for ever ago."""
ACTIVITIES = {
    Presence.OFFLINE: "OFFLINE",
    Presence.AVAILABLE: "AVAILABLE",
    Presence.BREAK: "CUSTOM",
    Presence.RINGING: "INCOMING",
    Presence.ON_CONTACT: "ON_CONTACT",
    Presence.LEAVING: "ON_CONTACT",
    Presence.MISSED: "MISSED",
    Presence.AFTER_CONTACT_WORK: "AFTER_CONTACT_WORK",
}
LISTENING = {Stage.DIALLING: "CONNECTING", Stage.LISTENING: "MONITORING"}
CONVERSATION = frozenset({"CONNECTED", "CONNECTED_ONHOLD"})


class AgentRows:
    def __init__(
        self,
        floor: Floor,
        registry: Registry,
        resources: Resources,
        rights: MonitorRights,
        max_listeners: int,
        moment: Moment,
        loads: Callable[[str], Load] = lambda _: NO_CHATS,
        readings: Readings | None = None,
    ) -> None:
        self._loads, self._readings = loads, readings or Readings(max_listeners)
        self._floor, self._registry, self._resources = floor, registry, resources
        self._rights, self._max_listeners, self._moment = rights, max_listeners, moment

    def row(self, username: str) -> Row | None:
        agent = self._floor.agents.get(username)
        load = self._loads(username)
        contacts = [*self._contacts(username, agent), *map(self._chat, load.held)]
        contacts += [self._reading(one) for one in self._readings.by(username)]
        listens = [one for one in contacts if one["initiation_method"] == "MONITOR"]
        if agent is None and not listens:
            return None
        return {
            "key": username,
            **self._who(username),
            **self._does(agent, listens, load),
            "active": len(contacts),
            "contacts": contacts,
        }

    def _who(self, username: str) -> Mapping[str, Any]:
        """By the name alone where the user is gone since."""
        user = self._resources.named(Kind.USER, username)
        facts = user.facts if user else {}
        identity = facts.get("IdentityInfo", {})
        group = self._found(Kind.HIERARCHY_GROUP, facts.get("HierarchyGroupId"))
        profile = self._found(Kind.ROUTING_PROFILE, facts.get("RoutingProfileId"))
        return {
            "user_id": user.id if user else None,
            "login": username,
            "first_name": identity.get("FirstName", ""),
            "last_name": identity.get("LastName", ""),
            "hierarchy": [one.name for one in path(group, self._resources)] if group else [],
            "hierarchy_group_id": group.id if group else None,
            "routing_profile": named(profile),
        }

    def _does(self, agent: Agent | None, listens: list[Row], load: Load) -> Mapping[str, Any]:
        """Whoever listens is shown as Monitoring, whatever else they are."""
        activity, since = "MONITORING", listens[0]["since"] if listens else None
        status, status_since = MONITORING, since
        if agent is not None and not listens:
            activity, since = ACTIVITIES[load.presence(agent)], self._moment(agent.since)
            status = agent.status if agent.registered else OFFLINE
            status_since = self._moment(agent.status_since) if agent.registered else since
        free = agent is not None and agent.presence is Presence.AVAILABLE
        return {
            "status": {"id": status.id, "name": status.name, "type": status.type.value},
            "status_since": status_since,
            "next_status": agent.next_status.name if agent and agent.next_status else None,
            "activity": activity,
            "activity_since": since,
            "capacity": int(agent is not None) + load.most,
            "available": int(free) + load.free,
        }

    def _contacts(self, username: str, agent: Agent | None) -> Iterator[Row]:
        for live in self._registry.involving(username):
            for one in live.listeners:
                if one.monitor.supervisor == username:
                    yield self._listening(live, one)
            if state := agent_contact_state(live, username):
                yield self._had(live, state, agent)
        if agent is not None and (left := LEFT_OVER.get(agent.presence)):
            yield {
                **contact(agent.contact_id or "", None, left, self._moment(agent.since)),
                "queue": None,
            }

    def _had(self, live: LiveContact, state: str, agent: Agent | None) -> Row:
        record, since = live.record, instant(stands_since(live, state))
        if since is None and agent is not None:
            since = self._moment(agent.since)
        queue = self._found(Kind.QUEUE, record.queue)
        return {
            **contact(record.contact_id, record.initiation_method, state, since),
            "queue": named(queue) or (record.queue and {"id": record.queue, "name": record.queue}),
            "monitorable": state in CONVERSATION and self._may_be_heard(live),
            "monitors": [
                {"login": one.monitor.supervisor, "mode": MODE_NAMES[one.monitor.mode]}
                for one in live.listeners
            ],
        }

    def _chat(self, held: Held) -> Row:
        record = held.chat.record if held.chat else None
        method = record.initiation_method if record else None
        queue = self._found(Kind.QUEUE, record.queue if record else None)
        since = self._moment(held.seat.since)
        shown = contact(held.contact_id, method, held.state, since)
        return {
            **shown,
            "channel": "CHAT",
            "queue": named(queue),
            **(self._readers(held.chat) if held.chat and held.state in CONVERSATION else {}),
        }

    def _readers(self, chat: Chat) -> Row:
        mode = MODE_NAMES[Mode.LISTEN]
        readings = self._readings.of(chat)
        return {
            "monitorable": self._readings.has_room(chat),
            "monitors": [{"login": one.supervisor, "mode": mode} for one in readings],
        }

    def _reading(self, one: Reading) -> Row:
        record = one.record
        since, method = instant(record.initiation), record.initiation_method
        return {
            **contact(record.contact_id, method, "MONITORING", since),
            "channel": record.channel,
            "queue": named(self._found(Kind.QUEUE, record.queue)),
            "monitors_agent": one.agent,
        }

    def _listening(self, live: LiveContact, one: Listener) -> Row:
        since = instant(one.record.connected_to_agent or one.record.initiation)
        state, method = LISTENING[one.monitor.stage], one.record.initiation_method
        queue = self._found(Kind.QUEUE, live.record.queue)
        return {
            **contact(one.record.contact_id, method, state, since),
            "queue": named(queue),
            "monitors_agent": live.record.agent,
        }

    def _may_be_heard(self, live: LiveContact) -> bool:
        """Whether anybody who may listen, and does not yet, could begin to."""
        listeners = [one.monitor.supervisor for one in live.listeners]
        try:
            check(
                Candidate(live.call.state, live.recorded, listeners),
                supervisor="",
                reachable=True,
                max_listeners=self._max_listeners,
                enhanced=self._rights.enhanced,
            )
        except Refused:
            return False
        return True

    def _found(self, kind: Kind, reference: str | None) -> Resource | None:
        return self._resources.find(kind, reference) if reference else None


def view(row: Row, viewer: Viewer) -> Row | None:
    """The row as somebody may see it."""
    own = row["key"] == viewer.name
    if not viewer.sees_agent(row["key"], row["hierarchy_group_id"]):
        return None
    if not row["contacts"]:
        return row
    return {**row, "contacts": [{**one, **hidden(one, viewer, own)} for one in row["contacts"]]}


def hidden(one: Row, viewer: Viewer, own: bool) -> Mapping[str, Any]:
    """Who listens to whom is for those who may listen, and not for whom they listen to."""
    if not viewer.permissions >= LISTENS:
        return {"monitorable": False, "monitors": [], "monitors_agent": None}
    if own:
        return {"monitorable": False, "monitors": []}
    if any(each["login"] == viewer.name for each in one["monitors"]):
        return {"monitorable": False}
    return {}


def contact(contact_id: str, method: str | None, state: str, since: str | None) -> dict[str, Any]:
    """What every contact of an agent has, whatever its state."""
    return {
        "contact_id": contact_id,
        "channel": "VOICE",
        "initiation_method": method,
        "state": state,
        "since": since,
        "monitorable": False,
        "monitors": [],
        "monitors_agent": None,
    }


def named(one: Resource | None) -> Mapping[str, str] | None:
    return {"id": one.id, "name": one.name} if one else None
