from __future__ import annotations

from typing import Any

import pytest

from flows import (
    Collect,
    DigitsEntered,
    Disconnect,
    Done,
    End,
    Event,
    Failed,
    InputTimedOut,
    Interpreter,
    Play,
    PlayRepeatedly,
    Prompt,
    SetContactData,
)
from tests.flows.writing import (
    SORRY,
    Document,
    action,
    first,
    flow,
    interpreter,
    message,
    reasons,
    said,
    start,
)

CHAT = {"system": {"Channel": "CHAT"}}


@pytest.mark.parametrize(
    ("parameters", "prompt"),
    [
        ({"Text": "Hi $.Attributes.name."}, Prompt("text", "Hi Ann & Bob.")),
        (
            {"SSML": "<speak>$.Attributes.name</speak>"},
            Prompt("ssml", "<speak>Ann &amp; Bob</speak>"),
        ),
        ({"PromptId": "beep.wav"}, Prompt("prompt_id", "beep.wav")),
        ({"PromptId": "$.Attributes.prompt"}, Prompt("prompt_id", "music.wav")),
        ({"PromptId": "the $.Attributes.prompt"}, Prompt("prompt_id", "the $.Attributes.prompt")),
        (
            {
                "Media": {
                    "Uri": "s3://b/$.Attributes.prompt",
                    "SourceType": "S3",
                    "MediaType": "Audio",
                }
            },
            Prompt("media", "s3://b/music.wav"),
        ),
        ({"Text": "Hi", "SkipWhenDTMFBufferEnabled": "false"}, Prompt("text", "Hi")),
    ],
)
def test_a_message_plays_its_prompt(parameters: Document, prompt: Prompt) -> None:
    attributes = {"name": "Ann & Bob", "prompt": "music.wav"}
    assert first("MessageParticipant", parameters, attributes=attributes) == [Play(prompt)]


@pytest.mark.parametrize("kind", ["Text", "SSML", "PromptId"])
def test_a_message_that_turns_out_empty_fails(kind: str) -> None:
    assert first("MessageParticipant", {kind: "$.Attributes.unset"}) == [End()]


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({}, "Parameters must hold exactly one of PromptId, Text, SSML, Media, not 0"),
        (
            {"Text": "a", "SSML": "b"},
            "Parameters must hold exactly one of PromptId, Text, SSML, Media, not 2",
        ),
        ({"Text": ""}, "Text is empty"),
        ({"Text": ["a"]}, "Text must be a text, not a list"),
        ({"Media": {"SourceType": "S3", "MediaType": "Audio"}}, "Uri is missing"),
        (
            {"Media": {"Uri": "x", "SourceType": "Disk", "MediaType": "Audio"}},
            "SourceType must be S3, not 'Disk'",
        ),
    ],
)
def test_a_message_has_exactly_one_prompt(parameters: Document, reason: str) -> None:
    assert reasons("MessageParticipant", parameters) == [reason]


def test_a_message_is_spoken_by_the_voice_that_was_set() -> None:
    voice = action(
        "v", "UpdateContactTextToSpeechVoice", {"TextToSpeechVoice": "Joanna"}, leads="m"
    )
    assert start(voice, message("m", "Hi"))[-1] == Play(Prompt("text", "Hi", "Joanna"))
    given = {"TextToSpeechVoiceId": "Amy"}
    assert start(message("m", "Hi"), system=given) == [Play(Prompt("text", "Hi", "Amy"))]


# -- MessageParticipantIteratively


MUSIC, WORDS = {"PromptId": "music.wav"}, {"Text": "Hold, $.Attributes.name"}


def test_messages_go_on_until_the_interrupt_and_then_leave_by_its_branch() -> None:
    parameters = {"Messages": [MUSIC, WORDS], "InterruptFrequencySeconds": "30"}
    music = action(
        "music",
        "MessageParticipantIteratively",
        parameters,
        conditions=[("Equals", "MessagesInterrupted", "hang up")],
    )
    run = interpreter([music], {"name": "Ann"})
    prompts = (Prompt("prompt_id", "music.wav"), Prompt("text", "Hold, Ann"))
    assert run.start(0.0) == [PlayRepeatedly(prompts, 30)]
    assert run.step(Done(), 30.0) == [Disconnect()]


def test_messages_without_an_interrupt_have_no_end() -> None:
    asked = first("MessageParticipantIteratively", {"Messages": [MUSIC]})
    assert asked == [PlayRepeatedly((Prompt("prompt_id", "music.wav"),), None)]


def test_messages_may_go_on_beneath_the_interrupt() -> None:
    parameters = {"Messages": [MUSIC], "ContinueMessagingDuringInterrupt": "true"}
    (asked,) = first("MessageParticipantIteratively", parameters)
    assert isinstance(asked, PlayRepeatedly) and asked.keep_playing


def test_messages_that_turn_out_empty_are_left_out_and_none_at_all_is_a_failure() -> None:
    unset = {"Text": "$.Attributes.unset"}
    asked = first("MessageParticipantIteratively", {"Messages": [unset, MUSIC, {"PromptId": ""}]})
    assert asked == [PlayRepeatedly((Prompt("prompt_id", "music.wav"),))]
    assert first("MessageParticipantIteratively", {"Messages": [unset]}) == [End()]


def test_messages_that_go_on_are_for_voice() -> None:
    assert first("MessageParticipantIteratively", {"Messages": [MUSIC]}, **CHAT) == [End()]


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({}, "Messages is missing"),
        ({"Messages": []}, "Messages holds no message"),
        (
            {"Messages": [{"Text": "a", "SSML": "b"}]},
            "Messages[0] must hold exactly one of PromptId, Text, SSML, Media, not 2",
        ),
        (
            {"Messages": [MUSIC], "InterruptFrequencySeconds": "0"},
            "InterruptFrequencySeconds must be a whole number from 1 to 604800, not '0'",
        ),
    ],
)
def test_messages_are_a_list_of_prompts(parameters: Document, reason: str) -> None:
    assert reasons("MessageParticipantIteratively", parameters) == [reason]


# -- GetParticipantInput


def menu(**more: Any) -> Document:
    return action(
        "menu",
        "GetParticipantInput",
        {"Text": "Press 1 or *", "InputTimeLimitSeconds": "8", "StoreInput": "False", **more},
        leads="hang up",
        conditions=[("Equals", "1", "one"), ("Equals", "*", "star")],
        errors={
            "InputTimeLimitExceeded": "late",
            "NoMatchingCondition": "other",
            "NoMatchingError": "sorry",
        },
    )


SAYS = [message(name, name) for name in ("one", "star", "late", "other")]


@pytest.mark.parametrize(
    ("event", "leads"),
    [
        (DigitsEntered("1"), "one"),
        (DigitsEntered("*"), "star"),
        (DigitsEntered("7"), "other"),
        (DigitsEntered(""), "other"),
        (InputTimedOut(), "late"),
    ],
)
def test_a_menu_leads_by_the_key_that_was_pressed(event: Event, leads: str) -> None:
    run = interpreter([menu(), *SAYS, SORRY])
    assert run.start(0.0) == [Collect(Prompt("text", "Press 1 or *"), 1, 8.0, 5.0)]
    assert run.step(event, 1.0)[-1] == Play(Prompt("text", leads))


def test_a_menu_that_cannot_be_asked_takes_its_error_branch() -> None:
    run = interpreter([menu(), *SAYS, SORRY])
    run.start(0.0)
    assert run.step(Failed(), 1.0)[-1] == End()
    assert start(menu(), *SAYS, SORRY, **CHAT)[-1] == End()
    assert start(menu(Text="$.Attributes.unset"), *SAYS, SORRY)[-1] == End()


def test_a_menu_without_a_prompt_just_listens() -> None:
    parameters = {"InputTimeLimitSeconds": 3}
    assert first("GetParticipantInput", parameters) == [Collect(None, 1, 3.0, 5.0)]


def store(**parameters: Any) -> Interpreter:
    block = action(
        "ask",
        "GetParticipantInput",
        {"Text": "Number?", "StoreInput": "True", "InputTimeLimitSeconds": "5", **parameters},
        leads="read back",
        errors={"NoMatchingError": "sorry", "InvalidPhoneNumber": "wrong"},
    )
    read_back = message("read back", "You said $.StoredCustomerInput")
    return interpreter([block, read_back, message("wrong", "Wrong"), SORRY])


@pytest.mark.parametrize(
    ("parameters", "asked"),
    [
        ({}, Collect(Prompt("text", "Number?"), 20, 5.0, 5.0, "#", True)),
        (
            {"InputValidation": {"CustomValidation": {"MaximumLength": "4"}}},
            Collect(Prompt("text", "Number?"), 4, 5.0, 5.0, "#", True),
        ),
        (
            {
                "DTMFConfiguration": {
                    "InputTerminationSequence": "**",
                    "DisableCancelKey": "True",
                    "InterdigitTimeLimitSeconds": "2",
                }
            },
            Collect(Prompt("text", "Number?"), 20, 5.0, 2.0, "**", False),
        ),
    ],
)
def test_a_number_is_taken_down_as_configured(parameters: Document, asked: Collect) -> None:
    assert store(**parameters).start(0.0) == [asked]


def phone(country: str) -> Document:
    number = {"NumberFormat": "Local", "CountryCode": country} if country else {}
    return {"InputValidation": {"PhoneNumberValidation": number or {"NumberFormat": "E164"}}}


@pytest.mark.parametrize(
    ("parameters", "event", "stored"),
    [
        ({}, DigitsEntered("1234"), "1234"),
        ({}, DigitsEntered(""), ""),
        ({}, InputTimedOut(), "Timeout"),
        (phone("US"), DigitsEntered("2065550100"), "+12065550100"),
        (phone("GB"), DigitsEntered("02079460000"), "+442079460000"),
        (phone(""), DigitsEntered("4930123456"), "+4930123456"),
        (phone("US"), InputTimedOut(), "Timeout"),
    ],
)
def test_what_was_keyed_in_is_stored(parameters: Document, event: Event, stored: str) -> None:
    run = store(**parameters)
    run.start(0.0)
    assert run.step(event, 1.0) == [
        SetContactData({"StoredCustomerInput": stored}),
        Play(Prompt("text", f"You said {stored}")),
    ]


@pytest.mark.parametrize(("country", "digits"), [("US", "123"), ("", "12"), ("GB", "*1")])
def test_what_is_no_telephone_number_takes_its_branch(country: str, digits: str) -> None:
    run = store(**phone(country))
    run.start(0.0)
    assert run.step(DigitsEntered(digits), 1.0)[-1] == Play(Prompt("text", "Wrong"))


def test_input_that_is_to_be_encrypted_is_not_asked_for_in_the_clear() -> None:
    asks = store(InputEncryption={"EncryptionKeyId": "a", "Key": "b"}).start(0.0)
    assert asks[-1] == End()
    assert "encrypted" in said(asks)[0]


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        (
            {"InputTimeLimitSeconds": "0"},
            "InputTimeLimitSeconds must be a whole number from 1 to 600, not '0'",
        ),
        (
            {"InputTimeLimitSeconds": "5", "StoreInput": "Maybe"},
            "StoreInput must be True or False or true or false, not 'Maybe'",
        ),
        (
            {"InputTimeLimitSeconds": "5", "StoreInput": "True", **phone("Atlantis")},
            "CountryCode must be a country by ISO 3166-1, such as US, not 'Atlantis'",
        ),
        (
            {
                "InputTimeLimitSeconds": "5",
                "StoreInput": "True",
                "DTMFConfiguration": {"InputTerminationSequence": "end"},
            },
            "InputTerminationSequence must be at most 5 of 0-9 * #, not 'end'",
        ),
        (
            {"InputTimeLimitSeconds": "5", "Text": "a", "PromptId": "b"},
            "Parameters must hold exactly one of PromptId, Text, SSML, Media, not 2",
        ),
    ],
)
def test_what_is_asked_for_must_make_sense(parameters: Document, reason: str) -> None:
    assert reasons("GetParticipantInput", parameters) == [reason]


def test_a_time_limit_that_is_missing_and_a_key_that_is_none_are_doubtful_only() -> None:
    block = action(
        "menu",
        "GetParticipantInput",
        {"Text": "Press 1"},
        leads="hang up",
        conditions=[("Equals", "12", "hang up"), ("TextContains", "1", "hang up")],
    )
    never = "Condition is never met: it must be Equals with one key of 0-9 * #"
    place = "/Actions/0/Transitions/Conditions"
    assert [(each.pointer, each.reason) for each in flow(block).warnings] == [
        ("/Actions/0/Parameters", "InputTimeLimitSeconds is missing: 5 are taken"),
        (f"{place}/0/Condition", never),
        (f"{place}/1/Condition", never),
    ]
