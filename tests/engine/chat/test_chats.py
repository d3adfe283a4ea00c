"""Chats of a running engine: from the flow to the agent, and how each way to end it is told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from engine.app import Running
from engine.chat.chat import Chat, Unsaid
from engine.chat.chats import Wanted
from engine.chat.state_table import State
from engine.contact_record import DisconnectReason
from engine.refused import Refused
from tests.rig.chatting import published, to_agent
from tests.rig.house import action, engine, flow, phone
from tests.rig.patience import until

CARLA = Wanted("chat", "Carla", seconds=3600.0)


@asynccontextmanager
async def chatting(folder: Path, **sections: object) -> AsyncIterator[Running]:
    """agent1 is at work; the flow "chat" leads to their queue."""
    async with engine(folder, **sections) as one, phone(one, "agent1") as agent:
        await published(one, "chat", to_agent())
        await agent.register()
        yield one


async def offered(one: Running, wanted: Wanted = CARLA) -> Chat:
    chat = one.house.chats.start(wanted)
    await until(lambda: chat.state is State.OFFERED)
    return chat


async def connected(one: Running) -> Chat:
    chat = await offered(one)
    one.house.chats.accept(chat)
    return chat


async def test_an_agent_takes_a_chat_and_ends_it(tmp_path: Path) -> None:
    async with chatting(tmp_path) as one:
        chats = one.house.chats
        chat = await offered(one)
        assert chat.offered_to == "agent1"
        assert chats.offered_to("agent1", chat.contact_id) is chat
        chats.accept(chat)
        assert chats.of_agent("agent1", chat.contact_id) is chat
        assert chat.agent and chat.agent.name == "agent1"
        chats.say(chat, chat.agent, "text/plain", "How can I help?")
        chats.depart(chat)
        assert chat.state is State.ENDED and not chats
        await one.house.ledger.flush()
        record = await one.house.records.contact(chat.contact_id)
        assert record and record.disconnect_reason is DisconnectReason.AGENT_DISCONNECT
        assert (record.agent, record.attempts, record.channel) == ("agent1", 1, "CHAT")
        assert record.dequeue and record.connected_to_agent and record.queue == "support"
        assert chats.known(chat.contact_id) is chat


async def test_a_chat_that_nobody_takes_in_time_is_missed_and_offered_again(
    tmp_path: Path,
) -> None:
    async with chatting(tmp_path, routing={"ring_seconds": 0.05}) as one:
        for seat in one.house.wing.router.desks.seats("agent1"):
            seat.rest_seconds = 0.05
        chat = one.house.chats.start(CARLA)
        await until(lambda: chat.record.attempts >= 2)
        assert one.house.wing.router.floor.contacts_in("support") == 1


async def test_a_chat_goes_on_in_another_queue_or_with_another_agent(tmp_path: Path) -> None:
    async with chatting(tmp_path) as one, phone(one, "agent2") as colleague:
        chat = await connected(one)
        await colleague.register()
        one.house.chats.transfer(chat, "agent/agent2")
        await until(lambda: chat.offered_to == "agent2")
        one.house.chats.accept(chat)
        assert chat.record.agents == ("agent1", "agent2")
        assert [each.name for each in chat.participants] == ["Carla", "agent1", "agent2"]
        with pytest.raises(Refused):
            one.house.chats.transfer(chat, "nowhere")


async def test_whoever_remains_has_a_flow_where_one_was_set_for_that(tmp_path: Path) -> None:
    async with chatting(tmp_path) as one:
        await published(one, "bye", flow(action("say", "MessageParticipant", "bye", Text="Bye")))
        chat = await connected(one)
        chat.hooks["CustomerRemaining"] = "bye"
        one.house.chats.depart(chat)
        await until(lambda: chat.state is State.ENDED)
        assert "Bye" in [item.content for item in chat.items]
        assert chat.record.disconnect_reason is DisconnectReason.CONTACT_FLOW_DISCONNECT


async def test_a_chat_lasts_so_long_and_no_longer(tmp_path: Path) -> None:
    async with chatting(tmp_path) as one:
        chat = one.house.chats.start(Wanted("chat", "Carla", seconds=0.05))
        await until(lambda: chat.state is State.ENDED)
        assert chat.record.disconnect_reason is DisconnectReason.OTHER


async def test_a_chat_whose_first_word_cannot_be_said_does_not_begin(tmp_path: Path) -> None:
    async with chatting(tmp_path) as one:
        with pytest.raises(Unsaid):
            one.house.chats.start(Wanted("chat", "Carla", 60.0, first=("text/html", "x")))
        assert not one.house.chats


async def test_a_chat_whose_flow_is_gone_ends(tmp_path: Path) -> None:
    async with chatting(tmp_path) as one:
        chat = one.house.chats.start(Wanted("none", "Carla", 60.0))
        await until(lambda: chat.state is State.ENDED)


async def test_an_engine_that_stops_ends_its_chats_for_the_record(tmp_path: Path) -> None:
    async with chatting(tmp_path) as one:
        chat = await connected(one)
        one.house.chats.close()
        assert chat.record.disconnect_reason is DisconnectReason.OTHER
        with pytest.raises(Refused):
            one.house.chats.start(CARLA)


async def test_after_contact_work_of_a_chat_is_in_its_record(tmp_path: Path) -> None:
    async with chatting(tmp_path) as one:
        agent = one.house.router.floor.agents["agent1"]
        for seat in one.house.wing.router.desks.seats("agent1"):
            seat.work_seconds = 60.0
        chat = await connected(one)
        seat_name = chat.seat
        one.house.chats.depart(chat)
        assert seat_name and agent.conversations == 1
        one.house.wing.router.clear(seat_name)

        async def worked() -> bool:
            await one.house.ledger.flush()
            record = await one.house.records.contact(chat.contact_id)
            return record is not None and record.work_end is not None

        await until(worked)
        await until(lambda: agent.conversations == 0)
