"""Who gets the next contact: the agent who has been available longest takes the oldest contact.

Source: routing as Amazon Connect does it, without routing profiles yet. Pure: every change
returns the offers that follow from it, and the agents named in them are already marked as ringing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf

from engine.agents import Agent, Presence, Signal, own_queue


@dataclass(frozen=True, slots=True)
class Offer:
    """This contact is to ring at this agent."""

    contact_id: str
    agent: str


@dataclass(slots=True)
class _Place:
    queue: str | None  # None where it is meant for one agent only
    ringing: str | None = None  # the agent the contact is being offered to
    since: float = inf


class Floor:
    """All agents and all waiting contacts; times are monotonic seconds."""

    def __init__(self, agents: Iterable[Agent], queues: Iterable[str]) -> None:
        self.agents = {agent.username: agent for agent in agents}
        self.queues = frozenset(queues)
        self._places: dict[str, _Place] = {}  # in order of arrival; an offer keeps the place

    @property
    def deadline(self) -> float:
        """When tick() is next due; inf when never."""
        return min((agent.deadline for agent in self.agents.values()), default=inf)

    def hire(self, username: str, queues: tuple[str, ...], rest_seconds: float) -> None:
        """An agent comes, or serves other queues from the next contact on."""
        agent = self.agents.setdefault(username, Agent(username, queues, rest_seconds))
        agent.queues = queues

    def dismiss(self, username: str) -> None:
        """An agent is one no longer; what they are in the middle of goes on."""
        agent = self.agents.get(username)
        if agent is None:
            return
        agent.queues = ()
        if agent.presence is Presence.OFFLINE:
            del self.agents[username]

    def has(self, queue: str) -> bool:
        """Each agent has a queue of their own."""
        return queue in self.queues or queue in map(own_queue, self.agents)

    def contacts_in(self, queue: str) -> int:
        """Contacts that no agent has answered yet, those that ring included."""
        return sum(place.queue == queue for place in self._places.values())

    def oldest_in(self, queue: str, now: float) -> float:
        """How many seconds the contact that came first has waited; 0 where none waits."""
        since = (place.since for place in self._places.values() if place.queue == queue)
        return max(0.0, now - min(since, default=now))

    def join(self, contact_id: str, queue: str, now: float) -> list[Offer]:
        assert self.has(queue), f"contact {contact_id} joined unknown queue {queue}"
        self._places[contact_id] = _Place(queue, since=now)
        return self._match(now)

    def miss(self, contact_id: str, now: float) -> list[Offer]:
        """The agent it rang at did not take it: it keeps its place and goes to the next one."""
        place = self._places[contact_id]
        self._signal(place.ringing, Signal.MISSED, now)
        place.ringing = None
        return self._match(now)

    def take(self, contact_id: str, now: float) -> None:
        """The agent it rang at has it."""
        self._signal(self._places.pop(contact_id).ringing, Signal.ANSWERED, now)

    def leave(self, contact_id: str, now: float) -> list[Offer]:
        """It waits no longer; an agent it rang at is free for another."""
        if place := self._places.pop(contact_id, None):
            self._signal(place.ringing, Signal.WITHDRAWN, now)
        return self._match(now)

    def call(self, contact_id: str, username: str, now: float) -> bool:
        """It is to ring at this agent and no other; False when they are not available."""
        agent = self.agents[username]
        if agent.presence is not Presence.AVAILABLE:
            return False
        self._places[contact_id] = _Place(None, username)
        agent.step(Signal.OFFERED, now)
        return True

    def decline(self, contact_id: str, now: float) -> list[Offer]:
        """The only agent it could ring at did not take it: it waits no longer."""
        if place := self._places.pop(contact_id, None):
            self._signal(place.ringing, Signal.MISSED, now)
        return self._match(now)

    def engage(self, username: str, now: float) -> None:
        """The agent has called somebody; `release` when that is over."""
        self._signal(username, Signal.CALLED, now)

    def release(self, username: str, now: float) -> list[Offer]:
        """The agent's conversation is over."""
        self._signal(username, Signal.RELEASED, now)
        return self._match(now)

    def register(self, username: str, now: float) -> list[Offer]:
        self._signal(username, Signal.REGISTERED, now)
        return self._match(now)

    def unregister(self, username: str, now: float) -> None:
        self._signal(username, Signal.UNREGISTERED, now)

    def tick(self, now: float) -> list[Offer]:
        for agent in self.agents.values():
            agent.tick(now)
        return self._match(now)

    def _signal(self, username: str | None, signal: Signal, now: float) -> None:
        if username is not None:
            self.agents[username].step(signal, now)

    def _match(self, now: float) -> list[Offer]:
        offers: list[Offer] = []
        waiting = {cid: place for cid, place in self._places.items() if place.ringing is None}
        if not waiting:
            return offers
        free = [a for a in self.agents.values() if a.presence is Presence.AVAILABLE]
        for agent in sorted(free, key=lambda agent: agent.since):
            oldest = next(
                (cid for cid, place in waiting.items() if agent.serves(place.queue)), None
            )
            if oldest is not None:
                waiting.pop(oldest).ringing = agent.username
                agent.step(Signal.OFFERED, now)
                offers.append(Offer(oldest, agent.username))
        return offers
