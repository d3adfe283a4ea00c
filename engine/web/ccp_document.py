"""All that somebody's Contact Control Panel shows, as one document."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

from engine.agent_contacts import LEFT_OVER, agent_contact_state
from engine.agents import AT_REST, Agent, Status, StatusType
from engine.call import State
from engine.ccp import Talk
from engine.chat.chats import Chats
from engine.chat.load import Load
from engine.chat.reading import Reading
from engine.contact_record import ContactRecord
from engine.directory import Kind
from engine.house import House
from engine.instants import Instants, instant
from engine.live import Listener, LiveContact
from engine.supervision import MODE_NAMES, MODES, SILENT, Stage
from engine.web.ccp_chats import chat_contact, reading_contact
from engine.web.shapes import Json
from mixer import Mode, PortStats
from recorder import Part

MAY = {
    "dial": "OutboundCallAccess",
    "transfer": "BasicAgentAccess",
    "record": "BasicAgentAccess",
    "monitor": "ManagerListenIn",
    "barge": "ManagerBargeIn",
}
"""What the page may offer, by the permission that it needs."""
OF_AGENTS = frozenset({"dial", "transfer"})
"""Which of it is nothing for whoever is no agent."""


class CcpDocument:
    def __init__(self, house: House) -> None:
        self._house, self._resources = house, house.directory.resources
        self._moment = Instants(datetime.now(UTC), asyncio.get_running_loop().time()).of
        self._records: dict[str, ContactRecord] = {}  # of the contact each agent had last

    def of(self, username: str) -> Json | None:
        """None where there is no such user."""
        user = self._resources.named(Kind.USER, username)
        if user is None:
            return None
        agent = self._house.router.floor.agents.get(username)
        load, chats = self._house.wing.loads.of(username), self._house.chats
        contacts = list(self._contacts(username, agent))
        contacts += [{**NOBODY, **chat_contact(one, chats, self._moment)} for one in load.held]
        contacts += [self._reading(one, chats) for one in self._house.wing.readings.by(username)]
        permissions = self._resources.permissions(user)
        return {
            "key": username,
            "user_id": user.id,
            "username": username,
            **self._presence(
                agent, load, monitors=any(c["state"] == "MONITORING" for c in contacts)
            ),
            "auto_accept": agent is not None and agent.auto_accept,
            **self._media(username),
            "may": {
                what: permission in permissions and (agent is not None or what not in OF_AGENTS)
                for what, permission in MAY.items()
            },
            "contacts": contacts,
        }

    def _presence(self, agent: Agent | None, load: Load, *, monitors: bool) -> Json:
        """Without a phone an agent is offline for the queues, whatever the status says."""
        if agent is None:
            presence = "MONITORING" if monitors else "OFFLINE"
            nothing: Json = {"status": None, "next_status": None, "statuses": []}
            return {**nothing, "presence": presence, "since": None}
        at_rest = agent.presence in AT_REST.values()
        return {
            "status": {**status(agent.status), "since": self._moment(agent.status_since)},
            "next_status": agent.next_status and status(agent.next_status),
            "statuses": [status(one) for one in self._statuses()],
            "presence": "MONITORING" if monitors and at_rest else load.presence(agent).name,
            "since": self._moment(agent.since),
        }

    def _statuses(self) -> Iterator[Status]:
        """Those that may be chosen, in their order."""
        found = self._resources.all(Kind.AGENT_STATUS)
        for one in sorted(found, key=lambda each: each.facts.get("DisplayOrder") or 0):
            if one.facts["State"] == "ENABLED":
                yield Status(one.id, one.name, StatusType(one.facts["Type"]))

    def _media(self, username: str) -> Json:
        leg, legs = self._house.browsers.leg(username), self._house.legs
        up = leg is not None and leg.is_up
        stats = legs.stats(username) if up else None
        return {
            "media": up or legs.is_calling(username),
            "page": legs.page(username),
            "media_failure": legs.failure(username),
            "listen_only": leg is not None and leg.listen_only,
            "codec": leg.codec.name if leg else None,
            "quality": stats and quality(stats),
        }

    def _contacts(self, username: str, agent: Agent | None) -> Iterator[Json]:
        for talk in self._house.ccp.talks(username):
            self._records[username] = talk.live.record
            yield self._contact(username, talk)
        if agent and (left := self._left_over(agent)):
            yield left
        if found := self._house.ccp.monitoring(username):
            yield self._monitoring(*found)

    def _contact(self, username: str, talk: Talk) -> Json:
        live, line = talk.live, talk.line
        state = agent_contact_state(live, username) or "CONNECTING"
        if line.held and state == "CONNECTED":
            state = "CONNECTED_ONHOLD"
        return {
            **facts(live.record, username),
            "state": state,
            "since": instant(line.since),
            "connected_at": instant(live.record.connected_to_agent),
            "clear_at": None,
            "muted": line.leg.muted,
            "recording": self._recording(live),
            "transferring": live.call.state is State.TRANSFERRING,
            "third": third(talk, username),
            "listeners": [
                {"username": one.monitor.supervisor, "mode": MODE_NAMES[one.monitor.mode]}
                for one in live.listeners
                if one.monitor.mode is Mode.BARGE
            ],
            "monitor": None,
            **SPOKEN,
        }

    def _recording(self, live: LiveContact) -> str | None:
        track = self._house.recordings.track(live, Part.AGENT)
        if track is None:
            return None
        return "SUSPENDED" if track.suspended else "ON"

    def _left_over(self, agent: Agent) -> Json | None:
        """A contact that is over for the agent, who has not cleared it."""
        state, contact_id = LEFT_OVER.get(agent.presence), agent.contact_id
        if state is None or contact_id is None:
            return None
        live, last = self._house.registry.get(contact_id), self._records.get(agent.username)
        record = live.record if live else last
        known = record is not None and record.contact_id == contact_id
        said = facts(record, agent.username) if record and known else dict.fromkeys(FACTS)
        return {
            **said,
            "contact_id": contact_id,
            "channel": "VOICE",
            "state": state,
            "since": self._moment(agent.since),
            "connected_at": instant(record.connected_to_agent) if record and known else None,
            "clear_at": self._moment(agent.deadline),
            **NOBODY,
        }

    def _monitoring(self, live: LiveContact, listener: Listener) -> Json:
        listening = listener.monitor.stage is Stage.LISTENING
        agent = live.record.agent or ""
        allowed = self._house.rights.allowed(listener.monitor.supervisor)
        return {
            **facts(live.record, agent),
            "contact_id": listener.record.contact_id,
            "initiation_method": listener.record.initiation_method,
            "state": "MONITORING" if listening else "CONNECTING",
            "since": instant(listener.record.connected_to_agent or listener.record.initiation),
            "connected_at": instant(listener.record.connected_to_agent),
            "clear_at": None,
            **NOBODY,
            "monitor": self._monitored(
                agent, listener.monitor.mode, listener.monitor.allowed & allowed
            ),
        }

    def _reading(self, reading: Reading, chats: Chats) -> Json:
        monitored = self._monitored(reading.agent, Mode.LISTEN, SILENT)
        return {**NOBODY, **reading_contact(reading, chats), "monitor": monitored}

    def _monitored(self, agent: str, mode: Mode, allowed: frozenset[Mode]) -> Json:
        user = self._resources.named(Kind.USER, agent)
        identity = user.facts.get("IdentityInfo", {}) if user else {}
        name = f"{identity.get('FirstName', '')} {identity.get('LastName', '')}".strip()
        return {
            "agent": agent,
            "agent_name": name or agent,
            "mode": MODE_NAMES[mode],
            "allowed": [name for name, each in MODES.items() if each in allowed],
        }


SPOKEN: Json = {"customer_name": None, "typing": False, "last_item_id": None}
"""Nothing is written in a call."""
NOBODY: Json = {
    **{"muted": False, "recording": None, "transferring": False},
    **{"third": None, "listeners": [], "monitor": None},
    **SPOKEN,
}
"""A contact that is over, or is listened to, has none of these."""
FACTS = ("contact_id", "initiation_method", "queue", "phone_number")


def facts(record: ContactRecord, username: str) -> Json:
    return {
        "contact_id": record.contact_id,
        "channel": record.channel,
        "initiation_method": record.initiation_method,
        "queue": record.queue,
        "phone_number": far_end(record, username),
    }


def far_end(record: ContactRecord, username: str) -> str:
    """Whom this agent talks with: who has called a colleague is that contact's customer."""
    calls = record.customer_endpoint == username
    return record.system_endpoint if calls else record.customer_endpoint


def third(talk: Talk, username: str) -> Json | None:
    if talk.third is None or talk.third_line is None:
        return None
    state = "CONNECTED_ONHOLD" if talk.third_line.held else "CONNECTED"
    return {
        "name": far_end(talk.third.record, username),
        "state": state if talk.third.call.state is State.BRIDGED else "CONNECTING",
        "conference": talk.conference,
    }


def quality(stats: PortStats) -> Json:
    """Of what comes from the browser, since the leg was opened; `mos` as G.107 estimates it."""
    sent = stats.received + stats.lost
    return {
        "loss_percent": round(100 * stats.lost / sent, 2) if sent else 0.0,
        "jitter_ms": round(stats.jitter_ms, 1),
        "rtt_ms": round(stats.rtt_ms, 1),
        "mos": round(stats.mos, 2),
    }


def status(one: Status) -> Json:
    return {"id": one.id, "name": one.name, "type": one.type.value}
