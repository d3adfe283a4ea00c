"""Supervisors who read a chat: begun, ended by whatever ends it, and always on record."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from engine.app import Running
from engine.chat.chat import Chat
from engine.chat.chats import Wanted
from engine.chat.items import Happening
from engine.chat.reading import Reading
from engine.chat.state_table import State
from engine.contact_record import ContactRecord, DisconnectReason, InitiationMethod
from engine.directory import Kind
from engine.refused import Refused
from mixer import Mode
from tests.rig.chatting import published, to_agent
from tests.rig.house import engine, phone
from tests.rig.patience import until


@asynccontextmanager
async def chatting(folder: Path) -> AsyncIterator[tuple[Running, Chat]]:
    """agent1 has a chat."""
    async with engine(folder) as one, phone(one, "agent1") as agent:
        await published(one, "chat", to_agent())
        await agent.register()
        chat = one.house.chats.start(Wanted("chat", "Carla", 3600.0))
        await until(lambda: chat.state is State.OFFERED)
        one.house.chats.accept(chat)
        yield one, chat


async def recorded(one: Running, reading: Reading) -> ContactRecord:
    await one.house.ledger.flush()
    record = await one.house.records.contact(reading.contact_id)
    assert record
    return record


async def test_whoever_reads_is_a_contact_of_their_own_and_nobody_in_the_chat_is_told(
    tmp_path: Path,
) -> None:
    async with chatting(tmp_path) as (one, chat):
        readers, told = one.house.wing.readers, list[Reading]()
        readers.listen(told.append)
        said, people = list(chat.items), list(chat.participants)
        reading = readers.start(chat, "manager1")
        assert (chat.items, chat.participants) == (said, people)
        record = await recorded(one, reading)
        assert (record.channel, record.agent) == ("CHAT", "manager1")
        assert record.initiation_method is InitiationMethod.MONITOR
        assert record.initial_contact_id == chat.contact_id != record.contact_id
        assert record.connected_to_agent and record.disconnect is None
        with pytest.raises(Refused, match="already"):
            readers.start(chat, "manager1")
        readers.stop(reading)
        over = await recorded(one, reading)
        assert over.disconnect_reason is DisconnectReason.AGENT_DISCONNECT
        assert told == [reading, reading] and not list(one.house.wing.readings)
        audited = [each.action for each in reversed(await one.house.records.audits())]
        assert [each for each in audited if each.startswith("monitor.")] == [
            *("monitor.start", "monitor.stop"),
        ]


async def test_it_ends_with_the_agent_who_hands_the_chat_on(tmp_path: Path) -> None:
    async with chatting(tmp_path) as (one, chat):
        reading = one.house.wing.readers.start(chat, "manager1")
        one.house.chats.say(chat, chat.customer, "text/plain", "hello")
        assert one.house.wing.readings.of(chat) == [reading]
        one.house.chats.transfer(chat, "support")
        assert chat.state is not State.ENDED
        assert one.house.wing.readings.of(chat) == []
        assert (await recorded(one, reading)).disconnect_reason is DisconnectReason.OTHER


async def test_it_ends_with_the_chat(tmp_path: Path) -> None:
    async with chatting(tmp_path) as (one, chat):
        reading = one.house.wing.readers.start(chat, "manager1")
        one.house.chats.end(chat, DisconnectReason.CUSTOMER_DISCONNECT)
        assert one.house.wing.readings.of(chat) == []
        assert (await recorded(one, reading)).disconnect
        left = [item for item in chat.items if item.content_type == Happening.LEFT]
        assert {item.participant.username for item in left} == {"agent1", ""}


async def test_it_ends_when_it_is_permitted_no_longer(tmp_path: Path) -> None:
    async with chatting(tmp_path) as (one, chat):
        one.house.wing.readers.start(chat, "manager1")
        other = one.house.wing.readers.start(chat, "manager2")
        loss = {"SecurityProfileIds": ["Agent"]}
        await one.house.directory.change(Kind.USER, "manager1", loss)
        assert one.house.wing.readings.of(chat) == [other]


async def test_whoever_reads_only_reads_and_leaves_all_at_once(tmp_path: Path) -> None:
    async with chatting(tmp_path) as (one, chat):
        readers = one.house.wing.readers
        reading = readers.start(chat, "manager1")
        readers.switch(reading, Mode.LISTEN)
        for mode in (Mode.COACH, Mode.BARGE):
            with pytest.raises(Refused, match="only read"):
                readers.switch(reading, mode)
        readers.leave("manager2")
        assert one.house.wing.readings.of(chat) == [reading]
        readers.leave("manager1")
        assert one.house.wing.readings.of(chat) == []
