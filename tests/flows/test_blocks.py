from __future__ import annotations

from typing import Any

import pytest

from flows import (
    Ask,
    Disconnect,
    Done,
    End,
    Log,
    Play,
    Prompt,
    SetAttributes,
    SetQueue,
    SetRecording,
    TransferToQueue,
)
from flows.blocks import GO_ON, MAX_ATTRIBUTE_BYTES, READERS, RESULTS
from flows.language import ERRORS
from tests.flows.writing import Document, action, interpreter, problems_of_actions, start

SORRY = action("sorry", "EndFlowExecution")  # where every error leads in these tests


def first(type_name: str, parameters: Any, **given: Any) -> list[Ask]:
    """What a block asks for first; End() where it fails."""
    errors = {"NoMatchingError": "sorry", "NoMatchingCondition": "sorry"}
    block = action("block", type_name, parameters, leads="hang up", errors=errors)
    return [ask for ask in start(block, SORRY, **given) if not isinstance(ask, Log | Disconnect)]


def reasons(type_name: str, parameters: Any, **transitions: Any) -> list[str]:
    transitions.setdefault("leads", "hang up")
    block = action("block", type_name, parameters, **transitions)
    return [reason for _, reason in problems_of_actions(block)]


# -- MessageParticipant


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


# -- UpdateContactRecordingBehavior


@pytest.mark.parametrize(
    ("behavior", "asked"),
    [
        (
            {"RecordedParticipants": ["Agent", "Customer"]},
            SetRecording(frozenset({"Agent", "Customer"})),
        ),
        ({"RecordedParticipants": ["Agent"]}, SetRecording(frozenset({"Agent"}))),
        ({"RecordedParticipants": []}, SetRecording(frozenset())),
        (
            {"RecordedParticipants": ["Customer"], "IVRRecordingBehavior": "Enabled"},
            SetRecording(frozenset({"Customer"}), ivr=True),
        ),
        (
            {"RecordedParticipants": ["Customer"], "IVRRecordingBehavior": "Disabled"},
            SetRecording(frozenset({"Customer"}), ivr=False),
        ),
    ],
)
def test_a_recording_block_sets_who_is_recorded(behavior: Document, asked: SetRecording) -> None:
    assert first("UpdateContactRecordingBehavior", {"RecordingBehavior": behavior}) == [asked]


def test_a_recording_block_goes_on_by_itself() -> None:
    parameters = {"RecordingBehavior": {"RecordedParticipants": ["Agent"]}}
    block = action("record", "UpdateContactRecordingBehavior", parameters, leads="hang up")
    assert start(block) == [SetRecording(frozenset({"Agent"})), Disconnect()]


def test_what_a_recording_block_asks_for_in_vain_is_logged() -> None:
    parameters = {
        "RecordingBehavior": {
            "RecordedParticipants": ["Agent"],
            "ScreenRecordedParticipants": ["Agent"],
        },
        "AnalyticsBehavior": {"Enabled": "True"},
    }
    block = action("record", "UpdateContactRecordingBehavior", parameters, leads="hang up")
    logged = [ask.text for ask in start(block) if isinstance(ask, Log)]
    assert logged == [
        "UpdateContactRecordingBehavior 'record': screen recording is not available",
        "UpdateContactRecordingBehavior 'record': analytics is not available",
    ]


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({}, "RecordedParticipants is missing"),
        (
            {"RecordingBehavior": {"RecordedParticipants": ["Everyone"]}},
            "RecordedParticipants[0] must be Agent or Customer, not 'Everyone'",
        ),
        (
            {"RecordingBehavior": {"RecordedParticipants": "Agent"}},
            "RecordedParticipants must be a list, not a text",
        ),
        (
            {"RecordingBehavior": {"RecordedParticipants": [], "IVRRecordingBehavior": "On"}},
            "IVRRecordingBehavior must be Enabled or Disabled, not 'On'",
        ),
    ],
)
def test_a_recording_block_names_agent_customer_or_nobody(
    parameters: Document, reason: str
) -> None:
    assert reasons("UpdateContactRecordingBehavior", parameters) == [reason]


# -- UpdateContactTargetQueue and TransferContactToQueue


@pytest.mark.parametrize(
    ("queue", "asked"),
    [
        ("support", SetQueue("support")),
        ("$.Attributes.queue", SetQueue("sales")),
        ("a $.Attributes.queue", SetQueue("a $.Attributes.queue")),
        ("$.Attributes.unset", End()),
        ("", End()),
    ],
)
def test_the_target_queue_is_static_or_one_reference(queue: str, asked: Ask) -> None:
    given = {"attributes": {"queue": "sales"}}
    assert first("UpdateContactTargetQueue", {"QueueId": queue}, **given) == [asked]


def test_the_queue_of_an_agent_is_not_available() -> None:
    assert first("UpdateContactTargetQueue", {"AgentId": "agent1"}) == [End()]


def test_a_target_queue_must_be_named() -> None:
    text = "Parameters must hold exactly one of QueueId, AgentId, not 0"
    assert reasons("UpdateContactTargetQueue", {}) == [text]


def test_a_transfer_goes_to_the_queue_that_was_set_whatever_its_parameters() -> None:
    assert first("TransferContactToQueue", {}) == [TransferToQueue()]
    assert first("TransferContactToQueue", {"QueueId": "x"}) == [TransferToQueue()]


# -- UpdateContactAttributes


def test_names_and_values_of_attributes_are_dynamic_text() -> None:
    values = {"tier": "VIP", "answer_$.Attributes.round": "$.Channel call"}
    asked = first(
        "UpdateContactAttributes",
        {"Attributes": values, "TargetContact": "Current"},
        attributes={"round": "2"},
        system={"Channel": "VOICE"},
    )
    assert asked == [SetAttributes({"tier": "VIP", "answer_2": "VOICE call"})]


def test_attributes_that_were_set_are_read_by_the_blocks_after() -> None:
    first_block = action("1", "UpdateContactAttributes", {"Attributes": {"n": "1"}}, leads="2")
    parameters = {"Attributes": {"n": "$.Attributes.n$.Attributes.n"}}
    second = action("2", "UpdateContactAttributes", parameters, leads="hang up")
    assert start(first_block, second)[1] == SetAttributes({"n": "11"})


def test_attributes_are_set_all_or_none() -> None:
    parameters = {"Attributes": {"short": "x", "long": "y" * MAX_ATTRIBUTE_BYTES}}
    refused = action(
        "refused",
        "UpdateContactAttributes",
        parameters,
        leads="hang up",
        errors={"NoMatchingError": "say"},
    )
    say = action("say", "MessageParticipant", {"Text": "[$.Attributes.short]"}, leads="hang up")
    asks = start(refused, say)
    assert isinstance(asks[0], Log) and str(MAX_ATTRIBUTE_BYTES) in asks[0].text
    assert asks[1:] == [Play(Prompt("text", "[]"))]


@pytest.mark.parametrize(("spare", "fits"), [(0, True), (-1, False)])
def test_32_kilobytes_hold_all_attributes_of_the_contact(spare: int, fits: bool) -> None:
    held = {"old": "é" * 100, "replaced": "z" * 5000}  # é is two bytes
    free = 32 * 1024 - len("old") - 200 - len("replaced") - len("new")
    values = {"new": "x" * (free - spare), "replaced": ""}
    asked = first("UpdateContactAttributes", {"Attributes": values}, attributes=held)
    assert asked == ([SetAttributes(values)] if fits else [End()])


def test_attributes_of_the_related_contact_are_not_available() -> None:
    parameters = {"Attributes": {"a": "b"}, "TargetContact": "Related"}
    assert first("UpdateContactAttributes", parameters) == [End()]


def test_an_attribute_whose_name_turns_out_empty_is_a_failure() -> None:
    assert first("UpdateContactAttributes", {"Attributes": {"$.Attributes.unset": "b"}}) == [End()]


def test_attributes_must_be_there_and_be_texts() -> None:
    assert reasons("UpdateContactAttributes", {}) == ["Attributes is missing"]
    listed = {"Attributes": {"a": []}, "TargetContact": "Both"}
    assert reasons("UpdateContactAttributes", listed) == [
        "TargetContact must be Current or Related, not 'Both'",
        "a must be a text, not a list",
    ]


# -- Compare


def compare(value: str, *conditions: tuple[str, str, str]) -> list[Ask]:
    targets = {target for _, _, target in conditions} | {"no match"}
    says = [action(t, "MessageParticipant", {"Text": t}, leads="hang up") for t in sorted(targets)]
    block = action(
        "block",
        "Compare",
        {"ComparisonValue": "$.Attributes.value"},
        conditions=conditions,
        errors={"NoMatchingCondition": "no match"},
    )
    return start(block, *says, attributes={"value": value})


def test_the_first_condition_that_holds_is_taken() -> None:
    conditions = [
        ("NumberGreaterThan", "60", "long"),
        ("NumberGreaterThan", "2", "short"),
        ("TextContains", "7", "seven"),
    ]
    assert compare("7", *conditions) == [Play(Prompt("text", "short"))]


def test_a_comparison_without_a_match_takes_its_branch_and_no_log() -> None:
    assert compare("no", ("Equals", "yes", "yes")) == [Play(Prompt("text", "no match"))]


def test_a_comparison_without_a_match_and_without_a_branch_disconnects() -> None:
    block = action("block", "Compare", {"ComparisonValue": "$.Attributes.x"}, leads="hang up")
    asks = start(block)
    assert isinstance(asks[0], Log) and "NoMatchingCondition" in asks[0].text
    assert asks[1:] == [Disconnect()]


@pytest.mark.parametrize("value", ["gold", "$.Attributes", "$.Attributes.a or $.Attributes.b", ""])
def test_a_comparison_looks_at_exactly_one_reference(value: str) -> None:
    expected = f"ComparisonValue must be one reference, such as $.Attributes.tier, not {value!r}"
    assert reasons("Compare", {"ComparisonValue": value}) == [expected]


# -- Loop


def loop(count: str, attributes: dict[str, str], passes: int) -> list[str]:
    """What is heard: "again" for each pass, and "done"."""
    block = action(
        "block",
        "Loop",
        {"LoopCount": count},
        conditions=[("Equals", "DoneLooping", "done"), ("Equals", "ContinueLooping", "again")],
        errors={"NoMatchingError": "sorry"},
    )
    again = action("again", "UpdateContactTargetQueue", {"QueueId": "again"}, leads="block")
    done = action("done", "UpdateContactTargetQueue", {"QueueId": "done"}, leads="block")
    run = interpreter([block, again, done, SORRY], attributes)
    asks, heard = run.start(now=0.0), list[str]()
    for _ in range(passes):
        heard += [ask.queue for ask in asks if isinstance(ask, SetQueue)]
        asks = run.step(Done(), now=0.0)
    return heard


def test_a_loop_continues_n_times_is_done_once_and_counts_anew() -> None:
    assert loop("2", {}, 7) == ["again", "again", "done", "again", "again", "done", "again"]


def test_a_loop_of_none_is_done_at_once() -> None:
    assert loop("0", {}, 2) == ["done", "done"]


def test_the_count_may_be_a_reference() -> None:
    assert loop("$.Attributes.n", {"n": "1"}, 3) == ["again", "done", "again"]


@pytest.mark.parametrize("count", ["", "101", "-1", "2.0", "many", "٣", "1" * 5000])
def test_a_reference_that_yields_no_count_is_a_failure(count: str) -> None:
    assert loop("$.Attributes.n", {"n": count}, 3) == []


def test_two_loops_count_apart() -> None:
    def count(name: str, more: str, done: str) -> Document:
        results = [("Equals", "ContinueLooping", more), ("Equals", "DoneLooping", done)]
        return action(name, "Loop", {"LoopCount": "2"}, conditions=results)

    said = action("say", "UpdateContactAttributes", {"Attributes": {"a": "b"}}, leads="inner")
    asks = start(count("outer", "inner", "hang up"), count("inner", "say", "outer"), said)
    assert asks == [SetAttributes({"a": "b"})] * 4 + [Disconnect()]


@pytest.mark.parametrize("count", ["101", "-1", "three", "1.5"])
def test_a_count_is_a_number_from_0_to_100(count: str) -> None:
    conditions = [("Equals", result, "hang up") for result in ("ContinueLooping", "DoneLooping")]
    assert reasons("Loop", {"LoopCount": count}, conditions=conditions) == [
        f"LoopCount must be a number from 0 to 100 or one reference, not {count!r}"
    ]
    assert reasons("Loop", {"LoopCount": 100}, conditions=conditions) == []


# -- the ends, and what is not executed


def test_disconnect_and_end_ask_for_just_that() -> None:
    assert start(action("x", "DisconnectParticipant")) == [Disconnect()]
    assert start(action("x", "EndFlowExecution")) == [End()]


@pytest.mark.parametrize("type_name", sorted(ERRORS.keys() - READERS.keys()))
def test_a_type_that_is_not_executed_takes_its_branch_or_is_passed_over(type_name: str) -> None:
    errors = {error: "sorry" for error in ERRORS[type_name]}
    asks = start(action("block", type_name, leads="hang up", errors=errors), SORRY)
    log = asks[0]
    assert isinstance(log, Log) and log.level == "warning" and log.block == "block"
    assert f"{type_name} 'block'" in log.text
    assert "this version does not execute" in log.text
    assert asks[1:] == [End() if errors else Disconnect()]


def test_a_type_that_is_not_executed_disconnects_where_it_has_no_branch() -> None:
    asks = start(action("block", "InvokeLambdaFunction", leads="hang up"))
    assert [type(ask) for ask in asks] == [Log, Disconnect]


def test_a_passed_over_type_takes_a_branch_that_the_author_drew_all_the_same() -> None:
    errors = {"NoMatchingError": "sorry"}
    voice = action("voice", "UpdateContactTextToSpeechVoice", leads="hang up", errors=errors)
    assert start(voice, SORRY)[-1] == End()


def test_the_tables_name_types_of_the_language() -> None:
    assert READERS.keys() <= ERRORS.keys()
    assert GO_ON <= READERS.keys()
    assert RESULTS.keys() <= READERS.keys()
