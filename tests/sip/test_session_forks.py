"""One call at several phones of a user, in virtual time."""

from __future__ import annotations

import pytest

from sip.events import Answered, Cause, Ended, Progressed
from sip.forking import NEXT_SECONDS
from tests.rig.virtual_phone import Acknowledged, HungUp
from tests.sip.phones import Desk
from tests.sip.raw import response

ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"'


def test_all_phones_ring_and_the_first_that_answers_has_the_call() -> None:
    desk = Desk("{}", "{}", "{}")
    session = desk.call()
    assert desk.rung() == [1, 1, 1]
    for phone in (0, 1):
        desk.do(phone, "ring")
    desk.answer(1)
    desk.run(1.0)
    (answered,) = desk.server.reported(Answered)
    assert (answered.session, answered.source) == (session, desk.machines[1].address)
    assert desk.sides[1].reported(Acknowledged)
    assert desk.ended(0) == desk.ended(2) == [HungUp("CANCEL", ELSEWHERE)]
    assert {event.session for event in desk.server.reported(Progressed)} == {session}
    assert len({event.fork for event in desk.server.reported(Progressed)}) == 2
    assert not desk.server.reported(Ended)
    desk.do(1, "hang_up", desk.now)
    desk.run(60.0)
    assert [event.cause for event in desk.server.reported(Ended)] == [Cause.REMOTE_BYE]
    assert desk.is_empty


def test_their_invites_are_one_call_as_a_proxy_would_fork_it() -> None:
    desk = Desk("{}", "{}")
    desk.call()
    one, two = desk.invites()
    assert one.call_id == two.call_id
    assert one.from_.tag == two.from_.tag
    assert one.cseq == two.cseq
    assert one.uri != two.uri
    assert one.via.branch != two.via.branch


def test_two_who_answer_at_once_are_told_apart_one_has_it_and_one_is_hung_up() -> None:
    desk = Desk("{}", "{}")
    session = desk.call()
    for phone in (0, 1):
        desk.sides[phone].do(desk.machines[phone].answer(desk.machines[phone].address[0], desk.now))
    desk.run(1.0)
    assert len(desk.server.reported(Answered)) == 1
    acknowledged = [len(side.reported(Acknowledged)) for side in desk.sides]
    assert acknowledged == [1, 1]
    assert sorted([desk.ended(0), desk.ended(1)], key=len)[0] == []
    assert [*desk.ended(0), *desk.ended(1)] == [HungUp("BYE", None)]
    desk.hang_up(session)
    desk.run(60.0)
    assert desk.is_empty


def test_a_2xx_that_crosses_our_cancel_is_acknowledged_and_hung_up_even_after_the_end() -> None:
    desk = Desk("{}", "{}")
    session = desk.call()
    desk.do(0, "ring")
    desk.wire.drop = lambda passed: passed.name == "CANCEL"
    desk.answer(1)
    desk.hang_up(session)
    desk.run(1.0)
    assert desk.node.sessions_open == 0
    desk.answer(0)
    desk.run(1.0)
    assert desk.sides[0].reported(Acknowledged)
    assert desk.ended(0) == [HungUp("BYE", None)]
    desk.run(80.0)
    assert desk.is_empty


def test_one_phone_that_is_busy_leaves_the_others_ringing() -> None:
    desk = Desk("{}", "{}")
    desk.call()
    desk.do(0, "reject", 486)
    assert not desk.server.reported(Ended)
    desk.answer(1)
    assert desk.server.reported(Answered)


def test_when_all_have_refused_the_best_refusal_is_told_once() -> None:
    desk = Desk("{}", "{}", "{}")
    session = desk.call()
    for phone, status in enumerate((500, 486, 480)):
        desk.do(phone, "reject", status)
    assert desk.server.reported(Ended) == [Ended(session, Cause.REFUSED, 486)]
    desk.run(60.0)
    assert desk.is_empty


def test_a_person_who_declines_is_asked_at_no_other_phone() -> None:
    desk = Desk("{}", "{}", "{};q=0.5")
    session = desk.call()
    desk.do(0, "ring")
    desk.do(1, "reject", 603)
    assert desk.server.reported(Ended) == [Ended(session, Cause.REFUSED, 603)]
    assert desk.ended(0) == [HungUp("CANCEL", "SIP;cause=603")]
    assert desk.rung() == [1, 1, 0]
    desk.run(60.0)
    assert desk.is_empty
    assert len(desk.server.reported(Ended)) == 1


def test_phones_of_a_lower_q_ring_when_the_others_have_refused_or_rung_for_long() -> None:
    desk = Desk("{};q=0.5", "{}", "{};q=0.2")
    desk.call()
    desk.do(1, "ring")
    assert desk.rung() == [0, 1, 0]
    desk.run(NEXT_SECONDS)
    assert desk.rung() == [1, 1, 0]
    desk.do(0, "reject", 486)
    assert desk.rung() == [1, 1, 0]
    desk.do(1, "reject", 486)
    assert desk.rung() == [1, 1, 1]
    desk.answer(2)
    assert desk.server.reported(Answered)


def test_a_redirection_is_the_refusal_of_one_phone_and_nobody_follows_it() -> None:
    desk = Desk("{}", "{}")
    desk.call()
    desk.do(0, "reject", 302, "<sip:elsewhere@10.9.9.9>")
    desk.run(1.0)
    assert not desk.server.reported(Ended)
    assert desk.rung() == [1, 1]
    desk.answer(1)
    assert desk.server.reported(Answered)


def test_a_call_that_is_given_up_is_cancelled_at_each_phone_as_soon_as_it_may_be() -> None:
    desk = Desk("{}", "{}")
    desk.wire.drop = lambda passed: passed.source == desk.machines[0].address
    session = desk.call()
    desk.hang_up(session)
    assert [event.cause for event in desk.server.reported(Ended)] == [Cause.LOCAL]
    assert desk.ended(1) == [HungUp("CANCEL", None)]
    assert desk.ended(0) == []
    desk.wire.drop = lambda passed: False
    desk.run(1.0)
    assert desk.ended(0) == [HungUp("CANCEL", None)]
    desk.run(80.0)
    assert desk.is_empty
    assert len(desk.server.reported(Ended)) == 1


@pytest.mark.parametrize("refuses", [True, False])
def test_silent_phones_are_given_up_after_32_seconds(refuses: bool) -> None:
    desk = Desk("{}", "{}")
    dead = [machine.address for machine in desk.machines][refuses:]
    desk.wire.drop = lambda passed: passed.target in dead
    session = desk.call()
    if refuses:
        desk.do(0, "reject", 486)
    desk.run(40.0)
    cause = Cause.REFUSED if refuses else Cause.TIMEOUT
    assert desk.server.reported(Ended) == [Ended(session, cause, 486 if refuses else None)]
    desk.run(40.0)
    assert desk.is_empty


def test_a_session_timer_that_one_phone_finds_too_short_is_asked_again_of_that_one() -> None:
    desk = Desk("{}", "{}")
    desk.call()
    first = next(each for each in desk.invites() if "10.0.0.10" in each.uri)
    refusal = response(first, 422, ("Min-SE", "4000"), to_tag="short")
    desk.wire.inject(refusal, desk.machines[0].address, desk.server.address)
    desk.run(0.1)
    again = desk.invites()[-1]
    assert again.cseq.number == first.cseq.number + 1
    assert again.headers.get("Min-SE") == "4000"
    assert not desk.server.reported(Ended)
    desk.answer(1)
    assert desk.server.reported(Answered)
