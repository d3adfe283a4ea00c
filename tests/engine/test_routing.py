import asyncio

from engine.agents import Agent, Presence
from engine.queues import Floor, Offer
from engine.routing import Router
from engine.routing_profile import RoutingProfile
from tests.rig.patience import PATIENCE_SECONDS


def router(rest_seconds: float = 0.05) -> tuple[Router, asyncio.Queue[Offer]]:
    offers: asyncio.Queue[Offer] = asyncio.Queue()
    floor = Floor([Agent("a", RoutingProfile.of(["support"]), rest_seconds)], ["support"])
    return Router(floor, offers.put_nowait), offers


async def test_an_offer_comes_after_the_change_that_caused_it() -> None:
    one, offers = router()
    one.register("a")
    one.join("c1", "support")
    assert offers.empty()
    assert await offers.get() == Offer("c1", "a")


async def test_a_missed_contact_is_offered_again_when_the_rest_is_over() -> None:
    one, offers = router()
    one.register("a")
    one.join("c1", "support")
    await offers.get()
    one.miss("c1")
    assert one.floor.agents["a"].presence is Presence.MISSED
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert await offers.get() == Offer("c1", "a")
    one.close()


async def test_people_who_are_no_agents_may_register_and_get_nothing() -> None:
    one, offers = router()
    one.register("manager1")
    one.unregister("manager1")
    one.join("c1", "support")
    await asyncio.sleep(0)
    assert offers.empty()


async def test_a_contact_that_left_frees_the_agent_for_the_next() -> None:
    one, offers = router()
    one.register("a")
    one.join("c1", "support")
    one.join("c2", "support")
    assert await offers.get() == Offer("c1", "a")
    one.leave("c1")
    assert await offers.get() == Offer("c2", "a")
    one.take("c2")
    one.release("a")
    one.unregister("a")
    assert one.floor.agents["a"].presence is Presence.OFFLINE
