"""An agent's slots for chats beside their phone."""

from __future__ import annotations

import pytest

from engine.agents import AVAILABLE, OFFLINE, Agent, Presence
from engine.chat.desks import Desks, Slots, person
from engine.queues import Floor, Offer
from engine.routing_profile import RoutingProfile

SUPPORT = RoutingProfile.of(["support"])


class Office:
    """Two floors, one agent, and what was offered."""

    def __init__(self, **slots: bool) -> None:
        self.now, self.woken = 0.0, 0
        self.phones, self.chats = Floor([], ["support"]), Floor([], ["support"])
        self.desks = Desks(self.phones, self.chats, lambda: self.now, self.wake)
        self.ann = Agent("ann", SUPPORT, rest_seconds=5.0, work_seconds=3.0)
        self.phones.hire(self.ann, 0.0)
        self.offers = self.desks.hire(self.ann, Slots(2, SUPPORT, **slots))
        self.phones.register("ann", 0.0)
        self.settle()

    def wake(self) -> None:
        self.woken += 1

    def settle(self) -> tuple[list[Offer], list[Offer]]:
        return self.desks.settle()

    def chat(self, contact_id: str, queue: str = "support") -> list[str]:
        """Who is offered it."""
        return [person(one.agent) for one in self.chats.join(contact_id, queue, self.now)]

    def call(self, contact_id: str) -> list[str]:
        return [one.agent for one in self.phones.join(contact_id, "support", self.now)]

    def seat_of(self, contact_id: str) -> str:
        place = self.chats.place(contact_id)
        assert place and place.ringing
        return place.ringing


def test_an_agent_is_offered_as_many_chats_as_there_are_slots() -> None:
    office = Office()
    assert [office.chat(each) for each in ("a", "b", "c")] == [["ann"], ["ann"], []]
    seat = office.seat_of("a")
    office.chats.take("a", 0.0)
    [offer] = office.chats.release(seat, 0.0)  # no contact: no work after it
    assert (offer.contact_id, offer.agent) == ("c", seat)


def test_who_is_offered_a_chat_is_offered_no_call_until_the_last_chat_is_over() -> None:
    office = Office()
    office.chat("a")
    assert office.call("call") == []
    assert office.ann.presence is Presence.ON_CONTACT
    seat = office.seat_of("a")
    office.chats.take("a", 0.0)
    office.chats.release(seat, 0.0)
    calls, chats = office.settle()
    assert [one.agent for one in calls] == ["ann"] and not chats


def test_after_contact_work_of_a_chat_is_work() -> None:
    office = Office()
    office.chat("a")
    seat = office.seat_of("a")
    office.chats.take("a", 0.0)
    office.chats.release(seat, 0.0, "a")
    office.call("call")
    assert office.settle() == ([], [])
    assert next(one.activity.name for one in office.desks.seats("ann")) == "AFTER_CONTACT_WORK"
    office.now = 3.0
    office.chats.tick(3.0)
    assert [one.contact_id for one in office.settle()[0]] == ["call"]


def test_who_talks_on_the_phone_is_offered_chats_when_that_is_over() -> None:
    office = Office()
    assert office.call("call") == ["ann"]
    assert office.chat("a") == []
    office.phones.take("call", 0.0)
    office.phones.release("ann", 0.0)
    assert [person(one.agent) for one in office.settle()[1]] == ["ann"]


def test_a_profile_may_route_any_channel_beside_calls() -> None:
    office = Office(while_on_phone=True)
    office.call("call")
    assert office.chat("a") == ["ann"]


def test_a_profile_may_route_any_channel_beside_chats() -> None:
    office = Office(rings=True)
    office.chat("a")
    assert office.call("call") == ["ann"]
    assert office.chat("b") == []


def test_who_misses_a_chat_is_offered_it_again_when_they_have_rested() -> None:
    office = Office()
    office.chat("a")
    assert office.chats.miss("a", 0.0) == []
    assert office.settle() == ([], [])
    office.now = 5.0
    again = [*office.chats.tick(5.0), *office.settle()[1]]
    assert [(one.contact_id, person(one.agent)) for one in again] == [("a", "ann")]


@pytest.mark.parametrize("registered", [True, False])
def test_who_is_away_is_offered_nothing_and_a_chat_goes_on(registered: bool) -> None:
    office = Office()
    office.chat("a")
    seat = office.seat_of("a")
    office.chats.take("a", 0.0)
    if registered:
        office.phones.choose("ann", OFFLINE, 0.0)  # the next one, while there is a chat
        assert office.ann.next_status == OFFLINE
    else:
        office.phones.register("ann", 0.0, registered=False)
    office.settle()
    assert office.chat("b") == []
    office.chats.release(seat, 0.0, "a")
    office.chats.clear(seat, 0.0)
    assert office.settle() == ([], [])
    office.phones.register("ann", 0.0)
    office.phones.choose("ann", AVAILABLE, 0.0)
    assert [one.contact_id for one in office.settle()[1]] == ["b"]


def test_what_is_for_one_agent_goes_before_all_else() -> None:
    office = Office()
    for each in ("a", "b", "c"):
        office.chat(each)
    assert office.chat("mine", "agent/ann") == []
    seat = office.seat_of("a")
    [offer] = office.chats.leave("a", 0.0)
    assert (offer.contact_id, offer.agent) == ("mine", seat)


def test_an_agent_who_gets_other_slots_has_these_and_no_others() -> None:
    office = Office()
    office.chat("a")
    office.chats.take("a", 0.0)
    office.desks.hire(office.ann, Slots(1, SUPPORT))
    assert office.desks.most("ann") == 1
    assert office.chat("b") == []
    office.desks.dismiss("ann")
    assert [one.activity.name for one in office.desks.seats("ann")] == ["TALKING"]
    office.chats.release("ann#1", 0.0)
    office.settle()
    assert not list(office.desks.seats("ann"))


def test_a_change_asks_once_for_what_can_wait() -> None:
    office = Office()
    office.settle()
    office.woken = 0
    office.chat("a")
    office.chat("b")
    assert office.woken == 1
