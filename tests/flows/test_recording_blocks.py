from __future__ import annotations

from typing import Any

import pytest

from flows import (
    Ask,
    Disconnect,
    Done,
    Failed,
    Log,
    Play,
    Prompt,
    SetRecording,
)
from tests.flows.writing import (
    SORRY,
    Document,
    action,
    first,
    interpreter,
    message,
    reasons,
    said,
    start,
)

CHAT = {"system": {"Channel": "CHAT"}}


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


def test_a_recording_block_goes_on_once_it_is_known_that_something_can_be_recorded() -> None:
    parameters = {"RecordingBehavior": {"RecordedParticipants": ["Agent"]}}
    block = action("record", "UpdateContactRecordingBehavior", parameters, leads="hang up")
    run = interpreter([block])
    assert run.start(0.0) == [SetRecording(frozenset({"Agent"}))]
    assert run.step(Done(), 0.0) == [Disconnect()]


def test_who_may_not_talk_unrecorded_is_disconnected_or_takes_the_branch_for_it() -> None:
    behavior = {"RecordedParticipants": ["Agent"]}
    older = action(
        "record", "UpdateContactRecordingBehavior", {"RecordingBehavior": behavior}, leads="hang up"
    )
    newer = action(
        "record",
        "UpdateContactRecordingAndAnalyticsBehavior",
        {"VoiceBehavior": {"VoiceRecordingBehavior": behavior}},
        leads="hang up",
        errors={"NoMatchingError": "say", "ChannelMismatch": "say"},
    )
    for block, last in ((older, Disconnect()), (newer, Play(Prompt("text", "not now")))):
        run = interpreter([block, message("say", "not now")])
        run.start(0.0)
        assert run.step(Failed(), 0.0)[-1] == last


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


# -- UpdateContactRecordingAndAnalyticsBehavior


def record(parameters: Document, **given: Any) -> list[Ask]:
    errors = {
        "NoMatchingError": "sorry",
        "ChannelMismatch": "mismatch",
        "InFlightRedactionConfigurationFailed": "redaction",
    }
    block = action(
        "record",
        "UpdateContactRecordingAndAnalyticsBehavior",
        parameters,
        leads="hang up",
        errors=errors,
    )
    return start(
        block, message("mismatch", "mismatch"), message("redaction", "redaction"), SORRY, **given
    )


VOICE = {"VoiceRecordingBehavior": {"RecordedParticipants": ["Agent"]}}


def test_the_newer_recording_block_sets_who_is_recorded_too() -> None:
    parameters = {"VoiceBehavior": VOICE}
    assert record(parameters) == [SetRecording(frozenset({"Agent"}))]


def test_the_newer_recording_block_says_what_is_not_available() -> None:
    analysed = {**VOICE, "VoiceAnalyticsBehavior": {"Enabled": "True"}}
    screen = {"ScreenRecordedParticipants": ["Agent"]}
    asks = record({"VoiceBehavior": analysed, "ScreenRecordingBehavior": screen})
    assert [text.rpartition(": ")[2] for text in said(asks)] == [
        "screen recording is not available",
        "analytics is not available",
    ]


def test_a_behavior_for_the_other_channel_is_a_mismatch() -> None:
    mismatch = Play(Prompt("text", "mismatch"))
    assert record({"VoiceBehavior": VOICE}, **CHAT)[-1] == mismatch
    assert record({"ChatBehavior": {}})[-1] == mismatch
    assert record({"ChatBehavior": {}}, **CHAT) == [Disconnect()]


def test_redaction_of_messages_is_refused_rather_than_left_out() -> None:
    analytics = {"InFlightChatRedactionConfiguration": {"Enabled": "True"}}
    asks = record({"ChatBehavior": {"ChatAnalyticsBehavior": analytics}}, **CHAT)
    assert asks[-1] == Play(Prompt("text", "redaction"))


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({}, "Parameters must hold exactly one of VoiceBehavior, ChatBehavior, not 0"),
        (
            {"VoiceBehavior": VOICE, "ChatBehavior": {}},
            "Parameters must hold exactly one of VoiceBehavior, ChatBehavior, not 2",
        ),
        ({"VoiceBehavior": {}}, "RecordedParticipants is missing"),
    ],
)
def test_the_newer_recording_block_is_about_one_channel(parameters: Document, reason: str) -> None:
    assert reason in reasons("UpdateContactRecordingAndAnalyticsBehavior", parameters)
