"""We want to change a session that is up: re-INVITE of our own, seen from both ends."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from sip.events import Answered, Cause, Confirmed, Ended, Reanswered, Reoffered
from sip.message import Request, Response
from sip.session_outcomes import MAX_GLARES
from tests.rig.wire import Passed, Side, Wire
from tests.sip.pair import ANSWER, CALLER, OFFER, Pair, described
from tests.sip.raw import SDP, request, response
from tests.sip.scene import OURS, Scene


@pytest.fixture
def pair() -> Pair:
    return Pair().up()


def sides(pair: Pair, asker: str) -> tuple[Side, Side]:
    one, two = pair.caller, pair.callee
    return (one, two) if asker == "caller" else (two, one)


def requests(pair: Pair, method: str) -> list[Passed]:
    return [passed for passed in pair.wire.passed if passed.name == method]


@pytest.mark.parametrize("asker", ["caller", "callee"])
def test_a_reoffer_is_answered_and_acknowledged_whoever_called(pair: Pair, asker: str) -> None:
    ours, theirs = sides(pair, asker)
    held = described(ours, "sendonly")
    pair.do(ours, "reoffer", held)
    pair.run(0.0)
    assert theirs.reported(Reoffered) == [Reoffered(pair.session_of(theirs), held)]
    agreed = described(theirs, "recvonly")
    pair.do(theirs, "accept_reoffer", agreed)
    pair.run(60.0)
    assert pair.wire.names() == ["INVITE", "100 INVITE", "200 INVITE", "ACK"]
    assert ours.reported(Reanswered) == [Reanswered(pair.session_of(ours), agreed, 200)]
    assert len(theirs.reported(Confirmed)) == len(theirs.reported(Reoffered)) + (asker == "caller")
    assert pair.ended() == []


def test_reoffers_follow_each_other_in_both_directions(pair: Pair) -> None:
    for version, ours, theirs in ((2, pair.caller, pair.callee), (3, pair.callee, pair.caller)):
        pair.do(ours, "reoffer", described(ours, "sendrecv", version))
        pair.run(0.0)
        pair.do(theirs, "accept_reoffer", described(theirs, "sendrecv", version))
        pair.run(10.0)
        assert [event.status for event in ours.reported(Reanswered)] == [200]
    pair.do(pair.caller, "hang_up")
    pair.run(60.0)
    assert pair.is_empty


def test_a_refused_reoffer_leaves_the_session_as_it_was(pair: Pair) -> None:
    pair.do(pair.caller, "reoffer", described(pair.caller, "sendonly"))
    pair.run(0.0)
    pair.do(pair.callee, "reject_reoffer", 488)
    pair.run(60.0)
    assert pair.caller.reported(Reanswered) == [Reanswered(pair.calling, None, 488)]
    assert pair.ended() == []
    pair.do(pair.caller, "reoffer", described(pair.caller, "sendonly"))
    assert requests(pair, "INVITE")[-1].at == pair.now


def test_a_second_reoffer_is_turned_down_until_the_first_is_settled(pair: Pair) -> None:
    for _ in range(2):
        pair.do(pair.caller, "reoffer", described(pair.caller, "sendonly"))
    assert pair.caller.reported(Reanswered) == [Reanswered(pair.calling, None, 491)]
    assert len(requests(pair, "INVITE")) == 1


def test_a_reoffer_before_the_session_is_up_is_turned_down() -> None:
    pair = Pair()
    pair.call()
    for side in (pair.caller, pair.callee):
        pair.do(side, "reoffer", OFFER)
        assert [event.status for event in side.reported(Reanswered)] == [491]
    assert pair.wire.names() == ["INVITE", "100 INVITE"]


def test_the_ack_of_a_reoffer_is_sent_again_for_each_copy_of_its_2xx(pair: Pair) -> None:
    lost: list[Passed] = []

    def lose_two_acks(passed: Passed) -> bool:
        if passed.name != "ACK" or len(lost) == 2:
            return False
        lost.append(passed)
        return True

    pair.wire.drop = lose_two_acks
    pair.do(pair.caller, "reoffer", described(pair.caller, "sendonly"))
    pair.run(0.0)
    pair.do(pair.callee, "accept_reoffer", ANSWER)
    pair.run(60.0)
    acks = requests(pair, "ACK")
    assert len(acks) == 3 and len({ack.data for ack in acks}) == 1
    assert len(pair.caller.reported(Reanswered)) == 1
    assert pair.ended() == []


def test_when_both_ask_at_once_both_get_491_and_the_callee_comes_first() -> None:
    pair = Pair(Wire(delay=(0.05, 0.05))).up()
    began = pair.now
    pair.caller.react = lambda event: accept(pair, pair.caller, event)
    pair.callee.react = lambda event: accept(pair, pair.callee, event)
    for side in (pair.caller, pair.callee):
        pair.do(side, "reoffer", described(side, "sendonly"))
    pair.run(2.2)
    assert len(pair.wire.times("491 INVITE")) == 2
    second = requests(pair, "INVITE")[2]
    assert second.source == pair.callee.address and second.at - began <= 0.1 + 2.0
    pair.run(10.0)
    assert pair.callee.reported(Reanswered)[-1].status == 200
    # the caller's own offer was overtaken, and its user was told before the peer's offer came
    told = [e for _, e in pair.caller.events if isinstance(e, Reanswered | Reoffered)]
    assert [type(event) for event in told] == [Reanswered, Reoffered]
    assert told[0] == Reanswered(pair.calling, None, 491)
    assert pair.ended() == []


def accept(pair: Pair, side: Side, event: object) -> None:
    if isinstance(event, Reoffered):
        side.do(side.node.accept_reoffer(event.session, described(side, "recvonly"), pair.now))


def test_the_one_who_called_waits_from_2100_to_4000_ms_the_other_at_most_2000() -> None:
    for asker in ("caller", "callee"):
        waits = []
        for _ in range(5):
            pair = Pair().up()
            ours, _ = sides(pair, asker)
            pair.wire.drop = glaring(pair)
            pair.do(ours, "reoffer", described(ours, "sendonly"))
            pair.run(10.0)
            first, second = requests(pair, "INVITE")[:2]
            waits.append(second.at - first.at)
        low, high = (2.1, 4.0) if asker == "caller" else (0.0, 2.0)
        assert all(low <= wait <= high + 1e-6 for wait in waits), (asker, waits)


def glaring(pair: Pair) -> Callable[[Passed], bool]:
    """The wire answers the first re-INVITE with 491 in place of its receiver."""
    done: list[bool] = []

    def drop(passed: Passed) -> bool:
        message = passed.message
        if done or not isinstance(message, Request) or message.method != "INVITE":
            return False
        done.append(True)
        pair.wire.inject(
            response(message, 491, to_tag=message.to.tag or ""), passed.target, passed.source
        )
        return True

    return drop


# What an endpoint would not do: a stranger at the other end


def in_call(scene: Scene) -> tuple[Request, str]:
    """The stranger has called and was answered; our re-INVITE to it, and its session."""
    scene.answers()
    sent = scene.stranger(request("INVITE", body=SDP))
    scene.stranger(request("ACK", branch="ack", to_tag=sent[-1].to.tag or ""))
    session = scene.incoming().session
    return reoffered(scene, session), session


def reoffered(scene: Scene, session: str) -> Request:
    scene.server.do(scene.endpoint.reoffer(session, OURS, scene.now))  # type: ignore[arg-type]
    return last_invite(scene)


def last_invite(scene: Scene) -> Request:
    sent = [each.message for each in scene.wire.passed if each.name == "INVITE"]
    assert isinstance(sent[-1], Request)
    return sent[-1]


def test_a_reoffer_says_what_a_target_refresh_needs(scene: Scene) -> None:
    invite, _ = in_call(scene)
    assert invite.contact and invite.contact.uri == "sip:10.0.0.1:5060"
    assert invite.headers.get("Allow") and invite.content_type == "application/sdp"
    assert (invite.uri, invite.to.tag) == ("sip:stranger@10.0.0.9:5060", "f1")


def test_the_2xx_of_a_reoffer_moves_the_target(scene: Scene) -> None:
    invite, session = in_call(scene)
    moved = ("Contact", "<sip:elsewhere@10.0.0.9:5060>")
    (ack,) = scene.stranger(response(invite, 200, moved, to_tag="f1", body=SDP))
    assert isinstance(ack, Request) and ack.uri == "sip:elsewhere@10.0.0.9:5060"
    assert ack.cseq.number == invite.cseq.number
    scene.server.do(scene.endpoint.hang_up(session, scene.now))  # type: ignore[arg-type]
    bye = scene.wire.passed[-1].message
    assert isinstance(bye, Request) and bye.uri == "sip:elsewhere@10.0.0.9:5060"


@pytest.mark.parametrize("status", [408, 481])
def test_a_peer_that_has_lost_the_session_is_hung_up(scene: Scene, status: int) -> None:
    invite, session = in_call(scene)
    sent = scene.stranger(response(invite, status, to_tag="f1"))
    assert [each.method for each in sent if isinstance(each, Request)] == ["ACK", "BYE"]
    ended = scene.server.reported(Ended)
    assert ended == [Ended(session, Cause.TIMEOUT, status)]  # type: ignore[arg-type]


def test_a_peer_that_never_answers_a_reoffer_is_hung_up(scene: Scene) -> None:
    began = scene.now
    in_call(scene)
    scene.run(33.0)
    assert scene.sent("BYE")[0] == began + 32.0
    assert [event.cause for event in scene.server.reported(Ended)] == [Cause.TIMEOUT]


def test_a_reoffer_that_is_only_ever_tried_is_cancelled_and_changes_nothing(scene: Scene) -> None:
    invite, session = in_call(scene)
    scene.stranger(response(invite, 100, to_tag=""))
    scene.run(40.0)
    assert scene.sent("CANCEL")[0] == 36.0
    scene.stranger(response(invite, 487, to_tag="f1"))
    assert scene.server.reported(Reanswered) == [
        Reanswered(session, None, 487)  # type: ignore[arg-type]
    ]
    assert scene.server.reported(Ended) == []


def test_a_peer_that_says_491_for_ever_is_not_asked_for_ever(scene: Scene) -> None:
    in_call(scene)
    for _ in range(MAX_GLARES + 1):
        scene.stranger(response(last_invite(scene), 491, to_tag="f1"))
        scene.run(5.0)
    assert [event.status for event in scene.server.reported(Reanswered)] == [491]
    tries = {each.message.cseq.number for each in scene.wire.passed if each.name == "INVITE"}
    assert len(tries) == 1 + MAX_GLARES


def test_hanging_up_does_not_wait_for_a_reoffer_and_its_late_2xx_is_acknowledged(
    scene: Scene,
) -> None:
    invite, session = in_call(scene)
    scene.server.do(scene.endpoint.hang_up(session, scene.now))  # type: ignore[arg-type]
    assert scene.sent("BYE") == [scene.now]
    (ack,) = scene.stranger(response(invite, 200, to_tag="f1", body=SDP))
    assert isinstance(ack, Request) and ack.method == "ACK"
    assert scene.server.reported(Reanswered) == []


def test_a_bye_ends_a_session_with_a_reoffer_under_way(scene: Scene) -> None:
    invite, _ = in_call(scene)
    bye = request("BYE", branch="bye", cseq=2, to_tag=invite.from_.tag or "")
    (ok,) = scene.stranger(bye)
    assert isinstance(ok, Response) and ok.status == 200
    assert [event.cause for event in scene.server.reported(Ended)] == [Cause.REMOTE_BYE]


def test_offers_of_the_peer_get_491_while_ours_is_on_the_table(scene: Scene) -> None:
    invite, _ = in_call(scene)
    for number, method in enumerate(("INVITE", "UPDATE"), start=2):
        data = request(method, branch=method, cseq=number, to_tag=invite.from_.tag or "", body=SDP)
        assert 491 in scene.statuses(data)


def test_a_stale_2xx_of_the_first_invite_does_not_answer_a_reoffer() -> None:
    pair = Pair()
    pair.up()
    first = pair.callee.reported(Confirmed)
    assert first and pair.caller.reported(Answered)
    pair.do(pair.caller, "reoffer", described(pair.caller, "sendonly"))
    reinvite = requests(pair, "INVITE")[-1].message
    stale = Request("INVITE", "", reinvite.headers.copy())
    stale.headers.set("CSeq", f"{reinvite.cseq.number - 1} INVITE")
    pair.wire.inject(
        response(stale, 200, to_tag=reinvite.to.tag or ""), pair.callee.address, CALLER
    )
    pair.run(0.0)
    assert pair.caller.reported(Reanswered) == []


@pytest.mark.parametrize("seed", range(20))
def test_reoffers_from_both_sides_on_a_bad_wire_are_all_answered_and_leave_nothing(
    seed: int,
) -> None:
    pair = Pair().up()
    pair.wire.drop = lossy(seed)
    pair.caller.react = lambda event: accept(pair, pair.caller, event)
    pair.callee.react = lambda event: accept(pair, pair.callee, event)
    for side in (pair.caller, pair.callee, pair.caller):
        if not pair.ended():
            pair.do(side, "reoffer", described(side, "sendonly"))
        pair.run(1.5)
    pair.run(200.0)
    told = [len(side.reported(Reanswered)) for side in (pair.caller, pair.callee)]
    assert told == [2, 1] or pair.ended()
    pair.do(pair.caller, "hang_up")
    pair.run(200.0)
    assert len(pair.ended()) == 2
    assert pair.is_empty


def lossy(seed: int) -> Callable[[Passed], bool]:
    random = Random(seed)
    return lambda passed: random.random() < 0.3
