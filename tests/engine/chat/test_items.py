"""What is said and what happens in a chat."""

from __future__ import annotations

from datetime import UTC, datetime

from engine.chat.items import Happening, Item, Participant, Role, shown

AT = datetime(2026, 1, 2, 3, 4, 5, 678000, UTC)
CARLA = Participant("p-1", Role.CUSTOMER, "Carla")


def test_a_message_is_shown_in_connects_words() -> None:
    assert shown(Item("i-1", AT, "text/plain", CARLA, "hello")) == {
        "AbsoluteTime": "2026-01-02T03:04:05.678Z",
        "Content": "hello",
        "ContentType": "text/plain",
        "Id": "i-1",
        "Type": "MESSAGE",
        "ParticipantId": "p-1",
        "DisplayName": "Carla",
        "ParticipantRole": "CUSTOMER",
    }


def test_what_happens_is_an_event_without_content() -> None:
    told = shown(Item("i-1", AT, Happening.JOINED, CARLA))
    assert told["Type"] == "EVENT" and "Content" not in told
    assert told["ContentType"] == "application/vnd.amazonaws.connect.event.participant.joined"


def test_the_repr_of_an_item_keeps_what_was_said_to_itself() -> None:
    assert "4111" not in repr(Item("i-1", AT, "text/plain", CARLA, "4111 1111"))


def test_agents_may_say_more_at_a_time_than_customers() -> None:
    assert CARLA.max_chars == 1024
    assert Participant("p-2", Role.AGENT, "Ann", "ann").max_chars == 16_384
