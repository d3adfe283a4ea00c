from __future__ import annotations

import pytest

from flows import (
    Ask,
    ChangeQueue,
    Disconnect,
    Done,
    End,
    HoldPrevious,
    Log,
    Play,
    Prompt,
    SetAttributes,
    SetContactData,
    SetHook,
    SetQueue,
    SetRouting,
    TransferToQueue,
)
from flows.contact_blocks import HOOKS, MAX_ATTRIBUTE_BYTES, MAX_DATA, MAX_TAGS
from tests.flows.writing import (
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


def test_the_queue_of_an_agent_is_named_by_the_agent() -> None:
    given = {"attributes": {"who": "agent1"}}
    asked = first("UpdateContactTargetQueue", {"AgentId": "$.Attributes.who"}, **given)
    assert asked == [SetQueue("", "agent1")]


def test_a_contact_that_waits_may_change_to_another_queue() -> None:
    block = "DequeueContactAndTransferToQueue"
    assert first(block, {"QueueId": "sales"}) == [ChangeQueue("sales")]
    assert first(block, {"AgentId": "ann"}) == [ChangeQueue("", "ann")]
    assert first(block, {"AgentId": "$.Attributes.none"}) == [End()]


def test_a_target_queue_must_be_named() -> None:
    text = "Parameters must hold exactly one of QueueId, AgentId, not 0"
    assert reasons("UpdateContactTargetQueue", {}) == [text]


def test_a_transfer_goes_to_the_queue_that_was_set_whatever_its_parameters() -> None:
    assert first("TransferContactToQueue", {}) == [TransferToQueue()]
    assert first("TransferContactToQueue", {"QueueId": "x"}) == [TransferToQueue()]


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


# -- UpdateContactData


def test_data_of_the_contact_are_read_by_the_blocks_after_and_handed_out() -> None:
    parameters = {
        "Name": "Call of $.CustomerEndpoint.Address",
        "LanguageCode": "en-GB",
        "WisdomSessionArn": "arn",
        "References": {"order": {"Type": "STRING", "Value": "77"}},
    }
    block = action("data", "UpdateContactData", parameters, leads="say")
    say = message("say", "$.Name, $.LanguageCode, $.References.order.Value, $.Wisdom.SessionArn")
    asks = start(block, say, system={"CustomerEndpoint.Address": "+1", "LanguageCode": "de-DE"})
    assert asks == [
        SetContactData(
            {
                "Name": "Call of +1",
                "LanguageCode": "en-GB",
                "Wisdom.SessionArn": "arn",
                "References.order.Type": "STRING",
                "References.order.Value": "77",
            }
        ),
        Play(Prompt("text", "Call of +1, en-GB, 77, arn")),
    ]


def test_data_of_the_related_contact_are_not_available() -> None:
    assert first("UpdateContactData", {"Name": "x", "TargetContact": "Related"}) == [End()]


def test_data_that_nothing_here_uses_are_told() -> None:
    asks = start(
        action("d", "UpdateContactData", {"Name": "x", "IsVoiceId": "true"}, leads="hang up")
    )
    assert said(asks) == ["UpdateContactData 'd': IsVoiceId is not available"]
    assert first("UpdateContactData", {"IsVoiceId": "true"}) == [End()]


def test_data_have_a_limit() -> None:
    assert first("UpdateContactData", {"Name": "x" * MAX_DATA}) == [
        SetContactData({"Name": "x" * MAX_DATA})
    ]
    assert first("UpdateContactData", {"Name": "x" * (MAX_DATA + 1)}) == [End()]


def test_an_update_updates_something() -> None:
    reason = ["Parameters names nothing to update"]
    assert reasons("UpdateContactData", {"TargetContact": "Current"}) == reason


# -- tags


def test_tags_are_set_and_taken_away() -> None:
    tag = action("tag", "TagContact", {"Tags": {"colour": "$.Channel"}}, leads="untag")
    untag = action("untag", "UntagContact", {"TagKeys": ["colour"]}, leads="say")
    asks = start(tag, untag, message("say", "[$.Tags.colour]"), system={"Channel": "VOICE"})
    assert asks == [
        SetContactData({"Tags.colour": "VOICE"}),
        SetContactData({"Tags.colour": ""}),
        Play(Prompt("text", "[]")),
    ]


@pytest.mark.parametrize("tags", [{"": "x"}, {"$.Attributes.unset": "x"}, {"k" * 129: "x"}])
def test_a_tag_without_a_name_or_with_too_long_a_one_is_a_failure(tags: Document) -> None:
    assert first("TagContact", {"Tags": tags}) == [End()]


def test_the_value_of_a_tag_has_256_characters_at_most() -> None:
    assert first("TagContact", {"Tags": {"k": "v" * 256}}) != [End()]
    assert first("TagContact", {"Tags": {"k": "v" * 257}}) == [End()]


def test_a_block_sets_six_tags_at_most() -> None:
    tags = {str(n): "x" for n in range(MAX_TAGS + 1)}
    assert reasons("TagContact", {"Tags": tags}) == ["Tags holds 7 tags, a block may set 6"]
    assert reasons("TagContact", {}) == ["Tags is missing"]
    assert reasons("UntagContact", {}) == ["TagKeys is missing"]


# -- UpdateContactTextToSpeechVoice


def test_a_voice_is_known_to_later_flows_too() -> None:
    parameters = {"TextToSpeechVoice": "$.Attributes.voice", "TextToSpeechEngine": "Neural"}
    assert first("UpdateContactTextToSpeechVoice", parameters, attributes={"voice": "Amy"}) == [
        SetContactData({"TextToSpeechVoiceId": "Amy"})
    ]


def test_a_voice_that_is_not_named_takes_the_branch_that_was_drawn_or_none() -> None:
    unset = {"TextToSpeechVoice": "$.Attributes.unset"}
    assert first("UpdateContactTextToSpeechVoice", unset) == [End()]
    asks = start(action("v", "UpdateContactTextToSpeechVoice", unset, leads="hang up"))
    assert [type(ask) for ask in asks] == [Log, Disconnect]


def test_a_voice_under_another_name_is_doubtful_only() -> None:
    block = action("v", "UpdateContactTextToSpeechVoice", {"VoiceId": "Amy"}, leads="hang up")
    (warning,) = flow(block).warnings
    assert warning.reason == "TextToSpeechVoice is missing: the voice stays as it was"


# -- UpdateContactRoutingBehavior


@pytest.mark.parametrize(
    ("parameters", "asked"),
    [
        ({"QueuePriority": "2"}, SetRouting(priority=2)),
        ({"QueuePriority": "$.Attributes.priority"}, SetRouting(priority=1)),
        ({"QueueTimeAdjustmentSeconds": "300"}, SetRouting(added_seconds=300.0)),
        ({"QueueTimeAdjustmentSeconds": "-5"}, SetRouting(added_seconds=-5.0)),
    ],
)
def test_the_place_in_the_queue_is_set(parameters: Document, asked: SetRouting) -> None:
    found = first("UpdateContactRoutingBehavior", parameters, attributes={"priority": "1"})
    assert found == [asked]


@pytest.mark.parametrize("text", ["0", "-1", "first", "$.Attributes.none"])
def test_a_priority_that_is_none_changes_nothing_and_is_told(text: str) -> None:
    block = action("set", "UpdateContactRoutingBehavior", {"QueuePriority": text}, leads="hang up")
    asks = start(block)
    assert not any(isinstance(ask, SetRouting) for ask in asks)
    assert "nothing is changed" in said(asks)[0]


def test_the_place_in_the_queue_is_set_in_one_way() -> None:
    both = {"QueuePriority": "1", "QueueTimeAdjustmentSeconds": "1"}
    assert reasons("UpdateContactRoutingBehavior", both)


# -- UpdateContactEventHooks


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_names_the_flow_to_run(hook: str) -> None:
    parameters = {"EventHooks": {hook: "$.Attributes.flow"}}
    asked = first("UpdateContactEventHooks", parameters, attributes={"flow": "whisper"})
    assert asked == [SetHook(hook, "whisper")]


def test_a_hook_may_be_switched_off() -> None:
    parameters = {
        "EventHooks": {"AgentWhisper": "whisper"},
        "EventHooksConfiguration": {"AgentWhisper": {"DisableExecution": "true"}},
    }
    assert first("UpdateContactEventHooks", parameters) == [SetHook("AgentWhisper", None)]


def test_the_flow_waits_until_the_hook_is_set() -> None:
    parameters = {"EventHooks": {"CustomerQueue": "music"}}
    run = interpreter([action("hook", "UpdateContactEventHooks", parameters, leads="hang up")])
    assert run.start(0.0) == [SetHook("CustomerQueue", "music")]
    assert run.step(Done(), 0.0) == [Disconnect()]


def test_a_hook_without_a_flow_is_a_failure_and_an_unknown_hook_is_refused() -> None:
    empty = {"EventHooks": {"CustomerQueue": "$.Attributes.unset"}}
    assert first("UpdateContactEventHooks", empty) == [End()]
    (reason,) = reasons("UpdateContactEventHooks", {"EventHooks": {"Lunch": "music"}})
    assert reason.startswith("EventHooks must hold exactly one of AgentHold, AgentWhisper")


# -- UpdatePreviousContactParticipantState


@pytest.mark.parametrize(
    ("state", "held"), [("AgentOnHold", "Agent"), ("CustomerOnHold", "Customer"), ("OffHold", "")]
)
def test_somebody_of_the_contact_before_is_held_or_nobody(state: str, held: str) -> None:
    parameters = {"PreviousContactParticipantState": state}
    assert first("UpdatePreviousContactParticipantState", parameters) == [HoldPrevious(held)]


def test_who_is_held_is_one_of_the_three() -> None:
    told = reasons("UpdatePreviousContactParticipantState", {}, leads="hang up")
    assert told == ["PreviousContactParticipantState is missing"]
