"""Who may read which chat silently."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.chat.chat import Chat
from engine.chat.desks import MAX_CHATS
from engine.chat.items import Participant, Role
from engine.chat.reading import Reading, Readings
from engine.chat.state_table import State
from engine.contact_record import ContactRecord, InitiationMethod
from engine.refused import Refused

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
RECORD = ContactRecord("c", "c", InitiationMethod.API, NOW, NOW, "", "", channel="CHAT")
ANN = Participant("p-2", Role.AGENT, "Ann", "ann")


def chat() -> Chat:
    """Ann has it."""
    customer = Participant("p-1", Role.CUSTOMER, "Carla")
    return Chat(RECORD, "flow", customer, 3600.0, state=State.CONNECTED, agent=ANN)


def reading(one: Chat, supervisor: str, contact_id: str) -> Reading:
    return Reading(replace(RECORD, contact_id=contact_id), one, supervisor, "ann")


def test_a_reading_is_found_by_itself_by_its_chat_and_by_who_reads() -> None:
    readings, one = Readings(5), chat()
    boss = reading(one, "boss", "r-1")
    other = reading(chat(), "boss", "r-2")
    readings.add(boss)
    readings.add(other)
    assert readings.get("r-1") is boss and readings.get("c") is None
    assert readings.of(one) == [boss]
    assert readings.by("boss") == list(readings) == [boss, other]
    readings.remove(boss)
    assert readings.of(one) == [] and readings.by("boss") == [other]


def test_a_reading_goes_on_while_the_same_agent_has_the_chat() -> None:
    one = chat()
    boss = reading(one, "boss", "r-1")
    assert boss.goes_on
    one.agent = Participant("p-3", Role.AGENT, "Bob", "bob")
    assert not boss.goes_on
    one.agent = None
    assert not boss.goes_on


@pytest.mark.parametrize("state", [each for each in State if each is not State.CONNECTED])
def test_only_a_chat_that_an_agent_has_is_read(state: State) -> None:
    readings, one = Readings(5), chat()
    one.state = state
    with pytest.raises(Refused, match="no live conversation"):
        readings.check(one, "boss")
    assert not readings.has_room(one)


def test_nobody_monitors_themselves() -> None:
    with pytest.raises(Refused, match="themselves"):
        Readings(5).check(chat(), "ann")


def test_as_many_read_a_chat_as_the_setting_says_and_nobody_twice() -> None:
    readings, one = Readings(2), chat()
    readings.add(reading(one, "boss", "r-1"))
    with pytest.raises(Refused, match="already monitoring"):
        readings.check(one, "boss")
    readings.check(one, "chief")
    assert readings.has_room(one)
    readings.add(reading(one, "chief", "r-2"))
    with pytest.raises(Refused, match="already has 2 listeners") as refused:
        readings.check(one, "third")
    assert (refused.value.status, refused.value.error) == (402, "ServiceQuotaExceededException")
    assert not readings.has_room(one)


def test_nobody_reads_more_chats_than_an_agent_could_have() -> None:
    readings = Readings(5)
    for number in range(MAX_CHATS):
        readings.check(chat(), "boss")
        readings.add(reading(chat(), "boss", f"r-{number}"))
    with pytest.raises(Refused, match=f"{MAX_CHATS} chats") as refused:
        readings.check(chat(), "boss")
    assert refused.value.status == 402
    assert readings.has_room(chat())
