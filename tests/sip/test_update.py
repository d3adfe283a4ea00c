"""UPDATE with an offer in a session that is up: ours, seen from both ends. RFC 3311."""

from __future__ import annotations

import pytest

from sip.events import Cause, Confirmed, Ended, Reanswered, Reoffered
from sip.message import Request, Response
from tests.rig.wire import Side, Wire
from tests.sip.pair import OFFER, Pair, described
from tests.sip.raw import SDP, response
from tests.sip.scene import Scene


@pytest.fixture
def pair() -> Pair:
    return Pair().up()


def sides(pair: Pair, asker: str) -> tuple[Side, Side]:
    one, two = pair.caller, pair.callee
    return (one, two) if asker == "caller" else (two, one)


def ask(pair: Pair, side: Side, direction: str = "sendonly") -> None:
    pair.do(side, "reoffer", described(side, direction), by_update=True)
    pair.run(0.2)


@pytest.mark.parametrize("asker", ["caller", "callee"])
def test_an_update_asks_for_a_change_and_needs_no_ack(pair: Pair, asker: str) -> None:
    ours, theirs = sides(pair, asker)
    ask(pair, ours)
    assert theirs.reported(Reoffered)[-1].offer == described(ours, "sendonly")
    reply = described(theirs, "recvonly")
    pair.do(theirs, "accept_reoffer", reply)
    pair.run(60.0)
    assert pair.wire.names() == ["UPDATE", "200 UPDATE"]
    assert ours.reported(Reanswered) == [Reanswered(pair.session_of(ours), reply, 200)]
    assert len(theirs.reported(Confirmed)) == (asker == "caller")  # of the INVITE
    assert pair.ended() == []


def test_a_refused_update_leaves_the_session_as_it_was(pair: Pair) -> None:
    ask(pair, pair.caller)
    pair.do(pair.callee, "reject_reoffer", 488)
    pair.run(60.0)
    assert pair.caller.reported(Reanswered) == [Reanswered(pair.calling, None, 488)]
    assert pair.ended() == []


def test_an_update_nobody_looks_at_gets_504(pair: Pair) -> None:
    ask(pair, pair.caller)
    pair.run(60.0)
    assert pair.caller.reported(Reanswered) == [Reanswered(pair.calling, None, 504)]
    assert pair.ended() == []


def test_one_offer_at_a_time_whatever_it_goes_by(pair: Pair) -> None:
    ask(pair, pair.caller)
    pair.do(pair.caller, "reoffer", OFFER)
    pair.do(pair.caller, "reoffer", OFFER, by_update=True)
    pair.do(pair.callee, "reoffer", OFFER)
    told = [[e.status for e in side.reported(Reanswered)] for side in (pair.caller, pair.callee)]
    assert told == [[491, 491], [491]]
    assert pair.wire.names() == ["UPDATE"]


@pytest.mark.parametrize("by_update", [True, False])
def test_offers_that_cross_both_get_491_and_come_again_by_reinvite(by_update: bool) -> None:
    pair = Pair(Wire(delay=(0.05, 0.05))).up()

    def accept(side: Side, event: object) -> None:
        if isinstance(event, Reoffered):
            side.do(side.node.accept_reoffer(event.session, described(side, "recvonly"), pair.now))

    for side in (pair.caller, pair.callee):
        side.react = lambda event, side=side: accept(side, event)
    pair.do(pair.caller, "reoffer", described(pair.caller, "sendonly"), by_update=True)
    pair.do(pair.callee, "reoffer", described(pair.callee, "sendonly"), by_update=by_update)
    pair.run(10.0)
    names = pair.wire.names()
    assert "491 UPDATE" in names and ("491 INVITE" in names) is not by_update
    assert pair.callee.reported(Reanswered)[-1].status == 200
    assert pair.caller.reported(Reanswered)[0] == Reanswered(pair.calling, None, 491)
    assert pair.ended() == []


def test_hanging_up_does_not_wait_for_an_update(pair: Pair) -> None:
    ask(pair, pair.caller)
    pair.do(pair.caller, "hang_up")
    pair.run(60.0)
    assert [event.cause for event in pair.ended()] == [Cause.LOCAL, Cause.REMOTE_BYE]
    assert "487 UPDATE" in pair.wire.names()
    assert pair.is_empty


def test_an_update_that_is_answered_after_all_is_not_acknowledged_as_an_invite_is(
    pair: Pair,
) -> None:
    ask(pair, pair.caller)
    pair.wire.drop = lambda passed: passed.name == "BYE"
    pair.do(pair.caller, "hang_up")
    pair.do(pair.callee, "accept_reoffer", OFFER)
    pair.run(1.0)
    assert "200 UPDATE" in pair.wire.names() and "ACK" not in pair.wire.names()
    assert pair.caller.reported(Reanswered) == []


def test_a_peer_that_never_answers_an_update_is_hung_up(pair: Pair) -> None:
    pair.wire.drop = lambda passed: "UPDATE" in passed.name
    ask(pair, pair.caller)
    pair.run(60.0)
    assert [event.cause for event in pair.ended()] == [Cause.TIMEOUT, Cause.REMOTE_BYE]


# What an endpoint would not do: a stranger at the other end


def up(scene: Scene, allow: str) -> str:
    """The endpoint has called the stranger; returns the session."""
    scene.phone.do(scene.machine.register(0.0, contact="<sip:stranger@10.0.0.9:5060>"))
    scene.run(0.0)
    session = scene.call()
    invite = scene.wire.passed[-1].message
    assert isinstance(invite, Request)
    scene.stranger(response(invite, 200, ("Allow", allow), body=SDP))
    return session


def asked(scene: Scene, session: str) -> Request:
    offer = scene.endpoint.reoffer(
        session,  # type: ignore[arg-type]
        OFFER,
        scene.now,
        by_update=True,
    )
    scene.server.do(offer)
    message = scene.wire.passed[-1].message
    assert isinstance(message, Request)
    return message


def test_a_peer_that_does_not_allow_it_gets_a_reinvite(scene: Scene) -> None:
    assert asked(scene, up(scene, "INVITE, ACK, BYE")).method == "INVITE"


@pytest.mark.parametrize("status", [408, 481])
def test_a_peer_that_has_lost_the_session_is_hung_up(scene: Scene, status: int) -> None:
    update = asked(scene, up(scene, "INVITE, UPDATE"))
    scene.stranger(response(update, status, to_tag="t1"))
    assert [event.cause for event in scene.server.reported(Ended)] == [Cause.TIMEOUT]
    assert scene.sent("BYE")


def test_a_2xx_that_requires_what_we_do_not_know_ends_the_session(scene: Scene) -> None:
    update = asked(scene, up(scene, "INVITE, UPDATE"))
    scene.stranger(response(update, 200, ("Require", "foo"), to_tag="t1", body=SDP))
    assert [event.cause for event in scene.server.reported(Ended)] == [Cause.LOCAL]
    assert scene.sent("BYE")


def test_an_update_is_put_right_like_an_invite(scene: Scene) -> None:
    update = asked(scene, up(scene, "INVITE, UPDATE"))
    (again,) = scene.stranger(response(update, 422, ("Min-SE", "3600"), to_tag="t1"))
    assert not isinstance(again, Response)
    assert (again.cseq.number, again.body) == (update.cseq.number + 1, update.body)
