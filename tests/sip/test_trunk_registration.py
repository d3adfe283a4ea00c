"""Registering at a trunk: each way it can go, against a registrar in virtual time."""

from __future__ import annotations

from typing import Any

import pytest

from sip.events import Cause, TrunkRegistered, TrunkUnregistered
from sip.trunk_registration import LONGEST_WAIT, TABLE, State, TrunkRegistration
from sip.verifier import Outcome, Verifier
from tests.sip.carrier import SILENCE, Answer, Carrier, ok

OURS = "<sip:us@10.0.0.1:5060>"


class Registering(Carrier):
    def __init__(self, *answers: Answer, seconds: int = 600, **trunk: Any) -> None:
        super().__init__(*answers, **trunk)
        self.machine = TrunkRegistration(
            self.layer, "carrier", self.address, seconds, self.layer.report
        )
        self.do(self.machine.start)

    @property
    def asked(self) -> list[str | None]:
        return [request.headers.get("Expires") for _, request in self.requests]


def test_a_registration_names_us_and_asks_for_its_time() -> None:
    one = Registering(ok(("Expires", "600")))
    ((_, register),) = one.requests
    assert (register.method, register.uri) == ("REGISTER", "sip:10.0.0.9")
    assert register.from_.uri == register.to.uri == "sip:us@10.0.0.9"
    assert register.headers.get("Contact") == OURS
    assert register.headers.get("Expires") == "600"
    assert one.events == [(0.0, TrunkRegistered("carrier", 600))]
    assert one.machine.is_registered


def test_it_is_refreshed_a_minute_before_its_end_and_a_little_earlier() -> None:
    one = Registering(ok(("Expires", "600")))
    one.run(540.0)
    assert len(one.requests) == 2
    assert 480.0 <= one.times[1] <= 540.0
    (_, first), (_, second) = one.requests
    assert first.call_id == second.call_id
    assert second.cseq.number == first.cseq.number + 1
    assert len(one.events) == 1, "a refresh is no news"


@pytest.mark.parametrize(
    ("fields", "granted"),
    [
        ((("Contact", f"<sip:other@h>;expires=70, {OURS};expires=90"), ("Expires", "80")), 90),
        ((("Contact", OURS), ("Expires", "80")), 80),
        ((("Contact", "<>;expires=70"), ("Expires", "80")), 80),
        ((("Expires", "nonsense"),), 600),
        ((), 600),
    ],
)
def test_the_registrar_decides_for_how_long(
    fields: tuple[tuple[str, str], ...], granted: int
) -> None:
    one = Registering(ok(*fields))
    assert one.events == [(0.0, TrunkRegistered("carrier", granted))]
    one.run(granted * 0.49)
    assert len(one.requests) == 1
    one.run(granted * 0.51)
    assert len(one.requests) >= 2


def test_a_short_life_is_refreshed_half_way_but_never_in_a_storm() -> None:
    one = Registering(ok(("Expires", "60")))
    one.run(30.0)
    assert one.times == [0.0, 30.0]
    hasty = Registering(ok(("Expires", "1")))
    hasty.run(60.0)
    assert len(hasty.requests) <= 13


def test_a_challenge_is_answered() -> None:
    judge = Verifier("trunk", one_account(), b"theirs")
    challenges = tuple(("WWW-Authenticate", each) for each in judge.challenges(0.0, "salt"))
    one = Registering((401, challenges), ok(("Expires", "600")))
    assert [request.cseq.number for _, request in one.requests] == [1, 2]
    assert judge.verify(one.requests[1][1], 0.0).outcome is Outcome.ACCEPTED
    assert one.machine.is_registered


def one_account() -> Any:
    return {"us": Carrier(SILENCE).address.logins["trunk"]}


def test_a_wrong_password_is_told_and_tried_again_much_later() -> None:
    challenge = ("WWW-Authenticate", 'Digest realm="trunk", nonce="1", qop="auth"')
    one = Registering((401, (challenge,)))
    assert one.events == [(0.0, TrunkUnregistered("carrier", Cause.REFUSED, 401))]
    assert len(one.requests) == 2
    one.run(14.9)
    assert len(one.requests) == 2


def test_too_brief_asks_again_at_once_for_what_the_registrar_wants() -> None:
    one = Registering((423, (("Min-Expires", "1800"),)), ok(("Expires", "1800")))
    assert one.asked == ["600", "1800"]
    assert one.machine.is_registered


@pytest.mark.parametrize("least", ["600", "5", "86401", "nonsense", "9" * 30])
def test_a_423_that_makes_no_sense_is_a_failure(least: str) -> None:
    one = Registering((423, (("Min-Expires", least),)))
    assert one.asked == ["600"]
    assert one.events == [(0.0, TrunkUnregistered("carrier", Cause.REFUSED, 423))]


def test_a_registrar_that_always_wants_more_is_not_followed_for_ever() -> None:
    wishes: list[Answer] = [(423, (("Min-Expires", str(700 + n)),)) for n in range(9)]
    one = Registering(*wishes)
    assert one.asked == ["600", "700", "701", "702"]


def test_waits_double_up_to_half_an_hour_and_half_of_each_is_drawn() -> None:
    one = Registering((500, ()))
    one.run(20_000.0)
    waits = [two - one for one, two in zip(one.times, one.times[1:], strict=False)]
    parts = [wait / min(LONGEST_WAIT, 30.0 * 2**n) for n, wait in enumerate(waits)]
    assert len(waits) > 10
    assert all(0.5 <= part <= 1.0 for part in parts)
    assert len(set(parts)) > 3


def test_a_registrar_that_says_when_to_come_back_is_obeyed_within_limits() -> None:
    one = Registering((503, (("Retry-After", "120 (overload);duration=60"),)))
    one.run(119.0)
    assert len(one.requests) == 1
    one.run(1.1)
    assert len(one.requests) == 2
    late = Registering((503, (("Retry-After", "999999"),)))
    late.run(LONGEST_WAIT)
    assert len(late.requests) == 2


def test_silence_is_a_failure_after_32_seconds() -> None:
    one = Registering(SILENCE)
    one.run(32.0)
    assert one.events == [(32.0, TrunkUnregistered("carrier", Cause.TIMEOUT, None))]


def test_a_refresh_that_fails_is_told_and_a_later_success_too() -> None:
    one = Registering(ok(("Expires", "60")), (500, ()), ok(("Expires", "60")))
    one.run(61.0)
    assert [event for _, event in one.events] == [
        TrunkRegistered("carrier", 60),
        TrunkUnregistered("carrier", Cause.REFUSED, 500),
        TrunkRegistered("carrier", 60),
    ]


def test_a_name_that_cannot_be_located_is_a_failure_and_no_more() -> None:
    one = Registering(SILENCE, host="carrier.example")
    one.run(0.0)
    assert one.requests == []
    assert one.events == [(0.0, TrunkUnregistered("carrier", Cause.TRANSPORT, None))]
    one.run(3600.0)
    assert 3 < len(one.events) < 12


def test_a_stop_takes_the_registration_back() -> None:
    one = Registering(ok(("Expires", "600")))
    one.do(one.machine.stop)
    assert one.asked == ["600", "0"]
    assert one.machine.over
    assert isinstance(one.events[-1][1], TrunkUnregistered)
    one.run(10_000.0)
    assert len(one.requests) == 2
    assert one.layer.open == 0


def test_a_stop_while_an_answer_is_awaited_waits_for_it() -> None:
    one = Registering(SILENCE, ok())
    one.do(one.machine.stop)
    assert not one.machine.over
    one.run(32.0)
    assert one.asked == ["600"]
    assert one.machine.over


def test_a_stop_between_two_tries_is_over_at_once() -> None:
    one = Registering((500, ()))
    one.do(one.machine.stop)
    assert one.machine.over
    one.run(10_000.0)
    assert one.asked == ["600"]


def test_every_state_can_be_reached_and_left() -> None:
    assert {state for state, _ in TABLE} == set(State) - {State.STOPPED}
    assert {state for state, _ in TABLE.values()} == set(State) - {State.IDLE}
