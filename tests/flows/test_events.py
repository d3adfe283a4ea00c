from __future__ import annotations

from typing import get_args

from flows import Disconnect, Done, End, Failed, PromptEnded
from flows.events import ANSWER, LAST, Ask, Log, Play, SetAttributes, SetRecording


def test_a_failure_without_a_name_is_a_no_matching_error() -> None:
    assert Failed() == Failed("NoMatchingError")


def test_a_prompt_is_answered_by_its_end_and_every_other_question_by_done() -> None:
    assert {answer for ask, answer in ANSWER.items() if ask is not Play} == {Done}
    assert ANSWER[Play] is PromptEnded


def test_every_ask_gets_an_answer_or_ends_the_flow_or_lets_it_go_on() -> None:
    goes_on = {SetRecording, SetAttributes, Log}
    assert set(get_args(Ask)) == ANSWER.keys() | LAST | goes_on
    assert {Disconnect, End} == LAST
