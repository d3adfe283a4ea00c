"""Who gets the next contact: the floor, with all agents and all waiting contacts.

An agent who comes free takes, of the queues of their routing profile, the first by the queue's
priority there, then by the contact's own, then by age; from a queue with a delay only who has
waited so long. A contact that comes goes to whoever has been available longest of those who may
take it. Either costs O(log n) for the heaps, and a look at each queue of the profile, or at each
profile that has the queue. Specification section 3.3.

Pure: every change returns the offers that follow from it, and the agents named in them are already
marked as ringing. Between two changes no agent is free who may take a contact that waits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count
from math import inf

from engine.agents import BUSY, Agent, Presence, Signal, Status, own_queue
from engine.groups import Groups
from engine.routing_profile import RoutingProfile
from engine.waiting import Line, Place


@dataclass(frozen=True, slots=True)
class Offer:
    """This contact is to ring at this agent."""

    contact_id: str
    agent: str


@dataclass(frozen=True, slots=True)
class Worked:
    """After-contact work that is over; both are monotonic seconds."""

    contact_id: str
    start: float
    end: float


class Floor:
    """All agents and all waiting contacts; times are monotonic seconds."""

    def __init__(self, agents: Iterable[Agent], queues: Iterable[str]) -> None:
        self.agents: dict[str, Agent] = {}
        self.queues = set(queues)
        self.groups = Groups()
        self._dismissed: set[str] = set()
        self._places: dict[str, Place] = {}
        self._in_queue: dict[str, dict[str, Place]] = {}  # in order of arrival
        self._lines: dict[str, Line] = {}
        self._due: list[tuple[float, int, Agent | Place]] = []
        self._serial, self._arrivals = count(), count()
        self.worked: list[Worked] = []
        """What is over since somebody emptied it."""
        self._on_agent: list[Callable[[str], None]] = []
        self._on_queues: list[Callable[[Iterable[str]], None]] = []
        for agent in agents:
            self.hire(agent, -inf)

    def listen(self, listener: Callable[[str], None]) -> None:
        """It is told the name of an agent who may be other than before: it looks later, or takes
        the agent away before anything is offered to them."""
        self._on_agent.append(listener)

    def listen_to_queues(self, listener: Callable[[Iterable[str]], None]) -> None:
        """The same of queues: of who waits there, and of the agents who serve them."""
        self._on_queues.append(listener)

    def _tell(self, agent: Agent) -> None:
        for listener in self._on_agent:
            listener(agent.username)
        self._tell_queues(agent.profile.names)

    def _tell_queues(self, queues: Iterable[str]) -> None:
        for listener in self._on_queues:
            listener(queues)

    # Who is there -----------------------------------------------------------------------------

    def hire(self, new: Agent, now: float) -> list[Offer]:
        """An agent comes, or one who is there already works as `new` would from now on."""
        self._dismissed.discard(new.username)
        agent = self.agents.setdefault(new.username, new)
        if agent is not new:
            agent.rest_seconds, agent.work_seconds = new.rest_seconds, new.work_seconds
            agent.auto_accept, agent.hierarchy = new.auto_accept, new.hierarchy
            self.groups.resign(agent)
            self._tell_queues(agent.profile.names)
            agent.profile = new.profile
        if self.groups.enrol(agent):
            self._delay_anew(agent.profile, now)
        self._remember(agent)
        self._tell(agent)
        return self._serve(agent, now)

    def _delay_anew(self, profile: RoutingProfile, now: float) -> None:
        """What stands in line already is to be offered when it has waited for this profile."""
        for one in profile.queues if self._places else ():
            for place in self._in_queue.get(one.queue, {}).values():
                if place.entry is not None:
                    self._wait_on(place, (one.delay,), now)

    def dismiss(self, username: str) -> None:
        """An agent is one no longer; what they are in the middle of goes on."""
        if agent := self.agents.get(username):
            self._dismissed.add(username)
            self._let_go(agent)

    def _let_go(self, agent: Agent) -> bool:
        """Whether they were dismissed, and have gone."""
        if agent.username not in self._dismissed or agent.activity in BUSY:
            return False
        self._dismissed.remove(agent.username)
        self.groups.resign(agent)
        del self.agents[agent.username]
        self._tell(agent)
        return True

    def has(self, queue: str) -> bool:
        """Each agent has a queue of their own."""
        return queue in self.queues or self.owner(queue) is not None

    def owner(self, queue: str) -> Agent | None:
        """Whose own queue it is."""
        username = queue.partition("/")[2]
        agent = self.agents.get(username)
        return agent if agent and own_queue(username) == queue else None

    # What waits -------------------------------------------------------------------------------

    def contacts_in(self, queue: str) -> int:
        """Contacts that no agent has answered yet, those that ring included."""
        return len(self._in_queue.get(queue, ()))

    def oldest_in(self, queue: str, now: float) -> float:
        """How many seconds the contact that came first has waited; 0 where none waits."""
        since = self.oldest_since(queue)
        return 0.0 if since is None else max(0.0, now - since)

    def oldest_since(self, queue: str) -> float | None:
        """When the contact came that came first; None where none waits."""
        first = next(iter(self._in_queue.get(queue, {}).values()), None)
        return first.since if first else None

    def place(self, contact_id: str) -> Place | None:
        """Where it stands; None where it waits for nobody."""
        return self._places.get(contact_id)

    def join(self, contact_id: str, queue: str, now: float) -> list[Offer]:
        assert self.has(queue), f"contact {contact_id} joined unknown queue {queue}"
        assert contact_id not in self._places, f"contact {contact_id} waits already"
        place = Place(contact_id, queue, now, next(self._arrivals))
        self._places[contact_id] = place
        self._in_queue.setdefault(queue, {})[contact_id] = place
        self._tell_queues((queue,))
        return self._stand(place, now)

    def prefer(
        self, contact_id: str, now: float, *, priority: int | None, added_seconds: float | None
    ) -> list[Offer]:
        """Another priority, or another age; what is None stays."""
        place = self._places[contact_id]
        if priority is not None:
            place.priority = priority
        if added_seconds is not None:
            place.added_seconds = added_seconds
        if place.entry is None:
            return []
        place.entry = None
        return self._stand(place, now)

    def miss(self, contact_id: str, now: float) -> list[Offer]:
        """The agent it rang at did not take it: it keeps its place and goes to the next one."""
        place = self._places[contact_id]
        missed, place.ringing = place.ringing, None
        return [*self._signal(missed, Signal.MISSED, now), *self._stand(place, now)]

    def step_aside(self, contact_id: str, now: float) -> list[Offer]:
        """It keeps its place, and is offered to nobody until `step_back`; an agent it rang at is
        free for another."""
        place = self._places[contact_id]
        rang, place.ringing, place.entry = place.ringing, None, None
        return self._signal(rang, Signal.WITHDRAWN, now)

    def step_back(self, contact_id: str, now: float) -> list[Offer]:
        return self._stand(self._places[contact_id], now)

    def take(self, contact_id: str, now: float) -> None:
        """The agent it rang at has it."""
        self._signal(self._remove(contact_id), Signal.ANSWERED, now)

    def leave(self, contact_id: str, now: float) -> list[Offer]:
        """It waits no longer; an agent it rang at is free for another."""
        return self._signal(self._remove(contact_id), Signal.WITHDRAWN, now)

    def call(self, contact_id: str, username: str, now: float) -> bool:
        """It is to ring at this agent and no other; False when they are not available."""
        agent = self.agents[username]
        if agent.presence is not Presence.AVAILABLE:
            return False
        assert contact_id not in self._places, f"contact {contact_id} waits already"
        place = self._places[contact_id] = Place(contact_id, None, now)
        self._ring(place, agent, now)
        return True

    def decline(self, contact_id: str, now: float) -> list[Offer]:
        """The only agent it could ring at did not take it: it waits no longer."""
        return self._signal(self._remove(contact_id), Signal.MISSED, now)

    # What agents do ---------------------------------------------------------------------------

    def engage(self, username: str, now: float) -> None:
        """The agent has called somebody; `release` when that is over."""
        self._signal(username, Signal.CALLED, now)

    def release(self, username: str, now: float, contact_id: str | None = None) -> list[Offer]:
        """The agent's conversation is over; after a contact there may be work."""
        agent = self.agents[username]
        if contact_id is None or agent.work_seconds is None:
            return self._signal(username, Signal.RELEASED, now)
        agent.contact_id = contact_id
        return self._signal(username, Signal.FINISHED, now)

    def clear(self, username: str, now: float) -> list[Offer]:
        """What was missed is forgiven, after-contact work is over."""
        return self._signal(username, Signal.EXPIRED, now)

    def choose(self, username: str, status: Status, now: float) -> list[Offer]:
        """A status, at once or after the contact."""
        agent = self.agents[username]
        before = agent.presence, agent.since
        agent.choose(status, now)
        return self._changed(agent, before, now)

    def register(self, username: str, now: float, *, registered: bool = True) -> list[Offer]:
        agent = self.agents[username]
        before = agent.presence, agent.since
        agent.register(now, registered=registered)
        return self._changed(agent, before, now)

    def unregister(self, username: str, now: float) -> None:
        self.register(username, now, registered=False)

    # Time -------------------------------------------------------------------------------------

    @property
    def deadline(self) -> float:
        """When tick() is next due; inf when never."""
        while self._due and not self._is_due(*self._due[0]):
            heappop(self._due)
        return self._due[0][0] if self._due else inf

    def tick(self, now: float) -> list[Offer]:
        offers: list[Offer] = []
        while self.deadline <= now:
            _, _, what = heappop(self._due)
            if isinstance(what, Agent):
                offers += self._signal(what.username, Signal.EXPIRED, now)
            else:
                offers += self._find_agent(what, now)
        return offers

    def _is_due(self, due: float, _: int, what: Agent | Place) -> bool:
        """Whether it still is, and then."""
        if isinstance(what, Agent):
            return what.deadline == due
        return what.entry is not None and due >= what.entry[0]

    def _remember(self, agent: Agent) -> None:
        if agent.deadline < inf:
            heappush(self._due, (agent.deadline, next(self._serial), agent))

    # Agents and contacts find each other ------------------------------------------------------

    def _signal(self, username: str | None, signal: Signal, now: float) -> list[Offer]:
        if username is None or username not in self.agents:
            return []
        agent = self.agents[username]
        before = agent.presence, agent.since
        agent.step(signal, now)
        return self._changed(agent, before, now)

    def _changed(self, agent: Agent, former: tuple[Presence, float], now: float) -> list[Offer]:
        """Counted anew; who is available now takes a contact, if one waits. `former`: what the
        agent did, and since when."""
        before, since = former
        if agent.presence is before:
            self._tell(agent)
            return []
        if before is Presence.AFTER_CONTACT_WORK and agent.contact_id:
            self.worked.append(Worked(agent.contact_id, since, now))
        self.groups.of(agent).moved(agent, before)
        self._tell(agent)
        if self._let_go(agent):
            return []
        self._remember(agent)
        return self._serve(agent, now)

    def _serve(self, agent: Agent, now: float) -> list[Offer]:
        if agent.presence is not Presence.AVAILABLE:
            return []
        place = self._next_for(agent, now)
        return [self._ring(place, agent, now)] if place else []

    def _next_for(self, agent: Agent, now: float) -> Place | None:
        """Their own queue goes before all others."""
        own = self._lines.get(own_queue(agent.username))
        if own and (place := own.first(now)):
            return place
        for level in self.groups.of(agent).levels:
            lines = [(self._lines.get(one.queue), one.delay) for one in level]
            heads = [line.first(now, delay) for line, delay in lines if line]
            found = min((head for head in heads if head), key=lambda one: one.rank, default=None)
            if found:
                return found
        return None

    def _stand(self, place: Place, now: float) -> list[Offer]:
        """It stands in line, unless somebody is free."""
        assert place.queue, "what rings at one agent only does not stand in line"
        self._lines.setdefault(place.queue, Line()).put(place)
        return self._find_agent(place, now)

    def _find_agent(self, place: Place, now: float) -> list[Offer]:
        assert place.queue
        owner = self.owner(place.queue)
        if owner:
            free = owner if owner.presence is Presence.AVAILABLE else None
        else:
            serving = self.groups.serving(place.queue)
            heads = [
                group.first() for group, delay in serving.items() if place.has_waited(delay, now)
            ]
            free = min(filter(None, heads), key=lambda agent: agent.since, default=None)
            self._wait_on(place, serving.values(), now)
        return [self._ring(place, free, now)] if free else []

    def _wait_on(self, place: Place, delays: Iterable[float], now: float) -> None:
        """Others may take it when it has waited longer."""
        left = [delay for delay in delays if not place.has_waited(delay, now)]
        if left:
            due = place.counted_from + min(left)
            heappush(self._due, (due, next(self._serial), place))

    def _ring(self, place: Place, agent: Agent, now: float) -> Offer:
        place.ringing, place.entry = agent.username, None
        agent.contact_id = place.contact_id
        before = agent.presence
        agent.step(Signal.OFFERED, now)
        self.groups.of(agent).moved(agent, before)
        self._tell(agent)
        return Offer(place.contact_id, agent.username)

    def _remove(self, contact_id: str) -> str | None:
        """From its queue; the agent it rings at, if any."""
        place = self._places.pop(contact_id, None)
        if place is None:
            return None
        if place.queue:
            del self._in_queue[place.queue][contact_id]
            self._tell_queues((place.queue,))
        place.entry = None
        return place.ringing
