"""Is the trunk there: one lost answer is not enough, and one that comes through neither."""

from __future__ import annotations

from typing import Any

import pytest

from sip.events import Cause, TrunkDown, TrunkUp
from sip.trunk_health import SOON, TABLE, Input, State, TrunkHealth
from tests.sip.carrier import SILENCE, Answer, Carrier, ok


class Asking(Carrier):
    def __init__(self, *answers: Answer, **trunk: Any) -> None:
        super().__init__(*answers, **trunk)
        self.machine = TrunkHealth(
            self.layer, "carrier", self.address, 30.0, 5.0, self.layer.report
        )
        self.do(self.machine.start)
        self.run(0.0)


def test_it_is_asked_at_once_and_then_at_intervals_that_drift() -> None:
    one = Asking(ok())
    one.run(300.0)
    gaps = [later - earlier for earlier, later in zip(one.times, one.times[1:], strict=False)]
    assert one.times[0] == 0.0
    assert all(27.0 <= gap <= 30.0 for gap in gaps)
    assert len(set(gaps)) > 3
    assert one.events == []
    assert one.machine.is_up
    ((_, options), *_) = one.requests
    assert (options.method, options.uri) == ("OPTIONS", "sip:10.0.0.9")
    assert options.headers.get("Accept") == "application/sdp"


@pytest.mark.parametrize("status", [200, 404, 405, 481, 500, 600])
def test_any_answer_but_out_of_service_is_a_sign_of_life(status: int) -> None:
    one = Asking((status, ()))
    one.run(120.0)
    assert one.machine.is_up
    assert one.events == []


@pytest.mark.parametrize("status", [408, 503, 504])
def test_out_of_service_twice_is_down(status: int) -> None:
    one = Asking((status, ()))
    assert one.machine.is_up
    one.run(SOON)
    assert not one.machine.is_up
    assert one.events == [(SOON, TrunkDown("carrier", Cause.REFUSED, status))]


def test_one_lost_answer_takes_nothing_down() -> None:
    one = Asking(SILENCE, ok())
    one.run(60.0)
    assert one.events == []
    assert one.times[1] == 5.0 + SOON


def test_silence_is_down_and_two_answers_bring_it_up_again() -> None:
    one = Asking(SILENCE, SILENCE, ok(), ok())
    one.run(20.0)
    assert one.events == [(15.0, TrunkDown("carrier", Cause.TIMEOUT, None))]
    one.run(60.0)
    (_, _), (at, up) = one.events
    assert up == TrunkUp("carrier")
    assert at == one.times[2] + SOON
    assert one.machine.is_up


def test_one_answer_of_a_flapping_trunk_brings_nothing_up() -> None:
    one = Asking((503, ()), (503, ()), ok(), (503, ()), ok(), (503, ()))
    one.run(200.0)
    assert len(one.events) == 1
    assert not one.machine.is_up


def test_a_name_that_cannot_be_located_is_down() -> None:
    one = Asking(SILENCE, host="carrier.example")
    one.run(SOON)
    assert one.events == [(SOON, TrunkDown("carrier", Cause.TRANSPORT, None))]


def test_after_a_stop_nothing_is_asked_even_if_an_answer_was_awaited() -> None:
    one = Asking(SILENCE)
    one.machine.stop()
    one.run(1000.0)
    assert len(one.requests) == 1
    assert one.events == []


def test_every_state_that_asks_knows_what_both_answers_mean() -> None:
    assert set(TABLE) == {(state, each) for state in set(State) - {State.STOPPED} for each in Input}
