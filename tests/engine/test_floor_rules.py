"""Whatever happens on a floor, in whatever order: no contact is offered twice or lost."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.agents import AVAILABLE, OFFLINE, Agent, Presence, Status, StatusType
from engine.queues import Floor, Offer
from engine.routing_profile import RoutingProfile, Served

QUEUES = ("support", "sales")
AGENTS = ("a", "b", "c", "d")
PROFILES = (
    RoutingProfile.of(QUEUES),
    RoutingProfile((Served("support", 2), Served("sales", 1))),
    RoutingProfile((Served("sales", 1, delay=10.0),)),
    RoutingProfile(),
)
STATUSES = (AVAILABLE, OFFLINE, Status("lunch", "Lunch", StatusType.CUSTOM))
agents, queues = st.sampled_from(AGENTS), st.sampled_from((*QUEUES, "agent/a"))


class FloorRules(RuleBasedStateMachine):
    """What we say happened, and what the floor told us to offer."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.joined = 0.0, 0
        self.floor = Floor([self.agent(name, PROFILES[0]) for name in AGENTS], QUEUES)
        self.waiting: dict[str, str] = {}  # contact -> queue, those that ring included
        self.ringing: dict[str, str] = {}  # contact -> agent
        self.talking: dict[str, str] = {}  # agent -> contact

    def agent(self, name: str, profile: RoutingProfile) -> Agent:
        return Agent(name, profile, rest_seconds=5.0, work_seconds=3.0)

    def offered(self, offers: list[Offer]) -> None:
        for offer in offers:
            assert offer.contact_id in self.waiting, "nobody waits for this offer"
            assert offer.contact_id not in self.ringing, "offered twice at once"
            assert offer.agent not in self.ringing.values(), "two contacts at one agent"
            self.ringing[offer.contact_id] = offer.agent

    @rule(name=agents, registered=st.booleans())
    def a_phone_comes_or_goes(self, name: str, registered: bool) -> None:
        self.offered(self.floor.register(name, self.now, registered=registered))

    @rule(queue=queues)
    def a_contact_comes(self, queue: str) -> None:
        contact_id = f"contact-{self.joined}"
        self.joined += 1
        self.waiting[contact_id] = queue
        self.offered(self.floor.join(contact_id, queue, self.now))

    @precondition(lambda self: self.ringing)
    @rule(data=st.data())
    def an_agent_answers(self, data: st.DataObject) -> None:
        contact_id = data.draw(st.sampled_from(sorted(self.ringing)))
        self.talking[self.ringing.pop(contact_id)] = contact_id
        del self.waiting[contact_id]
        self.floor.take(contact_id, self.now)

    @precondition(lambda self: self.ringing)
    @rule(data=st.data())
    def an_agent_misses(self, data: st.DataObject) -> None:
        contact_id = data.draw(st.sampled_from(sorted(self.ringing)))
        del self.ringing[contact_id]
        self.offered(self.floor.miss(contact_id, self.now))

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), queue=st.none() | queues)
    def a_customer_leaves_or_is_transferred(self, data: st.DataObject, queue: str | None) -> None:
        contact_id = data.draw(st.sampled_from(sorted(self.waiting)))
        del self.waiting[contact_id]
        self.ringing.pop(contact_id, None)
        self.offered(self.floor.leave(contact_id, self.now))
        if queue:
            self.waiting[contact_id] = queue
            self.offered(self.floor.join(contact_id, queue, self.now))

    @precondition(lambda self: self.talking)
    @rule(data=st.data(), queue=st.none() | queues)
    def a_conversation_ends(self, data: st.DataObject, queue: str | None) -> None:
        """Or goes on to another queue."""
        name = data.draw(st.sampled_from(sorted(self.talking)))
        contact_id = self.talking.pop(name)
        self.offered(self.floor.release(name, self.now, contact_id))
        if queue:
            self.waiting[contact_id] = queue
            self.offered(self.floor.join(contact_id, queue, self.now))

    @rule(name=agents, status=st.sampled_from(STATUSES))
    def an_agent_chooses_a_status(self, name: str, status: Status) -> None:
        self.offered(self.floor.choose(name, status, self.now))

    @rule(name=agents)
    def a_contact_is_cleared(self, name: str) -> None:
        self.offered(self.floor.clear(name, self.now))

    @rule(name=agents, profile=st.sampled_from(PROFILES))
    def an_agent_gets_other_queues(self, name: str, profile: RoutingProfile) -> None:
        self.offered(self.floor.hire(self.agent(name, profile), self.now))

    @precondition(lambda self: self.waiting)
    @rule(
        data=st.data(), priority=st.sampled_from((None, 1, 9)), added=st.sampled_from((0.0, 20.0))
    )
    def a_contact_is_preferred(
        self, data: st.DataObject, priority: int | None, added: float
    ) -> None:
        contact_id = data.draw(st.sampled_from(sorted(self.waiting)))
        preferred = self.floor.prefer(contact_id, self.now, priority=priority, added_seconds=added)
        self.offered(preferred)

    @rule(seconds=st.sampled_from((0.5, 3.0, 11.0)))
    def time_passes(self, seconds: float) -> None:
        """As the driver has it: the floor is woken when it is due."""
        end = self.now + seconds
        while self.floor.deadline <= end:
            self.now = max(self.now, self.floor.deadline)
            self.offered(self.floor.tick(self.now))
        self.now = end

    @invariant()
    def every_contact_has_one_place_and_every_agent_at_most_one_contact(self) -> None:
        for queue in (*QUEUES, "agent/a"):
            assert self.floor.contacts_in(queue) == list(self.waiting.values()).count(queue)
        for contact_id in self.waiting:
            place = self.floor.place(contact_id)
            assert place and place.queue == self.waiting[contact_id]
            assert place.ringing == self.ringing.get(contact_id)

    @invariant()
    def nobody_waits_while_somebody_is_free_who_may_take_it(self) -> None:
        free = [one for one in self.floor.agents.values() if one.presence is Presence.AVAILABLE]
        for contact_id in self.waiting.keys() - self.ringing.keys():
            place = self.floor.place(contact_id)
            assert place
            for agent in free:
                delays = [one.delay for one in agent.profile.queues if one.queue == place.queue]
                if place.queue == f"agent/{agent.username}":
                    delays = [0.0]
                assert not any(place.has_waited(delay, self.now) for delay in delays)

    @invariant()
    def agents_are_counted_as_they_are(self) -> None:
        for group in self.floor.groups:
            present = [one.presence for one in group.members.values()]
            assert {each: n for each, n in group.present.items() if n} == {
                each: present.count(each) for each in present
            }


TestFloorRules = FloorRules.TestCase
TestFloorRules.settings = settings(max_examples=30, stateful_step_count=40, deadline=None)
