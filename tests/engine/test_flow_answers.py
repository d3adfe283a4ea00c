from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.flow_answers import FlowAnswers
from engine.flow_library import FlowLibrary
from engine.ledger import Ledger
from engine.live import LiveContact
from engine.records import Records
from flows import Done, Failed, SetContactData, SetHook, SetQueue, SetRecording, WaitFor, read
from tests.rig.contacts import live_contact
from tests.rig.house import to_queue

FLOW = read(json.dumps(to_queue()), "menu")


class Desk:
    """Where recordings are asked for; "full" is an obstacle."""

    def __init__(self) -> None:
        self.full: str | None = None
        self.switched: list[bool] = []

    def obstacle(self) -> str | None:
        return self.full

    def automated(self, live: LiveContact, *, on: bool) -> None:
        self.switched.append(on)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def answers(tmp_path: Path, desk: Desk) -> FlowAnswers:
    ledger = Ledger(Records(f"sqlite+aiosqlite:///{tmp_path}/earshot.sqlite"))
    return FlowAnswers({"support": "support"}, FlowLibrary({"menu": FLOW}).find, ledger, desk)


def test_a_queue_is_set_when_it_is_there(answers: FlowAnswers) -> None:
    live = live_contact()
    assert answers.answer(live, SetQueue("sales")) == Failed()
    assert answers.answer(live, SetQueue("support")) == Done()
    assert live.target_queue == live.system["Queue.Name"] == "support"


def test_a_flow_is_set_for_a_moment_when_both_are_there(answers: FlowAnswers) -> None:
    live = live_contact()
    assert answers.answer(live, SetHook("CustomerQueue", "other")) == Failed()
    assert answers.answer(live, SetHook("DefaultAgentUI", "menu")) == Failed()
    assert answers.answer(live, SetHook("CustomerQueue", "menu")) == Done()
    assert live.hooks == {"CustomerQueue": "menu"}
    for _ in range(2):
        assert answers.answer(live, SetHook("CustomerQueue", None)) == Done()
    assert live.hooks == {}


def test_facts_are_kept_and_need_no_answer(answers: FlowAnswers) -> None:
    live = live_contact()
    assert answers.answer(live, SetContactData({"Name": "Order"})) is None
    assert live.system["Name"] == "Order"


def test_who_is_recorded_is_set_where_that_can_be_done(answers: FlowAnswers, desk: Desk) -> None:
    live = live_contact()
    for ivr in (None, True, False):
        assert answers.answer(live, SetRecording(frozenset({"Agent"}), ivr)) == Done()
    assert live.record.recorded == {"Agent"} and desk.switched == [True, False]
    desk.full = "the disk is full"
    assert answers.answer(live, SetRecording(frozenset({"Customer"}))) == Failed()
    assert live.record.recorded == {"Agent"}
    assert answers.answer(live, SetRecording(frozenset())) == Done()
    assert live.record.recorded == frozenset()


def test_what_this_house_does_not_do_fails(answers: FlowAnswers) -> None:
    assert answers.answer(live_contact(), WaitFor(1.0, frozenset())) == Failed()
