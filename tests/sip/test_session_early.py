"""Offers and answers before the final response: early media, PRACK and UPDATE, both sides."""

from __future__ import annotations

import pytest

from sip.events import (
    Answered,
    Cause,
    Confirmed,
    Ended,
    ProgressConfirmed,
    Progressed,
    Reanswered,
    Reoffered,
)
from sip.sdp import SessionDescription
from sip.session_early import ANSWER_WITHIN
from tests.rig.wire import Passed
from tests.sip.pair import ANSWER, CALLEE, OFFER, Pair, described


@pytest.fixture
def pair() -> Pair:
    """The caller's INVITE waits at the callee."""
    pair = Pair()
    pair.call()
    return pair


@pytest.fixture
def early(pair: Pair) -> Pair:
    """Media flow early: what was offered was answered in a reliable 183."""
    progress(pair)
    pair.wire.passed.clear()
    return pair


def progress(pair: Pair, sdp: SessionDescription | None = ANSWER, status: int = 183) -> None:
    pair.callee.do(pair.callee.node.progress(pair.called, status, sdp, now=pair.now))
    pair.run(0.2)


def answer(pair: Pair) -> None:
    pair.do(pair.callee, "answer", ANSWER)
    pair.run(1.0)


def bodies(pair: Pair, name: str) -> list[bytes]:
    return [passed.message.body for passed in pair.wire.passed if passed.name == name]


def test_early_media_are_agreed_on_reliably_and_not_repeated_in_the_2xx(pair: Pair) -> None:
    progress(pair)
    (told,) = pair.caller.reported(Progressed)
    assert (told.status, told.answer, told.offer) == (183, ANSWER, None)
    assert pair.callee.reported(ProgressConfirmed) == [ProgressConfirmed(pair.called, None)]
    answer(pair)
    assert bodies(pair, "183 INVITE") == [ANSWER.encode()]
    assert bodies(pair, "PRACK") == bodies(pair, "200 INVITE") == bodies(pair, "ACK") == [b""]
    (up,) = pair.caller.reported(Answered)
    assert (up.answer, up.fork, up.settled) == (ANSWER, told.fork, False)
    assert pair.callee.reported(Confirmed) == [Confirmed(pair.called, None)]


def test_a_2xx_waits_for_the_prack_of_what_was_described(pair: Pair) -> None:
    lost = [3]

    def drop(passed: Passed) -> bool:
        lost[0] -= passed.name == "PRACK"
        return passed.name == "PRACK" and lost[0] >= 0

    pair.wire.drop = drop
    progress(pair)
    pair.do(pair.callee, "answer", ANSWER)
    pair.run(1.0)
    assert "200 INVITE" not in pair.wire.names()
    pair.run(10.0)
    names = pair.wire.names()
    assert names.index("200 INVITE") > names.index("200 PRACK")
    assert len(pair.caller.reported(Answered)) == len(pair.callee.reported(Confirmed)) == 1


@pytest.mark.parametrize(
    ("do", "ended"), [("hang_up", [Cause.REFUSED, Cause.LOCAL]), ("reject", None)]
)
def test_who_has_promised_an_answer_may_still_think_better(
    pair: Pair, do: str, ended: list[Cause] | None
) -> None:
    pair.wire.drop = lambda passed: passed.name == "PRACK"
    progress(pair)
    pair.do(pair.callee, "answer", ANSWER)
    pair.do(pair.callee, do, *([486] if do == "reject" else []))
    pair.wire.drop = lambda passed: False
    pair.run(60.0)
    assert [event.cause for event in pair.ended()] == [Cause.REFUSED, Cause.LOCAL]
    assert pair.is_empty


def test_a_caller_may_cancel_while_the_answer_waits_for_its_prack(pair: Pair) -> None:
    pair.wire.drop = lambda passed: passed.name == "PRACK"
    progress(pair)
    pair.do(pair.callee, "answer", ANSWER)
    pair.do(pair.caller, "hang_up")
    pair.run(60.0)
    assert [event.cause for event in pair.ended()] == [Cause.LOCAL, Cause.CANCELLED]
    assert pair.is_empty


def test_what_is_said_before_the_prack_is_said_after_it(pair: Pair) -> None:
    pair.do(pair.callee, "progress", 183, ANSWER)
    pair.do(pair.callee, "progress", 180)
    pair.run(0.2)
    assert [event.status for event in pair.caller.reported(Progressed)] == [183, 180]
    assert bodies(pair, "180 INVITE") == [b""]


def test_a_description_is_not_lost_among_what_waits_for_a_prack() -> None:
    pair = Pair()
    pair.call(extra_headers=(("Require", "100rel"),))
    for status, sdp in ((183, None), (183, ANSWER), (180, None)):
        pair.wire.drop = lambda passed: passed.name == "PRACK"
        pair.callee.do(pair.callee.node.progress(pair.called, status, sdp, now=pair.now))
    pair.wire.drop = lambda passed: False
    pair.run(2.0)
    last = pair.caller.reported(Progressed)[-1]
    assert (last.status, last.answer) == (180, ANSWER)


# UPDATE before the answer


@pytest.mark.parametrize("asker", ["caller", "callee"])
def test_either_side_may_change_early_media(early: Pair, asker: str) -> None:
    ours = early.caller if asker == "caller" else early.callee
    theirs = early.callee if ours is early.caller else early.caller
    offer, reply = described(ours, "sendonly"), described(theirs, "recvonly")
    early.do(ours, "reoffer", offer)
    early.run(0.2)
    (told,) = theirs.reported(Reoffered)
    fork = early.caller.reported(Progressed)[0].fork
    ours_of_the_caller = early.callee.reported(Reoffered)[0].fork if asker == "caller" else ""
    assert (told.offer, told.fork) == (offer, ours_of_the_caller or fork)
    early.do(theirs, "accept_reoffer", reply)
    early.run(0.2)
    assert ours.reported(Reanswered) == [Reanswered(early.session_of(ours), reply, 200)]
    assert early.wire.names() == ["UPDATE", "200 UPDATE"]
    answer(early)
    (up,) = early.caller.reported(Answered)
    assert (up.answer, up.settled) == ((reply, False) if asker == "caller" else (None, True))
    assert bodies(early, "200 INVITE") == [b""]


def test_an_early_offer_that_is_refused_changes_nothing(early: Pair) -> None:
    early.do(early.caller, "reoffer", described(early.caller, "inactive"))
    early.run(0.2)
    early.do(early.callee, "reject_reoffer", 488)
    early.run(0.2)
    assert early.caller.reported(Reanswered) == [Reanswered(early.calling, None, 488)]
    answer(early)
    assert early.caller.reported(Answered)[0].answer == ANSWER


def test_early_offers_that_cross_both_get_491(early: Pair) -> None:
    for side in (early.caller, early.callee):
        early.do(side, "reoffer", described(side, "sendonly"))
    early.run(0.2)
    assert early.wire.names().count("491 UPDATE") == 2
    for side in (early.caller, early.callee):
        assert side.reported(Reanswered) == [Reanswered(early.session_of(side), None, 491)]
    early.do(early.caller, "reoffer", described(early.caller, "sendonly"))
    early.run(0.2)
    assert early.callee.reported(Reoffered)


def test_one_early_offer_at_a_time_and_none_before_there_is_an_answer(pair: Pair) -> None:
    pair.do(pair.caller, "reoffer", OFFER)
    pair.do(pair.callee, "reoffer", ANSWER)
    progress(pair)
    pair.do(pair.caller, "reoffer", OFFER)
    pair.do(pair.caller, "reoffer", OFFER)
    assert [event.status for event in pair.caller.reported(Reanswered)] == [491, 491]
    assert [event.status for event in pair.callee.reported(Reanswered)] == [491]
    assert "UPDATE" not in pair.wire.names()[:-1]


def test_an_early_offer_does_not_overtake_our_prack(pair: Pair) -> None:
    pair.wire.drop = lambda passed: passed.name == "PRACK"
    progress(pair)
    pair.do(pair.caller, "reoffer", described(pair.caller, "sendonly"))
    assert pair.caller.reported(Reanswered) == [Reanswered(pair.calling, None, 491)]
    pair.wire.drop = lambda passed: False
    pair.run(5.0)
    pair.do(pair.caller, "reoffer", described(pair.caller, "sendonly"))
    pair.run(0.2)
    assert pair.callee.reported(Reoffered)


def test_an_early_offer_nobody_looks_at_gets_504(early: Pair) -> None:
    early.do(early.caller, "reoffer", described(early.caller, "sendonly"))
    early.run(ANSWER_WITHIN + 1.0)
    assert early.caller.reported(Reanswered) == [Reanswered(early.calling, None, 504)]


def test_an_answer_waits_until_an_early_offer_is_settled(early: Pair) -> None:
    early.do(early.caller, "reoffer", described(early.caller, "sendonly"))
    early.run(0.2)
    early.do(early.callee, "answer", ANSWER)
    early.run(1.0)
    assert "200 INVITE" not in early.wire.names()
    early.do(early.callee, "accept_reoffer", described(early.callee, "recvonly"))
    early.run(1.0)
    names = early.wire.names()
    assert names.index("200 UPDATE") < names.index("200 INVITE")
    assert early.caller.reported(Answered)


def test_the_answer_may_overtake_that_to_our_early_offer(early: Pair) -> None:
    early.wire.drop = lambda passed: passed.name == "200 UPDATE"
    early.do(early.caller, "reoffer", described(early.caller, "sendonly"))
    early.run(0.2)
    early.do(early.callee, "accept_reoffer", described(early.callee, "recvonly"))
    early.do(early.callee, "answer", ANSWER)
    early.run(0.1)
    assert early.caller.reported(Answered) and not early.caller.reported(Reanswered)
    early.wire.drop = lambda passed: False
    early.run(5.0)
    assert [event.status for event in early.caller.reported(Reanswered)] == [200]
    early.do(early.caller, "hang_up")
    early.run(60.0)
    assert early.is_empty


def test_an_early_offer_that_crossed_theirs_comes_again_when_the_call_is_up(early: Pair) -> None:
    early.wire.drop = lambda passed: passed.name in ("491 UPDATE", "200 UPDATE")
    first, second = described(early.caller, "sendonly"), described(early.caller, "inactive", 3)
    early.do(early.callee, "reoffer", described(early.callee, "sendonly"))
    early.do(early.caller, "reoffer", first)
    early.do(early.caller, "reoffer", second)  # too early: it is this one that is refused at once
    early.run(0.2)
    assert [event.status for event in early.caller.reported(Reanswered)] == [491]
    early.wire.drop = lambda passed: passed.name == "491 UPDATE" and passed.source == CALLEE
    early.run(2.0)
    answer(early)
    early.wire.drop = lambda passed: False
    early.run(10.0)
    assert early.callee.reported(Reoffered)[-1].offer == first


@pytest.mark.parametrize("asker", ["caller", "callee"])
def test_an_early_offer_that_is_never_heard_ends_the_call(early: Pair, asker: str) -> None:
    side = early.caller if asker == "caller" else early.callee
    early.wire.drop = lambda passed: "UPDATE" in passed.name
    early.do(side, "reoffer", described(side, "sendonly"))
    early.do(
        early.callee, "ring" if asker == "caller" else "answer", *[ANSWER][asker == "caller" :]
    )
    early.run(100.0)
    assert side.reported(Reanswered) == [Reanswered(early.session_of(side), None, 408)]
    assert [event.cause for event in side.reported(Ended)] == [Cause.TIMEOUT]
    assert early.is_empty


def test_what_is_open_when_the_call_ends_is_refused(early: Pair) -> None:
    early.do(early.caller, "reoffer", described(early.caller, "sendonly"))
    early.run(0.2)
    early.do(early.callee, "hang_up")
    early.run(60.0)
    assert "487 UPDATE" in early.wire.names()
    assert early.is_empty


# The caller makes no offer


def late(pair: Pair) -> Pair:
    pair.call(offer=None)
    return pair


def test_an_offer_in_the_2xx_is_answered_in_the_ack() -> None:
    pair = late(Pair())
    assert bodies(pair, "INVITE") == [b""]
    answer(pair)
    (up,) = pair.caller.reported(Answered)
    assert (up.answer, up.offer) == (None, ANSWER)
    assert "ACK" not in pair.wire.names()
    pair.do(pair.caller, "accept_reoffer", OFFER)
    pair.run(1.0)
    assert bodies(pair, "ACK") == [OFFER.encode()] * len(pair.wire.times("ACK"))
    assert pair.callee.reported(Confirmed) == [Confirmed(pair.called, OFFER)]
    pair.do(pair.caller, "hang_up")
    pair.run(60.0)
    assert pair.is_empty


@pytest.mark.parametrize(
    ("command", "cause"), [("hang_up", Cause.LOCAL), ("reject_reoffer", Cause.LOCAL), ("", None)]
)
def test_an_offer_in_the_2xx_that_is_not_taken_is_declined_and_hung_up(
    command: str, cause: Cause | None
) -> None:
    pair = late(Pair())
    answer(pair)
    if command:
        pair.do(pair.caller, command, *([488] if command == "reject_reoffer" else []))
    pair.run(60.0)
    ack = SessionDescription.parse(bodies(pair, "ACK")[0])
    assert [line.port for line in ack.media] == [0]
    causes = [event.cause for event in pair.ended()]
    assert causes == [cause or Cause.TIMEOUT, Cause.REMOTE_BYE]
    assert pair.is_empty


def test_an_offer_in_a_reliable_183_is_answered_in_its_prack() -> None:
    pair = late(Pair())
    progress(pair)
    (told,) = pair.caller.reported(Progressed)
    assert (told.answer, told.offer) == (None, ANSWER)
    assert "PRACK" not in pair.wire.names()
    pair.do(pair.caller, "accept_reoffer", OFFER)
    pair.run(0.2)
    assert bodies(pair, "PRACK") == [OFFER.encode()]
    assert pair.callee.reported(ProgressConfirmed) == [ProgressConfirmed(pair.called, OFFER)]
    answer(pair)
    (up,) = pair.caller.reported(Answered)
    assert (up.answer, up.offer, up.settled) == (None, None, True)
    assert bodies(pair, "200 INVITE") == bodies(pair, "ACK") == [b""]


def test_an_offer_in_a_reliable_183_that_is_not_taken_is_declined() -> None:
    for command in ("reject_reoffer", ""):
        pair = late(Pair())
        progress(pair)
        if command:
            pair.do(pair.caller, command, 488)
        pair.run(ANSWER_WITHIN + 1.0)
        declined = SessionDescription.parse(bodies(pair, "PRACK")[0])
        assert [line.port for line in declined.media] == [0]
        (confirmed,) = pair.callee.reported(ProgressConfirmed)
        assert confirmed.answer == declined


def test_an_offer_of_ours_is_cancelled_with_the_call() -> None:
    pair = late(Pair())
    progress(pair)
    pair.do(pair.caller, "hang_up")
    pair.run(60.0)
    assert [event.cause for event in pair.ended()] == [Cause.LOCAL, Cause.CANCELLED]
    assert pair.is_empty


def test_the_callee_s_address_is_its_own(early: Pair) -> None:
    """The early dialog has the target the 183 named."""
    early.do(early.caller, "reoffer", described(early.caller, "sendonly"))
    (sent,) = early.wire.passed
    assert sent.target == CALLEE and sent.message.to.tag
