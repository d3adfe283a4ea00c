"""The floor of chats on the loop, beside that of the phones."""

from __future__ import annotations

from engine.agents import Agent
from engine.chat.chat_router import ChatRouter
from engine.chat.desks import Slots
from engine.queues import Floor, Offer
from engine.routing import Router
from engine.routing_profile import RoutingProfile
from tests.rig.patience import until

SUPPORT = RoutingProfile.of(["support"])


async def test_an_agent_is_offered_a_call_or_a_chat_whichever_comes_first() -> None:
    calls, chats = list[Offer](), list[Offer]()
    phones = Router(Floor((), ["support"]), calls.append)
    router = ChatRouter(phones, chats.append)
    router.floor.queues.add("support")
    ann = Agent("ann", SUPPORT, rest_seconds=5.0)
    phones.hire(ann)
    router.seat(ann, Slots(1, SUPPORT))
    phones.join("call", "support")
    router.join("chat", "support")
    phones.register("ann")
    await until(lambda: calls)
    phones.take("call")
    phones.release("ann")
    await until(lambda: chats)
    assert [(one.contact_id, one.agent) for one in chats] == [("chat", "ann#1")]
    router.take("chat")
    phones.join("next", "support")
    router.release("ann#1")
    await until(lambda: len(calls) == 2)
    router.unseat("ann")
    assert not router.floor.agents
    for each in (phones, router):
        each.close()
