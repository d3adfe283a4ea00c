"""One chat: who is in it and what is said there."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.chat.chat import Chat, Unsaid
from engine.chat.items import MAX_ITEMS, Happening, Item, Participant, Role
from engine.chat.state_table import Input, State
from engine.records import ContactRecord, InitiationMethod

NOW = datetime(2026, 1, 2, 12, tzinfo=UTC)
CARLA = Participant("p-1", Role.CUSTOMER, "Carla")
ANN = Participant("p-2", Role.AGENT, "Ann", "ann")


def chat(**facts: object) -> Chat:
    record = ContactRecord("c", "c", InitiationMethod.API, NOW, NOW, "", "", channel="CHAT")
    one = Chat(record, "flow", CARLA, until=3600.0, **facts)  # type: ignore[arg-type]
    one.join(CARLA, NOW)
    return one


def test_whoever_listens_is_told_of_everything_until_they_leave() -> None:
    one, told = chat(), list[Item]()
    leave = one.listen("p-1", told.append)
    one.join(ANN, NOW)
    said = one.say(ANN, "text/plain", "hello", NOW)
    typing = one.tell(Happening.TYPING, CARLA, None, NOW)
    assert one.hears("p-1") == 1
    leave()
    one.say(ANN, "text/plain", "anybody?", NOW)
    assert told[1:] == [said, typing] and one.hears("p-1") == 0


def test_what_is_only_told_is_in_no_transcript() -> None:
    one = chat()
    one.tell(Happening.TYPING, CARLA, None, NOW)
    assert [item.content_type for item in one.items] == [Happening.JOINED]


def test_who_has_read_a_message_is_known_since_they_first_said_so() -> None:
    one = chat()
    said = one.say(CARLA, "text/plain", "hello", NOW)
    later = NOW.replace(hour=13)
    for at in (NOW, later):
        one.tell(Happening.READ, ANN, None, at, said.id)
    assert one.receipts == {said.id: {"p-2": {Happening.READ: NOW}}}
    with pytest.raises(Unsaid, match="no message"):
        one.tell(Happening.READ, ANN, None, NOW, "none")


def test_nothing_happens_by_being_told() -> None:
    with pytest.raises(Unsaid):
        chat().tell(Happening.ENDED, CARLA, None, NOW)


def test_a_message_has_a_kind_that_can_be_shown_and_a_length() -> None:
    one = chat()
    with pytest.raises(Unsaid, match="cannot show"):
        one.say(ANN, "text/markdown", "*hello*", NOW)
    with pytest.raises(Unsaid, match="is expected"):
        one.say(CARLA, "text/html", "hello", NOW)
    with pytest.raises(Unsaid, match="nothing"):
        one.say(CARLA, "text/plain", " \n", NOW)
    with pytest.raises(Unsaid, match="1024"):
        one.say(CARLA, "text/plain", "x" * 1025, NOW)
    one.say(ANN, "text/plain", "x" * 1025, NOW)
    both = chat(content_types=("text/plain", "text/markdown"))
    both.say(ANN, "text/markdown", "*hello*", NOW)


def test_a_chat_has_so_many_items_and_no_more() -> None:
    one = chat()
    for _ in range(MAX_ITEMS - 1):
        one.say(CARLA, "text/plain", "again", NOW)
    with pytest.raises(Unsaid, match=str(MAX_ITEMS)):
        one.say(CARLA, "text/plain", "again", NOW)


def test_in_a_chat_that_is_over_nothing_more_is_said() -> None:
    one = chat()
    one.step(Input.ENDED)
    assert one.state is State.ENDED
    with pytest.raises(Unsaid, match="over"):
        one.say(CARLA, "text/plain", "hello", NOW)
    with pytest.raises(Unsaid, match="over"):
        one.tell(Happening.TYPING, CARLA, None, NOW)


def test_an_agent_who_comes_a_second_time_is_the_same_participant() -> None:
    one = chat()
    for _ in range(2):
        one.join(ANN, NOW)
        one.leave(ANN, NOW)
    assert one.participants == [CARLA, ANN]
    assert one.participant("p-2") is ANN and one.participant("none") is None
