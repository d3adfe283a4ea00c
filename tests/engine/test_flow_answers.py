from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.agents import Agent
from engine.flow_answers import FULL, NOT_DIALABLE, FlowAnswers
from engine.flow_facts import FlowFacts
from engine.flow_library import FlowLibrary
from engine.ledger import Ledger
from engine.live import LiveContact
from engine.queue_book import QueueBook
from engine.queues import Floor
from engine.records import Records
from engine.routing_profile import RoutingProfile
from flows import (
    Answer,
    ChangeQueue,
    CheckDialable,
    CheckHours,
    CheckMetric,
    CreateCallback,
    Done,
    Failed,
    GetMetrics,
    Metrics,
    SetContactData,
    SetHook,
    SetQueue,
    SetRecording,
    WaitFor,
    read,
)
from sip import PeerError
from tests.engine.directory.desk import seeded
from tests.rig.contacts import live_contact
from tests.rig.house import settings, to_queue

FLOW = read(json.dumps(to_queue()), "menu")
QUEUES = [{"name": "support"}, {"name": "full", "max_contacts": 0, "hours": "never"}]


class Desk:
    """Where recordings are asked for; "full" is an obstacle."""

    def __init__(self) -> None:
        self.full: str | None = None
        self.switched: list[bool] = []

    def obstacle(self) -> str | None:
        return self.full

    def automated(self, live: LiveContact, *, on: bool) -> None:
        self.switched.append(on)


class CallsBack:
    """Numbers in Germany, and no others."""

    def __init__(self) -> None:
        self.created: list[tuple[str, CreateCallback]] = []

    def check(self, number: str, queue: str | None) -> None:
        if not number.startswith("+49"):
            raise PeerError("not there", status=403)

    def create(self, live: LiveContact, queue: str, ask: CreateCallback) -> None:
        self.check(ask.number, queue)
        self.created.append((queue, ask))


@pytest.fixture
def back() -> CallsBack:
    return CallsBack()


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
async def answers(tmp_path: Path, desk: Desk, back: CallsBack) -> AsyncIterator[FlowAnswers]:
    house = settings(tmp_path, queues=QUEUES, hours=[{"name": "never", "open": []}])
    records = Records(house.database.url)
    agents = [Agent(name, RoutingProfile(), 5.0) for name in ("agent1", "agent2")]
    resources = seeded(house)
    book = QueueBook(resources, Floor(agents, ["support", "full"]))
    facts = FlowFacts(resources, book)
    yield FlowAnswers(book, facts, FlowLibrary({"menu": FLOW}).find, Ledger(records), desk, back)
    await records.close()


async def test_a_queue_is_set_when_it_is_there(answers: FlowAnswers) -> None:
    live = live_contact()
    assert answers.answer(live, SetQueue("sales")) == Failed()
    assert answers.answer(live, SetQueue("support")) == Done()
    assert live.target_queue == live.system["Queue.Name"] == "support"
    assert answers.answer(live, SetQueue("", "agent2")) == Done()
    assert live.target_queue == live.system["Queue.Name"] == "agent/agent2"


async def test_there_is_room_in_a_queue_that_was_set_and_is_not_full(answers: FlowAnswers) -> None:
    live = live_contact()
    live.target_queue = None
    assert answers.has_room(live) == Failed()
    answers.answer(live, SetQueue("support"))
    assert answers.has_room(live) == Done()
    answers.answer(live, SetQueue("full"))
    assert answers.has_room(live) == Failed(FULL)


async def test_a_change_to_a_full_queue_leaves_the_old_one(answers: FlowAnswers) -> None:
    live = live_contact()
    answers.answer(live, SetQueue("support"))
    assert answers.answer(live, ChangeQueue("full")) == Failed(FULL)
    assert answers.answer(live, ChangeQueue("none")) == Failed()
    assert live.target_queue == live.system["Queue.Name"] == "support"
    assert answers.answer(live, ChangeQueue("", "agent1")) == Done()
    assert live.target_queue == "agent/agent1"


async def test_hours_are_checked_by_name_or_as_those_of_the_queue(answers: FlowAnswers) -> None:
    live = live_contact()
    assert answers.answer(live, CheckHours("never")) == Answer("False")
    assert answers.answer(live, CheckHours("other")) == Failed()
    assert answers.answer(live, CheckHours("")) == Failed()
    answers.answer(live, SetQueue("full"))
    assert answers.answer(live, CheckHours("")) == Answer("False")


async def test_numbers_are_those_of_the_named_or_the_target_queue(answers: FlowAnswers) -> None:
    live = live_contact()
    staffed = "NumberOfAgentsStaffed"
    assert answers.answer(live, CheckMetric(staffed, "support")) == Answer("0")
    assert answers.answer(live, CheckMetric(staffed, "none")) == Failed()
    live.target_queue = None
    assert answers.answer(live, GetMetrics()) == Failed()
    answers.answer(live, SetQueue("support"))
    found = answers.answer(live, GetMetrics())
    assert isinstance(found, Metrics)
    assert found.values["Queue.Name"] == "support" and found.values["Queue.Size"] == "0"


async def test_a_flow_is_set_for_a_moment_when_both_are_there(answers: FlowAnswers) -> None:
    live = live_contact()
    assert answers.answer(live, SetHook("CustomerQueue", "other")) == Failed()
    assert answers.answer(live, SetHook("DefaultAgentUI", "menu")) == Failed()
    assert answers.answer(live, SetHook("CustomerQueue", "menu")) == Done()
    assert live.hooks == {"CustomerQueue": "menu"}
    for _ in range(2):
        assert answers.answer(live, SetHook("CustomerQueue", None)) == Done()
    assert live.hooks == {}


async def test_facts_are_kept_and_need_no_answer(answers: FlowAnswers) -> None:
    live = live_contact()
    assert answers.answer(live, SetContactData({"Name": "Order"})) is None
    assert live.system["Name"] == "Order"


async def test_who_is_recorded_is_set_where_that_can_be_done(
    answers: FlowAnswers, desk: Desk
) -> None:
    live = live_contact()
    for ivr in (None, True, False):
        assert answers.answer(live, SetRecording(frozenset({"Agent"}), ivr)) == Done()
    assert live.record.recorded == {"Agent"} and desk.switched == [True, False]
    desk.full = "the disk is full"
    assert answers.answer(live, SetRecording(frozenset({"Customer"}))) == Failed()
    assert live.record.recorded == {"Agent"}
    assert answers.answer(live, SetRecording(frozenset())) == Done()
    assert live.record.recorded == frozenset()


async def test_what_this_house_does_not_do_fails(answers: FlowAnswers) -> None:
    assert answers.answer(live_contact(), WaitFor(1.0, frozenset())) == Failed()


async def test_a_number_is_dialable_where_flows_may_call_it(answers: FlowAnswers) -> None:
    live = live_contact()
    assert answers.answer(live, CheckDialable("+49301234567")) == Done()
    assert answers.answer(live, CheckDialable("+33123456789")) == Failed(NOT_DIALABLE)


async def test_a_callback_is_for_the_named_or_the_target_queue_if_that_has_room(
    answers: FlowAnswers, back: CallsBack
) -> None:
    live = live_contact()
    live.target_queue = None

    def callback(queue: str = "", agent: str = "", number: str = "+49301234567") -> CreateCallback:
        return CreateCallback(number, queue, agent, 5.0, 60.0, 1)

    for refused in (callback(), callback("none"), callback("full"), callback("support", "", "+33")):
        assert answers.answer(live, refused) == Failed()
    assert back.created == []
    answers.answer(live, SetQueue("support"))
    for wanted in (callback(), callback("support"), callback("", "agent1")):
        assert answers.answer(live, wanted) == Done()
    assert [queue for queue, _ in back.created] == ["support", "support", "agent/agent1"]
