"""What an agent has of chats just now."""

from __future__ import annotations

from engine.agents import Agent, Presence
from engine.chat.desks import Desks, Slots
from engine.chat.load import Load, Loads
from engine.queues import Floor
from engine.routing_profile import RoutingProfile

SUPPORT = RoutingProfile.of(["support"])


def test_a_load_says_what_is_held_what_is_free_and_what_the_agent_does() -> None:
    phones, chats = Floor([], ["support"]), Floor([], ["support"])
    desks = Desks(phones, chats, lambda: 0.0, lambda: None)
    ann = Agent("ann", SUPPORT, rest_seconds=5.0, work_seconds=3.0)
    phones.hire(ann, 0.0)
    desks.hire(ann, Slots(2, SUPPORT))
    phones.register("ann", 0.0)
    desks.settle()
    loads, told = Loads(desks, lambda _: None), list[str]()
    loads.listen(told.append)
    assert loads.of("ann") == Load(most=2, free=2)
    [offer] = chats.join("a", "support", 0.0)
    rings = loads.of("ann")
    assert [(one.contact_id, one.state) for one in rings.held] == [("a", "INCOMING")]
    assert (rings.free, rings.presence(ann)) == (1, Presence.RINGING)
    chats.take("a", 0.0)
    assert loads.of("ann").presence(ann) is Presence.ON_CONTACT
    chats.release(offer.agent, 0.0, "a")
    works = loads.of("ann")
    assert [one.state for one in works.held] == ["ENDED"]
    assert works.presence(ann) is Presence.AFTER_CONTACT_WORK
    assert set(told) == {"ann"}
    assert loads.of("nobody") == Load()
