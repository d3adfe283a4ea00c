from __future__ import annotations

from typing import Any

import pytest

from flows import (
    Ask,
    Collect,
    Converse,
    DigitsEntered,
    Event,
    Failed,
    InputTimedOut,
    Play,
    Prompt,
    PromptEnded,
    Returned,
)
from flows.bot_blocks import MAX_TURNS
from flows.interpreter import Interpreter
from tests.flows.writing import action, first, flow, interpreter, message

ALIAS = "arn:aws:lex:eu-central-1:123456789012:bot-alias/BOT/ALIAS"
ASKS = {
    "Text": "How can I help, $.Attributes.name?",
    "LexV2Bot": {"AliasArn": ALIAS},
    "LexSessionAttributes": {"number": "$.CustomerEndpoint.Address"},
}
SESSION = {"sessionAttributes": {"number": "+49"}}
ORDER = {"name": "Order", "state": "ReadyForFulfillment", "slots": {"Day": None}}


def talks(text: str = "$.Lex.IntentName", **more: Any) -> Interpreter:
    """At its first question; the branch of Order says the text."""
    block = action(
        "bot",
        "ConnectParticipantWithLexBot",
        ASKS | more,
        conditions=[("Equals", "Order", "order")],
        errors={"NoMatchingCondition": "other", "NoMatchingError": "failed"},
    )
    says = [message("order", text), message("other", "other"), message("failed", "failed")]
    system = {"CustomerEndpoint.Address": "+49"}
    run = interpreter([block, *says], {"name": "Ada"}, system)
    [opening] = run.start(now=0.0)
    assert opening == Converse(ALIAS, None, SESSION)
    return run


def hear(run: Interpreter, *events: Event) -> Ask:
    """What it asks for at last."""
    asks: list[Ask] = []
    for event in events:
        asks = run.step(event, now=1.0)
    return asks[-1]


OPEN = Returned({"sessionState": SESSION})


def answer(action: str, *messages: dict[str, str], **session: Any) -> Returned:
    state = {"dialogAction": {"type": action}, "intent": ORDER, **session}
    return Returned({"sessionState": state, "messages": list(messages)})


def test_the_customer_is_asked_and_the_bot_told_what_was_pressed() -> None:
    run = talks()
    asked = hear(run, OPEN)
    prompt = Prompt("text", "How can I help, Ada?")
    assert asked == Collect(prompt, 1024, 4.0, 5.0, "#", cancel=True, speech=True)
    told = hear(run, DigitsEntered("4711"))
    assert told == Converse(ALIAS, "4711", SESSION) and "4711" not in repr(told)


def test_silence_is_told_as_nothing() -> None:
    told = hear(talks(), OPEN, InputTimedOut())
    assert isinstance(told, Converse) and told.said == ""


def test_the_author_changes_the_limits_by_session_attributes() -> None:
    given = {
        "x-amz-lex:dtmf:max-length:*:*": "4",
        "x-amz-lex:audio:start-timeout-ms:*:*": "9000",
        "x-amz-lex:dtmf:end-timeout-ms:*:*": "never",
        "x-amz-lex:dtmf:end-character:*:*": "*",
    }
    opened = Returned({"sessionState": {"sessionAttributes": given}})
    asked = hear(talks(), opened)
    assert isinstance(asked, Collect)
    found = asked.max_digits, asked.first_digit_seconds, asked.next_digit_seconds, asked.terminator
    assert found == (4, 9.0, 5.0, "*")


@pytest.mark.parametrize("kind", ["ElicitIntent", "ElicitSlot", "ConfirmIntent"])
def test_as_long_as_the_bot_asks_the_customer_is_asked(kind: str) -> None:
    run = talks()
    which = {"contentType": "PlainText", "content": "Which"}
    one = {"contentType": "PlainText", "content": "one?"}
    asked = hear(run, OPEN, DigitsEntered("1"), answer(kind, which, one, turn=1))
    assert isinstance(asked, Collect) and asked.prompt == Prompt("text", "Which one?")
    told = hear(run, DigitsEntered("2"))
    assert isinstance(told, Converse) and told.session["turn"] == 1


def test_the_intent_is_the_branch_after_the_last_words() -> None:
    closing = {"contentType": "SSML", "content": "<speak>Thanks</speak>"}
    run = talks()
    last = hear(run, OPEN, DigitsEntered("1"), answer("Close", closing))
    assert last == Play(Prompt("ssml", "<speak>Thanks</speak>"))
    assert hear(run, PromptEnded()) == Play(Prompt("text", "Order"))


def test_what_was_understood_is_read_as_lex() -> None:
    text = (
        "$.Lex.Slots.Day $.Lex.SessionAttributes.tier $.Lex.DialogState"
        " $.Lex.IntentConfidence.Score $.Lex.SentimentResponse.Sentiment"
        " $.Lex.AlternateIntents.0.IntentName"
    )
    intent = ORDER | {"slots": {"Day": {"value": {"interpretedValue": "Monday"}}, "Odd": None}}
    understood = {
        "sessionState": {"intent": intent, "sessionAttributes": {"tier": "gold"}},
        "interpretations": [
            {
                "intent": intent,
                "nluConfidence": {"score": 0.9},
                "sentimentResponse": {"Sentiment": "NEUTRAL"},
            },
            {"intent": {"name": "Help"}},
        ],
    }
    said = hear(talks(text), OPEN, DigitsEntered("1"), Returned(understood))
    words = "Monday gold ReadyForFulfillment 0.9 NEUTRAL Help"
    assert said == Play(Prompt("text", words))


@pytest.mark.parametrize(
    ("event", "branch"),
    [
        (Returned({"sessionState": {"intent": {"name": "Odd"}}}), "other"),
        (Returned({}), "other"),
        (Returned([7]), "other"),
        (Failed(), "failed"),
    ],
)
def test_an_intent_without_a_branch_and_a_bot_that_fails_have_their_errors(
    event: Event, branch: str
) -> None:
    assert hear(talks(), OPEN, DigitsEntered("1"), event) == Play(Prompt("text", branch))


def test_where_there_is_no_such_bot_nobody_is_asked() -> None:
    assert hear(talks(), Failed()) == Play(Prompt("text", "failed"))


def test_a_bot_that_asks_for_ever_fails() -> None:
    run = talks()
    hear(run, OPEN)
    for _ in range(MAX_TURNS - 1):
        assert isinstance(hear(run, DigitsEntered("1"), answer("ElicitIntent")), Collect)
    last = hear(run, DigitsEntered("1"), answer("ElicitIntent"))
    assert last == Play(Prompt("text", "failed"))


def test_a_bot_needs_a_name_and_a_voice() -> None:
    kind = "ConnectParticipantWithLexBot"
    nameless = [type(ask).__name__ for ask in first(kind, {"Text": "Hello"})]
    assert nameless == ["End"]
    chat = [type(ask).__name__ for ask in first(kind, ASKS, system={"Channel": "CHAT"})]
    assert chat == ["End"]
    [warning] = flow(action("bot", kind, {"Text": "Hello"}, leads="hang up")).warnings
    assert "name no bot" in warning.reason
    [ask] = first(kind, {"Text": "Hello", "LexBot": {"Name": "desk", "Region": "x"}})
    assert isinstance(ask, Converse) and ask.bot == "desk"
