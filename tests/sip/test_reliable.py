"""RFC 3262: the two counters, then calls with PRACK in both directions."""

from __future__ import annotations

from math import inf

import pytest

from sip.errors import PeerError
from sip.events import Cause, Ended, Progressed
from sip.headers import Headers
from sip.message import Request, Response
from sip.reliable import MAX_EARLY, Due, EarlyResponses, ReliableProgress, is_required
from tests.sip.raw import SDP, request, response
from tests.sip.scene import OURS, Scene


def prack(rack: str) -> Request:
    return Request("PRACK", "sip:a@h", Headers([("RAck", rack)]))


def reliable(number: int, tag: str = "one", cseq: int = 1) -> Response:
    fields = [("Require", "100rel"), ("RSeq", str(number)), ("CSeq", f"{cseq} INVITE")]
    return Response(180, "", Headers([*fields, ("To", f"<sip:a@h>;tag={tag}")]))


def test_ours_is_repeated_at_doubling_gaps_for_32_seconds() -> None:
    ringing, seen = ReliableProgress(), []
    ringing.start(1, lambda below: 0, 0.0)
    while (now := ringing.deadline) < inf:
        seen.append((now, ringing.due(now)))
    assert [at for at, due in seen if due is Due.REPEAT] == [0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert seen[-1] == (32.0, Due.GIVE_UP)


def test_numbers_begin_anywhere_and_go_up_by_one() -> None:
    ringing = ReliableProgress()
    for number in (8, 9, 10):
        fields = dict(ringing.start(1, lambda below: 7, 0.0))
        assert fields == {"Require": "100rel", "RSeq": str(number)}
        assert ringing.waits
        ringing.check(prack(f"{number} 1 INVITE"))
        ringing.stop()
        assert not ringing.waits
    assert dict(ReliableProgress().start(1, lambda below: below - 1, 0.0))["RSeq"] == str(2**31 - 2)


@pytest.mark.parametrize(
    ("rack", "status"),
    [
        *(("2 1 INVITE", 481), ("1 2 INVITE", 481), ("0 0 INVITE", 481)),
        *(("1 1 BYE", 400), ("", 400), ("1 INVITE", 400), ("x 1 INVITE", 400)),
    ],
)
def test_a_prack_of_something_else_stops_nothing(rack: str, status: int) -> None:
    ringing = ReliableProgress()
    ringing.start(1, lambda below: 0, 0.0)
    with pytest.raises(PeerError) as refused:
        ringing.check(prack(rack))
    assert refused.value.status == status
    assert ringing.waits


def test_nothing_can_be_acknowledged_before_anything_was_sent() -> None:
    with pytest.raises(PeerError):
        ReliableProgress().check(prack("0 0 INVITE"))


def test_theirs_are_acknowledged_once_in_order_and_for_each_fork() -> None:
    early = EarlyResponses()
    assert early.acknowledge(reliable(5)) == "5 1 INVITE"
    assert early.acknowledge(reliable(5)) is None
    assert early.acknowledge(reliable(7)) is None
    assert early.acknowledge(reliable(6)) == "6 1 INVITE"
    assert early.acknowledge(reliable(90, "two")) == "90 1 INVITE"
    assert early.acknowledge(reliable(1, "one", cseq=2)) == "1 2 INVITE"


def test_a_flood_of_early_forks_is_not_served_without_limit() -> None:
    early = EarlyResponses()
    done = [early.acknowledge(reliable(1, f"fork{number}")) for number in range(100)]
    assert sum(rack is not None for rack in done) == MAX_EARLY


def test_only_one_that_requires_it_is_reliable() -> None:
    assert is_required(reliable(1))
    assert not is_required(Response(180, "", Headers([("Supported", "100rel"), ("RSeq", "1")])))
    assert is_required(Request("INVITE", "", Headers([("Require", "timer, 100REL")])))


# We are called


@pytest.fixture
def wanted(scene: Scene) -> Scene:
    """The stranger has called and wants to know for sure that it rings."""
    scene.stranger(request("INVITE", "Require: 100rel", body=SDP))
    scene.server.do(scene.endpoint.ring(scene.incoming().session, scene.now))
    return scene


def ringing(scene: Scene) -> Response:
    sent = [each.message for each in scene.wire.passed if each.name == "180 INVITE"]
    assert isinstance(sent[-1], Response)
    return sent[-1]


def their_prack(scene: Scene, rack: str | None = None, cseq: int = 2, body: str = "") -> list[int]:
    answer = ringing(scene)
    rack = rack or f"{answer.headers.get('RSeq')} 1 INVITE"
    tag = answer.to.tag or ""
    return scene.statuses(
        request("PRACK", f"RAck: {rack}", branch=f"p{cseq}", cseq=cseq, to_tag=tag, body=body)
    )


def test_a_180_that_must_be_reliable_is_repeated_until_its_prack(wanted: Scene) -> None:
    wanted.run(2.0)
    assert wanted.sent("180 INVITE") == [0.0, 0.5, 1.5]
    assert is_required(ringing(wanted))
    assert their_prack(wanted) == [200]
    wanted.run(57.0)
    assert len(wanted.sent("180 INVITE")) == 3


def test_after_a_minute_it_is_renewed_under_the_next_number(wanted: Scene) -> None:
    first = int(ringing(wanted).headers.get("RSeq") or 0)
    their_prack(wanted)
    wanted.run(60.0)
    assert wanted.sent("180 INVITE") == [0.0, 60.0]
    assert ringing(wanted).headers.get("RSeq") == str(first + 1)


def test_a_wrong_prack_is_refused_and_the_180_goes_on(wanted: Scene) -> None:
    assert their_prack(wanted, "1 9 INVITE") == [481]
    assert their_prack(wanted, cseq=3, body=SDP) == [488]
    wanted.run(1.0)
    assert len(wanted.sent("180 INVITE")) == 2


def test_ringing_again_waits_for_the_prack_and_then_has_the_next_number(wanted: Scene) -> None:
    session = wanted.incoming().session
    wanted.server.do(wanted.endpoint.ring(session, wanted.now))
    assert len(wanted.sent("180 INVITE")) == 1
    first = int(ringing(wanted).headers.get("RSeq") or 0)
    their_prack(wanted)
    wanted.run(0.0)
    assert len(wanted.sent("180 INVITE")) == 2
    assert ringing(wanted).headers.get("RSeq") == str(first + 1)


def test_a_call_whose_180_never_gets_its_prack_is_refused(wanted: Scene) -> None:
    wanted.run(33.0)
    assert wanted.sent("504 INVITE")[0] == 32.0
    assert [event.cause for event in wanted.server.reported(Ended)] == [Cause.TIMEOUT]


def test_an_answer_does_not_wait_for_the_prack_which_is_still_answered(wanted: Scene) -> None:
    wanted.server.do(wanted.endpoint.answer(wanted.incoming().session, OURS, wanted.now))
    assert wanted.sent("200 INVITE") == [0.0]
    assert their_prack(wanted) == [200]
    wanted.stranger(request("ACK", branch="ack", to_tag=ringing(wanted).to.tag or ""))
    wanted.run(10.0)
    assert len(wanted.sent("180 INVITE")) == 1


def test_a_caller_that_only_supports_it_is_rung_as_ever(scene: Scene) -> None:
    scene.stranger(request("INVITE", "Supported: 100rel", body=SDP))
    scene.server.do(scene.endpoint.ring(scene.incoming().session, scene.now))
    scene.run(10.0)
    assert len(scene.sent("180 INVITE")) == 1 and not is_required(ringing(scene))


# We call


@pytest.fixture
def calls(scene: Scene) -> Scene:
    scene.phone.do(scene.machine.register(0.0, contact="<sip:stranger@10.0.0.9:5060>"))
    scene.run(0.0)
    scene.call()
    return scene


def early(scene: Scene, number: int, tag: str = "one", status: int = 180) -> list[Request]:
    invite = next(each.message for each in scene.wire.passed if each.name == "INVITE")
    assert isinstance(invite, Request)
    fields = (("Require", "100rel"), ("RSeq", str(number)))
    sent = scene.stranger(response(invite, status, *fields, to_tag=tag))
    return [each for each in sent if isinstance(each, Request)]


def test_their_reliable_180_gets_its_prack_in_the_early_dialog(calls: Scene) -> None:
    (ours,) = early(calls, 7)
    assert (ours.method, ours.headers.get("RAck"), ours.cseq.number) == ("PRACK", "7 1 INVITE", 2)
    assert (ours.to.tag, ours.uri) == ("one", "sip:stranger@10.0.0.9:5060")
    calls.stranger(response(ours, 200))
    assert [event.status for event in calls.server.reported(Progressed)] == [180]


def test_copies_and_those_out_of_order_are_dropped(calls: Scene) -> None:
    early(calls, 7)
    assert early(calls, 7) == early(calls, 9) == []
    (ours,) = early(calls, 8, status=183)
    assert ours.headers.get("RAck") == "8 1 INVITE"
    assert [event.status for event in calls.server.reported(Progressed)] == [180, 183]


def test_the_bye_counts_on_from_the_prack(calls: Scene) -> None:
    early(calls, 1)
    invite = next(each.message for each in calls.wire.passed if each.name == "INVITE")
    assert isinstance(invite, Request)
    calls.stranger(response(invite, 200, to_tag="one", body=SDP))
    session = calls.server.reported(Progressed)[0].session
    calls.server.do(calls.endpoint.hang_up(session, calls.now))
    bye = calls.wire.passed[-1].message
    assert (bye.cseq.number, bye.cseq.method) == (3, "BYE")


def test_a_prack_nobody_answers_does_not_end_the_call(calls: Scene) -> None:
    early(calls, 1)
    calls.run(40.0)
    assert calls.server.reported(Ended) == []
