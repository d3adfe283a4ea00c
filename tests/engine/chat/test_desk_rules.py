"""Whatever happens to agents with phones and slots: no contact is offered twice or lost, and who is
busy on one channel is offered the other only where the profile says so."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.agents import AVAILABLE, OFFLINE, Activity, Agent, Presence, Status
from engine.chat.desks import Desks, Slots, person
from engine.queues import Floor, Offer
from engine.routing_profile import RoutingProfile

SUPPORT = RoutingProfile.of(["support"])
SLOTS = {
    "ann": Slots(2, SUPPORT),
    "bob": Slots(2, SUPPORT, rings=True),
    "eve": Slots(1, SUPPORT, while_on_phone=True),
}
names = st.sampled_from(sorted(SLOTS))
channels = st.sampled_from(("VOICE", "CHAT"))


class DeskRules(RuleBasedStateMachine):
    """What we say happened, and what the two floors told us to offer."""

    def __init__(self) -> None:
        super().__init__()
        self.now, self.joined = 0.0, 0
        phones, chats = Floor([], ["support"]), Floor([], ["support"])
        self.floors = {"VOICE": phones, "CHAT": chats}
        self.desks = Desks(phones, chats, lambda: self.now, lambda: None)
        self.waiting: dict[str, str] = {}  # contact -> channel, those that ring included
        self.ringing: dict[str, str] = {}  # contact -> agent or seat
        self.talking: dict[str, str] = {}  # contact -> agent or seat
        for name, slots in SLOTS.items():
            agent = Agent(name, SUPPORT, rest_seconds=5.0, work_seconds=3.0)
            phones.hire(agent, 0.0)
            self.offered(self.desks.hire(agent, slots))

    def offered(self, offers: list[Offer]) -> None:
        for offer in offers:
            assert offer.contact_id in self.waiting, "nobody waits for this offer"
            assert offer.contact_id not in self.ringing, "offered twice at once"
            busy = {*self.ringing.values(), *self.talking.values()}
            assert offer.agent not in busy, "two contacts at one phone or seat"
            self.ringing[offer.contact_id] = offer.agent

    def settled(self, offers: list[Offer]) -> None:
        """As the driver has it: what can wait comes after what happened."""
        self.offered(offers)
        for _ in range(10):
            calls, chats = self.desks.settle()
            self.offered([*calls, *chats])

    @rule(name=names, registered=st.booleans())
    def a_phone_comes_or_goes(self, name: str, registered: bool) -> None:
        self.settled(self.floors["VOICE"].register(name, self.now, registered=registered))

    @rule(name=names, status=st.sampled_from((AVAILABLE, OFFLINE)))
    def a_status_is_chosen(self, name: str, status: Status) -> None:
        self.settled(self.floors["VOICE"].choose(name, status, self.now))

    @rule(channel=channels)
    def a_contact_comes(self, channel: str) -> None:
        contact_id = f"{channel}-{self.joined}"
        self.joined += 1
        self.waiting[contact_id] = channel
        self.settled(self.floors[channel].join(contact_id, "support", self.now))

    @precondition(lambda self: self.ringing)
    @rule(data=st.data())
    def an_agent_answers(self, data: st.DataObject) -> None:
        contact_id = data.draw(st.sampled_from(sorted(self.ringing)))
        self.talking[contact_id] = self.ringing.pop(contact_id)
        self.floors[self.waiting.pop(contact_id)].take(contact_id, self.now)
        self.settled([])

    @precondition(lambda self: self.ringing)
    @rule(data=st.data())
    def an_agent_misses(self, data: st.DataObject) -> None:
        contact_id = data.draw(st.sampled_from(sorted(self.ringing)))
        del self.ringing[contact_id]
        self.settled(self.floors[self.waiting[contact_id]].miss(contact_id, self.now))

    @precondition(lambda self: self.waiting)
    @rule(data=st.data())
    def a_customer_leaves(self, data: st.DataObject) -> None:
        contact_id = data.draw(st.sampled_from(sorted(self.waiting)))
        self.ringing.pop(contact_id, None)
        self.settled(self.floors[self.waiting.pop(contact_id)].leave(contact_id, self.now))

    @precondition(lambda self: self.talking)
    @rule(data=st.data())
    def a_conversation_ends(self, data: st.DataObject) -> None:
        contact_id = data.draw(st.sampled_from(sorted(self.talking)))
        floor = self.floors[contact_id.partition("-")[0]]
        self.settled(floor.release(self.talking.pop(contact_id), self.now, contact_id))

    @rule(seconds=st.sampled_from((0.5, 3.0, 11.0)))
    def time_passes(self, seconds: float) -> None:
        end = self.now + seconds
        while (due := min(floor.deadline for floor in self.floors.values())) <= end:
            self.now = max(self.now, due)
            for floor in self.floors.values():
                self.settled(floor.tick(self.now))
        self.now = end

    @invariant()
    def what_waits_has_one_place(self) -> None:
        for channel, floor in self.floors.items():
            waiting = [one for one, where in self.waiting.items() if where == channel]
            assert floor.contacts_in("support") == len(waiting)
            for contact_id in waiting:
                place = floor.place(contact_id)
                assert place and place.ringing == self.ringing.get(contact_id)

    @invariant()
    def nobody_waits_while_somebody_is_free_for_it(self) -> None:
        for channel, floor in self.floors.items():
            free = [one for one in floor.agents.values() if one.presence is Presence.AVAILABLE]
            waits = [
                one
                for one, where in self.waiting.items()
                if where == channel and one not in self.ringing
            ]
            assert not (free and waits)

    @invariant()
    def seats_of_whoever_does_nothing_else_are_open(self) -> None:
        for agent in self.floors["VOICE"].agents.values():
            if agent.presence is Presence.AVAILABLE and agent.next_status is None:
                seats = list(self.desks.seats(agent.username))
                missed = any(one.activity is Activity.MISSED for one in seats)
                assert missed or all(one.registered for one in seats)

    @invariant()
    def one_channel_at_a_time_but_for_those_whose_profile_says_otherwise(self) -> None:
        busy = {"VOICE": set[str](), "CHAT": set[str]()}
        for contact_id, where in (*self.ringing.items(), *self.talking.items()):
            channel = contact_id.partition("-")[0]
            busy[channel].add(person(where) if channel == "CHAT" else where)
        assert "ann" not in busy["VOICE"] & busy["CHAT"]

    @invariant()
    def agents_are_counted_as_they_are(self) -> None:
        for floor in self.floors.values():
            for group in floor.groups:
                present = [one.presence for one in group.members.values()]
                assert {each: present.count(each) for each in present} == {
                    each: number for each, number in group.present.items() if number
                }


DeskRules.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestDeskRules = DeskRules.TestCase
