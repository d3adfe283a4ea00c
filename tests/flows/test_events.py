from __future__ import annotations

from typing import get_args

import pytest

from flows import Disconnect, Done, End, Failed, PromptEnded, awaits_answer
from flows.asks import Ask, Log, Play, SetAttributes, SetContactData, SetRouting, Step
from flows.events import ANSWERS, LAST, LEAVES, Event

GOES_ON = {SetAttributes, SetContactData, SetRouting, Step, Log}


def test_a_failure_without_a_name_is_a_no_matching_error() -> None:
    assert Failed() == Failed("NoMatchingError")


def test_every_question_may_be_answered_by_a_failure() -> None:
    assert all(Failed in answers and len(answers) > 1 for answers in ANSWERS.values())
    assert {answer for answers in ANSWERS.values() for answer in answers} == set(get_args(Event))
    assert ANSWERS[Play] == (PromptEnded, Failed)


def test_every_ask_gets_an_answer_or_ends_the_flow_or_lets_it_go_on() -> None:
    assert set(get_args(Ask)) == ANSWERS.keys() | LAST | GOES_ON
    assert {Disconnect, End} == LAST
    assert all(Done in ANSWERS[ask] for ask in LEAVES)


@pytest.mark.parametrize(("ask", "awaits"), [(Log("info", "x", "y"), False), (End(), False)])
def test_an_ask_that_gets_no_answer_is_not_waited_for(ask: Ask, awaits: bool) -> None:
    assert awaits_answer(ask) is awaits
