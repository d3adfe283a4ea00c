from __future__ import annotations

from typing import Any

import pytest

from flows.rehearsal import (
    CHARACTERS_PER_SECOND,
    CUSTOMER,
    THIRD_PARTY_SECONDS,
    Ending,
    Moment,
    Script,
    rehearse,
)
from tests.flows.writing import SORRY, Document, action, flow, message

QUEUE = action("queue", "UpdateContactTargetQueue", {"QueueId": "sales"}, leads="transfer")
TRANSFER = action(
    "transfer",
    "TransferContactToQueue",
    errors={"QueueAtCapacity": "busy", "NoMatchingError": "sorry"},
)
BUSY = message("busy", "Busy")


def moments(*blocks: Document, **script: Any) -> list[Moment]:
    return list(rehearse(flow(*blocks, SORRY), Script(**script)))


def steps(*blocks: Document, **script: Any) -> list[str]:
    return [each.step.block for each in moments(*blocks, **script) if each.step]


def menu(**more: Any) -> Document:
    return action(
        "menu",
        "GetParticipantInput",
        {"Text": "x" * 140, "InputTimeLimitSeconds": "8", **more},
        leads="hang up",
        conditions=[] if more else [("Equals", "1", "one")],
        errors={"NoMatchingCondition": "other", "NoMatchingError": "late"},
    )


SAYS = [
    message("one", "You chose $.StoredCustomerInput"),
    message("other", "Other"),
    message("late", "Late"),
]


def test_a_prompt_takes_the_time_to_read_it_out() -> None:
    last = moments(message("hello", "x" * 28))[-1]
    assert last == Moment(
        28 / CHARACTERS_PER_SECOND, "the flow hangs up", None, Ending.DISCONNECTED
    )


@pytest.mark.parametrize(
    ("keys", "block", "seconds"),
    [(("1",), "one", 10.5), (("7",), "other", 10.5), ((), "late", 18.0)],
)
def test_keys_are_pressed_when_they_are_asked_for(
    keys: tuple[str, ...], block: str, seconds: float
) -> None:
    found = moments(menu(), *SAYS, keys=keys)
    reached = [each for each in found if each.step and each.step.block == block]
    assert [each.at for each in reached] == [seconds]


@pytest.mark.parametrize(
    ("pressed", "stored", "seconds"),
    [
        ("12#9", "12", 11.5),
        ("12", "12", 16.0),
        ("123456", "1234", 12.0),
        ("9*12#", "12", 12.5),
        ("#", "", 10.5),
        ("", "Timeout", 18.0),
    ],
)
def test_a_number_ends_with_its_terminator_its_length_or_a_pause(
    pressed: str, stored: str, seconds: float
) -> None:
    longest = {"InputValidation": {"CustomValidation": {"MaximumLength": "4"}}}
    store = menu(StoreInput="True", **longest)
    store["Transitions"]["NextAction"] = "one"
    found = moments(store, *SAYS, keys=(pressed,))
    reached = [each.at for each in found if each.step and each.step.block == "one"]
    assert reached == [seconds]
    assert any(f"You chose {stored}'" in each.text for each in found)


@pytest.mark.parametrize(
    ("script", "ending"),
    [
        ({"answered_by": "agent1"}, Ending.ANSWERED),
        ({}, Ending.QUEUED),
        ({"queue_is_full": True}, Ending.DISCONNECTED),
    ],
)
def test_a_transfer_ends_as_the_script_says(script: dict[str, Any], ending: Ending) -> None:
    assert moments(QUEUE, TRANSFER, BUSY, **script)[-1].ending is ending


def test_the_agent_who_answers_is_named() -> None:
    assert moments(QUEUE, TRANSFER, BUSY, answered_by="agent1")[-1].text == "agent1 answers"


def test_a_transfer_without_a_queue_fails() -> None:
    assert steps(TRANSFER, BUSY)[-1] == "sorry"


def test_a_flow_that_plays_on_and_on_ends_when_the_customer_hangs_up() -> None:
    music = {"Messages": [{"PromptId": "music.wav"}]}
    found = moments(action("music", "MessageParticipantIteratively", music), patience=60.0)
    assert found[-1] == Moment(60.0, "the customer hangs up", None, Ending.GAVE_UP)


def test_a_customer_hangs_up_on_a_flow_that_never_ends() -> None:
    found = moments(message("again", "again", leads="again"), patience=60.0)
    assert (found[-1].at, found[-1].ending) == (60.0, Ending.GAVE_UP)


def test_a_flow_that_breaks_off_is_told_from_one_that_hangs_up() -> None:
    assert moments(message("hello", "$.Attributes.unset"))[-1].ending is Ending.BROKE_OFF
    known = moments(message("hello", "$.Attributes.unset"), attributes={"unset": "Hi"})
    assert known[-1].ending is Ending.DISCONNECTED


def test_a_flow_that_ends_by_itself_says_so() -> None:
    assert moments(action("end", "EndFlowExecution"))[-1].ending is Ending.ENDED


@pytest.mark.parametrize(("is_open", "block"), [(True, "one"), (False, "other")])
def test_hours_are_open_or_closed_as_the_script_says(is_open: bool, block: str) -> None:
    hours = action(
        "hours",
        "CheckHoursOfOperation",
        conditions=[("Equals", "True", "one"), ("Equals", "False", "other")],
    )
    assert block in steps(hours, *SAYS, is_open=is_open)


@pytest.mark.parametrize(("agent", "block"), [("agent1", "one"), ("", "other")])
def test_an_agent_is_there_when_one_will_answer(agent: str, block: str) -> None:
    staffed = action(
        "staffed",
        "CheckMetricData",
        {"MetricType": "NumberOfAgentsAvailable"},
        conditions=[("NumberGreaterThan", "0", "one")],
        errors={"NoMatchingCondition": "other"},
    )
    assert block in steps(staffed, *SAYS, answered_by=agent)


@pytest.mark.parametrize(("agent", "ending"), [("agent1", Ending.ANSWERED), ("", Ending.BROKE_OFF)])
def test_a_transfer_to_an_agent_needs_one(agent: str, ending: Ending) -> None:
    transfer = action("transfer", "TransferContactToAgent")
    assert moments(transfer, answered_by=agent)[-1].ending is ending


def test_a_chat_can_wait() -> None:
    wait = action(
        "wait",
        "Wait",
        {"TimeLimitSeconds": "900"},
        conditions=[("Equals", "WaitCompleted", "hang up")],
    )
    assert moments(wait, system={**CUSTOMER, "Channel": "CHAT"})[-1].at == 900.0


def test_everything_a_flow_asks_for_is_told_in_words() -> None:
    blocks = [
        action("1", "UpdateContactAttributes", {"Attributes": {"a": "b"}}, leads="2"),
        action("2", "UpdateContactEventHooks", {"EventHooks": {"AgentHold": "f"}}, leads="3"),
        action("3", "GetMetricData", leads="4"),
        action(
            "4",
            "UpdateContactRecordingBehavior",
            {"RecordingBehavior": {"RecordedParticipants": []}},
            leads="5",
        ),
        action("5", "UpdateContactTextToSpeechVoice", {"TextToSpeechVoice": "Amy"}, leads="6"),
        message("6", "Hi"),
    ]
    told = [each.text for each in moments(*blocks)]
    for text in ("a = 'b'", "AgentHold: f", "records nobody", "plays text 'Hi' as Amy"):
        assert text in told


def test_a_function_answers_what_the_script_says_and_else_fails() -> None:
    call = action(
        "call",
        "InvokeLambdaFunction",
        {"LambdaFunctionARN": "lookup", "InvocationTimeLimitSeconds": "3"},
        leads="one",
        errors={"NoMatchingError": "other"},
    )
    assert "one" in steps(call, *SAYS, functions={"lookup": {"tier": "gold"}})
    assert "other" in steps(call, *SAYS, functions={"another": {}})


def test_a_third_party_has_the_contact_or_gives_it_back() -> None:
    for comes_back, ending in (("True", Ending.DISCONNECTED), ("False", Ending.FORWARDED)):
        parameters = {
            "ThirdPartyPhoneNumber": "+12065550100",
            "ThirdPartyConnectionTimeLimitSeconds": "30",
            "ContinueFlowExecution": comes_back,
        }
        call = action("call", "TransferParticipantToThirdParty", parameters, leads="hang up")
        found = moments(call)
        assert found[-1].ending is ending
        assert (found[-1].at == THIRD_PARTY_SECONDS) == (comes_back == "True")


def test_a_bot_understands_what_the_script_says_and_else_fails() -> None:
    bot = action(
        "bot",
        "ConnectParticipantWithLexBot",
        {"Text": "Well?", "LexV2Bot": {"AliasArn": "desk"}},
        conditions=[("Equals", "Order", "one")],
        errors={"NoMatchingCondition": "late", "NoMatchingError": "other"},
    )
    assert "one" in steps(bot, *SAYS, intents=("Order",))
    assert "late" in steps(bot, *SAYS, intents=("Help",))
    assert "other" in steps(bot, *SAYS)
