"""An agent's slots for chats, beside their phone: a second floor, with one seat for each slot.

A seat is an agent of that floor, named after who sits there: "ann#1", "ann#2". It may be offered a
chat while its agent is at work, has chosen a routable status and no next one, has missed no chat
just now, and talks with nobody on the phone, unless the routing profile routes other channels to
whoever does (CrossChannelBehavior). In turn an agent with chats is engaged on the floor of the
phones, unless the profile says the same of chats. Specification section 3.3.

What takes an agent away is done at once, before anything else is offered; what gives one back waits
for `settle`, which `wake` asks for. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from engine.agents import Activity, Agent, StatusType, own_queue
from engine.queues import Floor, Offer
from engine.routing_profile import RoutingProfile, Served

MAX_CHATS = 10
"""Of one agent at a time (specification section 3.3)."""


NO_QUEUES = RoutingProfile()


@dataclass(frozen=True, slots=True)
class Slots:
    """What a routing profile says of chats: how many at a time, out of which queues; whether who
    has chats is rung at, and who is on the phone is offered chats."""

    most: int = 0
    profile: RoutingProfile = NO_QUEUES
    rings: bool = False
    while_on_phone: bool = False


@dataclass(slots=True)
class Desk:
    slots: Slots
    names: list[str] = field(default_factory=list)
    engaged: bool = False
    """On the floor of the phones, because of chats."""


class Desks:
    """`clock` tells monotonic seconds."""

    def __init__(
        self, phones: Floor, chats: Floor, clock: Callable[[], float], wake: Callable[[], None]
    ) -> None:
        self.chats, self._phones = chats, phones
        self._clock, self._wake = clock, wake
        self._desks: dict[str, Desk] = {}
        self._changed: dict[str, None] = {}  # in order
        phones.listen(self._touch)
        chats.listen(lambda seat: self._touch(person(seat)))

    def hire(self, agent: Agent, slots: Slots) -> list[Offer]:
        """An agent has these slots from now on; `agent` as the floor of the phones has them."""
        desk = self._desks.setdefault(agent.username, Desk(slots))
        desk.slots = slots
        self.chats.queues.add(own_queue(agent.username))
        wanted = [seat(agent.username, number) for number in range(1, slots.most + 1)]
        for name in desk.names:
            if name not in wanted:
                self.chats.dismiss(name)
        desk.names = wanted
        now, profile = self._clock(), with_own_queue(agent.username, slots.profile)
        offers: list[Offer] = []
        for name in wanted:
            one = Agent(name, profile, agent.rest_seconds, agent.work_seconds)
            one.hierarchy = agent.hierarchy
            offers += self.chats.hire(one, now)
        self._touch(agent.username)
        return offers

    def dismiss(self, username: str) -> None:
        """An agent is one no longer; chats they are in go on."""
        if desk := self._desks.get(username):
            desk.slots = Slots()
            self.chats.queues.discard(own_queue(username))
            for name in desk.names:
                self.chats.dismiss(name)
            self._touch(username)

    def auto_accepts(self, username: str) -> bool:
        """Whether chats are theirs without being asked."""
        agent = self._phones.agents.get(username)
        return agent is not None and agent.auto_accept

    def most(self, username: str) -> int:
        desk = self._desks.get(username)
        return desk.slots.most if desk else 0

    def seats(self, username: str) -> Iterator[Agent]:
        """Those that there are, the dismissed ones with a chat included."""
        agents = self.chats.agents
        for number in range(1, MAX_CHATS + 1):
            if found := agents.get(seat(username, number)):
                yield found

    def settle(self) -> tuple[list[Offer], list[Offer]]:
        """Give back who is free again: what is offered to phones, and what to seats."""
        calls, chats = list[Offer](), list[Offer]()
        changed, self._changed = self._changed, {}
        for username in changed:
            desk = self._desks.get(username)
            if desk is None:
                continue
            if desk.engaged and not self._has_chats(username):
                desk.engaged = False
                if username in self._phones.agents:
                    calls += self._phones.release(username, self._clock())
            for one in self.seats(username):
                if not one.registered and self._may_be_offered(username, desk):
                    chats += self.chats.register(one.username, self._clock())
            if desk.slots.most == 0 and not any(self.seats(username)) and not desk.engaged:
                del self._desks[username]
        return calls, chats

    def _touch(self, username: str) -> None:
        """Something about the agent is other than before: at once what takes them away."""
        desk = self._desks.get(username)
        if desk is None:
            return
        if not self._changed:
            self._wake()
        self._changed[username] = None
        phone = self._phones.agents.get(username)
        if phone and not desk.engaged and not desk.slots.rings and self._has_chats(username):
            desk.engaged = True
            self._phones.engage(username, self._clock())
        if not self._may_be_offered(username, desk):
            for one in self.seats(username):
                if one.registered and one.activity is Activity.IDLE:
                    self.chats.unregister(one.username, self._clock())

    def _has_chats(self, username: str) -> bool:
        return any(one.activity is not Activity.IDLE for one in self.seats(username))

    def _may_be_offered(self, username: str, desk: Desk) -> bool:
        phone = self._phones.agents.get(username)
        return (
            phone is not None
            and phone.registered
            and phone.status.type is StatusType.ROUTABLE
            and phone.next_status is None
            and (desk.slots.while_on_phone or not on_the_phone(phone, desk.engaged))
            and all(one.activity is not Activity.MISSED for one in self.seats(username))
        )


def on_the_phone(agent: Agent, engaged: bool) -> bool:
    """Whether they do anything there besides being engaged with chats."""
    if engaged and agent.activity is Activity.TALKING:
        return agent.conversations > 1
    return agent.activity is not Activity.IDLE


def seat(username: str, number: int) -> str:
    return f"{username}#{number}"


def person(name: str) -> str:
    """Who sits there."""
    return name.rpartition("#")[0]


def with_own_queue(username: str, profile: RoutingProfile) -> RoutingProfile:
    """What is for this agent alone goes before all else."""
    own = Served(own_queue(username), priority=0)
    return RoutingProfile((own, *profile.queues))
