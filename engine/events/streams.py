"""What happens to contacts and agents becomes events, on the bus and on their way outside."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime
from math import inf

from config import EventSettings
from engine.bus import Bus, Message
from engine.contact_record import ContactRecord
from engine.directory import Kind, Resources
from engine.events.agent_events import AgentEvents
from engine.events.agent_snapshot import AgentSnapshots
from engine.events.contact_events import ContactEvents, Event
from engine.events.destinations import outboxes
from engine.instants import Instants, instant
from engine.ledger import Ledger
from engine.queues import Floor
from engine.registry import Registry

CONTACT, AGENT = "events.contact", "events.agent"
"""Subjects of the bus: {"key": id of the event, "agent": user name or None, "event"}."""


class Streams:
    def __init__(
        self,
        settings: EventSettings,
        bus: Bus,
        ledger: Ledger,
        floor: Floor,
        registry: Registry,
        resources: Resources,
    ) -> None:
        self._bus, self._floor, self._registry = bus, floor, registry
        self._resources, self._loop = resources, asyncio.get_running_loop()
        self._contacts, self._agents = ContactEvents(resources), AgentEvents(resources.instance_arn)
        moment = Instants(datetime.now(UTC), self._loop.time()).of
        self._snapshots = AgentSnapshots(resources, moment)
        self._touched: dict[str, None] = {}  # agents, in order
        self._timer: asyncio.TimerHandle | None = None
        self._outboxes = outboxes(settings)
        for subject in (CONTACT, AGENT):
            bus.subscribe(subject, self._send)
        ledger.listen(self._saved)
        floor.listen(lambda name: self._touch((name,)))
        registry.listen_to_people(self._touch)

    def start(self) -> None:
        for each in self._outboxes:
            each.start()

    async def stop(self) -> None:
        """What waits is on its way once more."""
        self._tell_of_agents()
        if self._timer:
            self._timer.cancel()
        for each in self._outboxes:
            await each.stop()

    def _send(self, message: Message) -> None:
        for each in self._outboxes:
            each.add(message["event"])

    def _saved(self, record: ContactRecord) -> None:
        for event in self._contacts.saved(record):
            self._publish(CONTACT, event["id"], record.agent, event)

    def _touch(self, names: Iterable[str]) -> None:
        """They are looked at when everything has happened that happens now."""
        if not self._touched:
            self._loop.call_soon(self._tell_of_agents)
        self._touched.update(dict.fromkeys(names))

    def _tell_of_agents(self) -> None:
        touched, self._touched = self._touched, {}
        for name in touched:
            self._tell_of(name)
        self._arm()

    def _tell_of(self, name: str) -> None:
        agent = self._floor.agents.get(name)
        if agent is None:
            self._agents.gone(name)
            return
        user = self._resources.named(Kind.USER, name)
        event = self._agents.changed(
            *(name, user.id if user else name),
            self._snapshots.of(agent, self._registry.involving(name)),
            logged_in=agent.registered,
            utc=utc_now(),
            now=self._loop.time(),
        )
        if event:
            self._publish(AGENT, event["EventId"], name, event)

    def _publish(self, subject: str, key: str, agent: str | None, event: Event) -> None:
        self._bus.publish(subject, {"key": key, "agent": agent, "event": event})

    def _arm(self) -> None:
        if self._timer:
            self._timer.cancel()
        due = self._agents.deadline
        self._timer = self._loop.call_at(due, self._beat, due) if due < inf else None

    def _beat(self, due: float) -> None:
        now = max(due, self._loop.time())  # the loop may wake a hair early
        for event in self._agents.tick(utc_now(), now):
            name = event["CurrentAgentSnapshot"]["Configuration"]["Username"]
            self._publish(AGENT, event["EventId"], name, event)
        self._arm()


def utc_now() -> str:
    return instant(datetime.now(UTC)) or ""
