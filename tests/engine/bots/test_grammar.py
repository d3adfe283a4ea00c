from __future__ import annotations

from typing import Any

import pytest

from config import Bot
from engine.bots.grammar import recognise

BOT = Bot.model_validate(
    {
        "name": "desk",
        "again": "Pardon?",
        "tries": 2,
        "intents": [
            {"name": "Help", "keys": ["0"], "words": ["help", "a human"]},
            {
                "name": "Order",
                "keys": ["1"],
                "words": ["order"],
                "closing": "Thank you.",
                "slots": [
                    {"name": "Number", "prompt": "Which number?", "pattern": "[0-9]{4}"},
                    {"name": "Day", "prompt": "Which day?"},
                ],
            },
        ],
    }
)


def said(*words: str, session: dict[str, Any] | None = None) -> tuple[dict[str, Any], str]:
    """The session and the message after the last of the words."""
    state, answer = session or {}, {}
    for each in words:
        answer = recognise(BOT, each, state)
        state = answer["sessionState"]
    return state, " ".join(message["content"] for message in answer["messages"])


@pytest.mark.parametrize("words", ["0", "HELP me", "I want a human, now"])
def test_a_key_or_a_word_is_an_intent(words: str) -> None:
    state, message = said(words, session={"sessionAttributes": {"a": "b"}})
    assert state["intent"] == {"name": "Help", "slots": {}, "state": "ReadyForFulfillment"}
    assert state["dialogAction"] == {"type": "Close"} and message == ""
    assert state["sessionAttributes"] == {"a": "b"}


def test_slots_are_asked_for_one_after_the_other() -> None:
    state, message = said("1")
    assert state["dialogAction"] == {"type": "ElicitSlot", "slotToElicit": "Number"}
    assert message == "Which number?"
    assert said("1", "4711")[1] == "Which day?"
    state, message = said("1", "4711", "Monday")
    slots = state["intent"]["slots"]
    assert slots["Number"]["value"]["interpretedValue"] == "4711"
    assert slots["Day"]["value"]["interpretedValue"] == "Monday"
    assert state["intent"]["state"] == "ReadyForFulfillment" and message == "Thank you."


@pytest.mark.parametrize("words", ["", "9", "01", "helpless", "disorder"])
def test_what_is_not_understood_is_asked_again_and_then_falls_back(words: str) -> None:
    state, message = said(words)
    assert state["dialogAction"] == {"type": "ElicitIntent"} and message == "Pardon?"
    state, message = said(words, words)
    assert state["intent"]["name"] == "FallbackIntent" and message == ""
    assert state["dialogAction"] == {"type": "Close"}


def test_a_slot_that_does_not_match_is_asked_for_again_and_counted_anew_once_it_does() -> None:
    state, message = said("1", "47")
    assert state["dialogAction"]["slotToElicit"] == "Number"
    assert message == "Pardon? Which number?"
    state, _ = said("1", "47", "4711", "")
    assert state["dialogAction"]["slotToElicit"] == "Day"
    assert said("1", "47", "x")[0]["intent"]["name"] == "FallbackIntent"
