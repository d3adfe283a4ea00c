"""Phones behind NAT are asked whether they are there, and dropped when they are not."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from sip.actions import Send
from sip.binding import Binding
from sip.flow import TCP, UDP, Flow, Here
from sip.message import Request, Response, parse
from sip.phone_watch import PATIENCE, SOON, TABLE, Input, PhoneWatches, State, Way
from sip.transaction_layer import TransactionLayer
from tests.sip.raw import response
from tests.sip.scene import numbered

FLOW = Flow(UDP, "198.51.100.7", 40000, listener=0)
BEHIND = Binding("sip:agent1@192.168.0.7", FLOW, True, "r1", 1, 3600.0)
INTERVAL = 25.0


class Ward:
    """Watches, a clock, and a phone that answers while `status` is not 0."""

    def __init__(self, interval: float = INTERVAL) -> None:
        self.layer = TransactionLayer(Here("10.0.0.1", 5060), numbered(), 100)
        self.watches = PhoneWatches(self.layer, interval, self._gone)
        self.status, self.now = 200, 0.0
        self.asked: list[tuple[float, Request]] = []
        self.gone: list[tuple[float, Way]] = []

    def _gone(self, way: Way, now: float) -> None:
        self.gone.append((now, way))
        self.watches.held(way[0], (), now)

    def hold(self, *bindings: Binding) -> None:
        self.watches.held("agent1", bindings, self.now)

    def run(self, seconds: float) -> None:
        end = self.now + seconds
        while (due := self.layer.timers.deadline) <= end:
            self.now = max(self.now, due)
            self.layer.tick(self.now)
            for send in [each for each in self.layer.drain() if isinstance(each, Send)]:
                self._take(send)
        self.now = end

    def _take(self, send: Send) -> None:
        assert send.flow == FLOW
        request = parse(send.data)
        assert isinstance(request, Request)
        if request.via.branch not in {each.via.branch for _, each in self.asked}:
            self.asked.append((self.now, request))
        if self.status:
            answer = parse(response(request, self.status))
            assert isinstance(answer, Response)
            self.layer.clients.receive(answer, FLOW, self.now)


def test_a_phone_behind_nat_is_asked_at_intervals_by_the_way_it_came() -> None:
    ward = Ward()
    ward.hold(BEHIND)
    ward.run(300.0)
    times = [at for at, _ in ward.asked]
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert all(0.9 * INTERVAL <= gap <= INTERVAL for gap in gaps)
    (_, options), *_ = ward.asked
    assert (options.method, options.uri) == ("OPTIONS", BEHIND.uri)
    assert str(options.to.uri) == "sip:agent1@10.0.0.1:5060"
    assert not ward.gone


@pytest.mark.parametrize("status", [404, 405, 486, 503])
def test_whatever_it_answers_is_a_sign_of_life(status: int) -> None:
    ward = Ward()
    ward.status = status
    ward.hold(BEHIND)
    ward.run(200.0)
    assert not ward.gone


def test_silence_twice_in_a_row_means_that_it_is_gone() -> None:
    ward = Ward()
    ward.hold(BEHIND)
    ward.run(60.0)
    ward.status = 0
    ward.run(INTERVAL + 2 * PATIENCE + SOON)
    ((_, way),) = ward.gone
    assert way == ("agent1", BEHIND.uri, FLOW)
    assert len(ward.watches) == 0
    count = len(ward.asked)
    ward.run(600.0)
    assert len(ward.asked) == count and ward.layer.open == 0


def test_a_single_lost_answer_is_forgiven() -> None:
    ward = Ward()
    ward.hold(BEHIND)
    for _ in range(4):
        ward.status = 0
        ward.run(INTERVAL + PATIENCE)
        ward.status = 200
        ward.run(2 * INTERVAL)
    assert not ward.gone


def test_a_refreshed_binding_is_asked_as_before_and_one_that_went_no_more() -> None:
    ward = Ward()
    ward.hold(BEHIND)
    ward.run(20.0)
    ward.hold(replace(BEHIND, cseq=2, expires_at=7200.0))
    ward.run(6.0)
    assert len(ward.asked) == 1
    ward.hold()
    ward.run(600.0)
    assert len(ward.asked) == 1


def test_others_are_not_asked() -> None:
    ward = Ward()
    ward.hold(
        replace(BEHIND, behind_nat=False),
        replace(BEHIND, flow=Flow(TCP, "198.51.100.7", 40000, 7)),
        replace(BEHIND, path=("<sip:10.0.0.9;lr>",)),
    )
    assert len(ward.watches) == 0
    nobody = Ward(interval=0.0)
    nobody.hold(BEHIND)
    assert len(nobody.watches) == 0


def test_every_state_that_asks_knows_what_both_answers_mean() -> None:
    assert set(TABLE) == {(state, each) for state in set(State) - {State.GONE} for each in Input}
