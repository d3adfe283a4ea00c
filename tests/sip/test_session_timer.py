"""The arithmetic of RFC 4028, then sessions that are refreshed or lapse."""

from __future__ import annotations

from math import inf

import pytest

from sip.errors import PeerError
from sip.events import Cause, Ended, Reanswered, Reoffered, SessionId
from sip.headers import Headers
from sip.message import Request, Response
from sip.sdp import SessionDescription
from sip.session_timer import (
    MAX_SE,
    MIN_SE,
    RETRY_SECONDS,
    SESSION_SECONDS,
    SessionTimer,
    check_interval,
)
from tests.sip.pair import Pair
from tests.sip.raw import SDP, request, response
from tests.sip.scene import OURS, Scene

KNOWS = ("Supported", "timer")


def asking(*fields: tuple[str, str]) -> Request:
    return Request("INVITE", "sip:a@h", Headers([("CSeq", "1 INVITE"), *fields]))


def saying(*fields: tuple[str, str], status: int = 200) -> Response:
    return Response(status, "", Headers(fields))


def expires(value: str) -> tuple[str, str]:
    return "Session-Expires", value


def test_it_is_off_until_something_is_agreed() -> None:
    timer = SessionTimer()
    assert timer.deadline == inf
    assert dict(timer.proposal()) == {"Session-Expires": "1800", "Min-SE": "90"}


@pytest.mark.parametrize(
    ("fields", "seconds", "refresher"),
    [
        ((KNOWS, expires("600;refresher=uac")), 600, "uac"),
        ((KNOWS, expires("600;refresher=uas")), 600, "uas"),
        ((KNOWS, expires("600")), 600, "uas"),
        ((KNOWS,), SESSION_SECONDS, "uas"),
        ((KNOWS, ("Min-SE", "3600")), 3600, "uas"),
        ((expires("600"),), 600, "uas"),  # a proxy asked for it
        ((expires("600;refresher=uac"),), 600, "uas"),  # one that knows no timers cannot refresh
    ],
)
def test_what_the_peer_asks_for_is_what_it_gets(
    fields: tuple[tuple[str, str], ...], seconds: int, refresher: str
) -> None:
    timer = SessionTimer()
    agreed = dict(timer.accept(asking(*fields), 100.0))
    assert agreed["Session-Expires"] == f"{seconds};refresher={refresher}"
    assert ("Require" in agreed) == (KNOWS in fields)
    ours, theirs = seconds / 2, seconds - min(32, seconds / 3)
    assert timer.deadline == 100.0 + (ours if refresher == "uas" else theirs)


def test_a_peer_that_knows_no_timers_is_left_alone() -> None:
    timer = SessionTimer()
    assert timer.accept(asking(), 0.0) == ()
    assert timer.deadline == inf


def test_an_interval_below_the_least_is_refused_with_what_would_do() -> None:
    check_interval(asking(expires(str(MIN_SE))))
    for field in (expires("89"), expires("0;refresher=uas")):
        with pytest.raises(PeerError) as refused:
            check_interval(asking(field))
        assert refused.value.status == 422
    for field in (expires("soon"), expires("-1"), expires("9" * 10)):
        with pytest.raises(PeerError) as refused:
            check_interval(asking(field))
        assert refused.value.status == 400


@pytest.mark.parametrize(
    ("value", "due"), [("100;refresher=uac", 50.0), ("100;refresher=uas", 68.0), ("100", 50.0)]
)
def test_a_2xx_to_ours_says_who_refreshes(value: str, due: float) -> None:
    timer = SessionTimer()
    timer.agreed(saying(expires(value)), 0.0)
    assert timer.deadline == pytest.approx(due, abs=1.5)


@pytest.mark.parametrize("fields", [(), (expires("soon"),), (expires("90;;"),)])
def test_a_2xx_without_a_readable_interval_switches_it_off(
    fields: tuple[tuple[str, str], ...],
) -> None:
    timer = SessionTimer()
    timer.agreed(saying(expires("100")), 0.0)
    timer.agreed(saying(*fields), 1.0)
    assert timer.deadline == inf


def test_an_absurd_interval_does_not_make_us_refresh_without_pause() -> None:
    timer = SessionTimer()
    timer.agreed(saying(expires("0;refresher=uac")), 0.0)
    assert timer.deadline == MIN_SE / 2


def test_roles_are_kept_in_what_is_proposed_later() -> None:
    timer = SessionTimer()
    timer.agreed(saying(expires("600;refresher=uas")), 0.0)
    assert dict(timer.proposal())["Session-Expires"] == "600;refresher=uas"
    timer.agreed(saying(expires("600;refresher=uac")), 0.0)
    assert dict(timer.proposal())["Session-Expires"] == "600;refresher=uac"


def test_a_refresh_that_comes_to_nothing_is_due_again_soon_until_the_session_lapses() -> None:
    timer = SessionTimer()
    timer.agreed(saying(expires("100;refresher=uac")), 0.0)
    assert not timer.is_refresh_due(49.0)
    assert timer.is_refresh_due(50.0) and not timer.is_refresh_due(50.0)
    assert timer.is_refresh_due(50.0 + RETRY_SECONDS)
    assert not timer.lapsed(67.9) and timer.lapsed(68.1)
    timer.stop()
    assert timer.deadline == inf


def test_a_422_is_put_right_once_and_only_within_reason() -> None:
    timer = SessionTimer()
    refused = saying(("Min-SE", "3600"), status=422)
    again = timer.corrected(asking(), refused, 2)
    assert again and again.cseq.number == 2
    assert [again.headers.get(name) for name in ("Session-Expires", "Min-SE")] == ["3600", "3600"]
    assert timer.corrected(asking(), refused, 3) is None
    for value in (str(MAX_SE + 1), "60", "much"):
        assert timer.corrected(asking(), saying(("Min-SE", value), status=422), 3) is None
    assert timer.corrected(asking(), saying(status=422), 3) is None


# Sessions


def test_two_endpoints_keep_a_session_alive_by_update_without_telling_anyone() -> None:
    pair = Pair().up()
    pair.run(10_000.0)
    assert set(pair.wire.names()) == {"UPDATE", "200 UPDATE"}
    assert len(pair.wire.times("UPDATE")) == 11  # each 900 s
    assert {passed.source for passed in pair.wire.passed if passed.name == "UPDATE"} == {
        pair.callee.address
    }
    for side in (pair.caller, pair.callee):
        assert side.reported(Reoffered) == side.reported(Reanswered) == []
    assert pair.ended() == []


def test_when_the_wire_is_cut_both_sides_end_the_session() -> None:
    pair = Pair().up()
    pair.wire.drop = lambda passed: True
    pair.run(2000.0)
    assert [event.cause for event in pair.ended()] == [Cause.TIMEOUT, Cause.TIMEOUT]
    pair.run(100.0)
    assert pair.is_empty


def in_call(scene: Scene, *fields: str) -> tuple[SessionId, str]:
    """The stranger has called, with these fields, and was answered; session and our tag."""
    scene.answers()
    sent = scene.stranger(request("INVITE", "Supported: timer", *fields, body=SDP))
    tag = sent[-1].to.tag or ""
    scene.stranger(request("ACK", branch="ack", to_tag=tag))
    return scene.incoming().session, tag


def test_a_peer_without_update_is_refreshed_by_reinvite_with_the_same_description(
    scene: Scene,
) -> None:
    in_call(scene, "Session-Expires: 600;refresher=uas")
    scene.run(300.0)
    (refresh,) = (each.message for each in scene.wire.passed if each.name == "INVITE")
    assert isinstance(refresh, Request)
    assert SessionDescription.parse(refresh.body) == OURS
    assert refresh.headers.get("Session-Expires") == "600;refresher=uac"
    agreed = ("Session-Expires", "600;refresher=uac")
    (ack,) = scene.stranger(response(refresh, 200, agreed, to_tag="f1", body=SDP))
    assert isinstance(ack, Request) and ack.method == "ACK"
    assert scene.server.reported(Reanswered) == []
    scene.run(299.0)
    assert len({each.message.cseq for each in scene.wire.passed if each.name == "INVITE"}) == 1
    scene.run(2.0)
    assert len({each.message.cseq for each in scene.wire.passed if each.name == "INVITE"}) == 2


def test_a_peer_that_promised_to_refresh_and_does_not_is_hung_up(scene: Scene) -> None:
    session, _ = in_call(scene, "Session-Expires: 90;refresher=uac")
    scene.run(61.0)
    assert scene.sent("BYE")[0] == 60.0
    assert scene.server.reported(Ended) == [Ended(session, Cause.TIMEOUT)]


def test_a_refresh_of_the_peer_starts_its_time_anew(scene: Scene) -> None:
    _, tag = in_call(scene, "Session-Expires: 90;refresher=uac")
    for turn in range(5):
        scene.run(45.0)
        fields = ("Supported: timer", "Session-Expires: 90;refresher=uac")
        update = request("UPDATE", *fields, branch=f"u{turn}", cseq=2 + turn, to_tag=tag)
        (ok,) = scene.stranger(update)
        assert isinstance(ok, Response)
        assert ok.headers.get("Session-Expires") == "90;refresher=uac"
    assert scene.server.reported(Ended) == []
    scene.run(61.0)
    assert [event.cause for event in scene.server.reported(Ended)] == [Cause.TIMEOUT]


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_a_session_that_would_be_refreshed_too_often_is_refused(scene: Scene, method: str) -> None:
    _, tag = in_call(scene)
    short = ("Supported: timer", "Session-Expires: 60")
    (refused,) = scene.stranger(request(method, *short, branch="s", cseq=2, to_tag=tag, body=SDP))
    assert isinstance(refused, Response)
    assert (refused.status, refused.headers.get("Min-SE")) == (422, "90")
    assert scene.server.reported(Ended) == []


@pytest.mark.parametrize(("status", "ends"), [(481, True), (408, True), (500, False)])
def test_a_refused_update_ends_the_session_only_when_the_peer_has_lost_it(
    scene: Scene, status: int, ends: bool
) -> None:
    in_call(scene, "Session-Expires: 600;refresher=uas", "Allow: INVITE, UPDATE")
    scene.run(300.0)
    (update,) = (each.message for each in scene.wire.passed if each.name == "UPDATE")
    assert isinstance(update, Request) and not update.body
    scene.stranger(response(update, status, to_tag="f1"))
    assert bool(scene.server.reported(Ended)) is ends
    scene.run(RETRY_SECONDS + 1.0)
    tries = {each.message.cseq for each in scene.wire.passed if each.name == "UPDATE"}
    assert len(tries) == (1 if ends else 2)


def test_an_invite_refused_with_422_comes_back_with_a_longer_interval(scene: Scene) -> None:
    scene.phone.do(scene.machine.register(0.0, contact="<sip:stranger@10.0.0.9:5060>"))
    scene.run(0.0)
    scene.call()
    first = scene.wire.passed[-1].message
    assert isinstance(first, Request)
    _, second = scene.stranger(response(first, 422, ("Min-SE", "7200")))
    assert isinstance(second, Request)
    assert (second.cseq.number, second.call_id) == (first.cseq.number + 1, first.call_id)
    assert second.headers.get("Session-Expires") == "7200"
    assert scene.server.reported(Ended) == []


def test_a_refresh_that_was_never_answered_ends_nothing_once_a_later_one_was() -> None:
    pair = Pair().up()
    pair.wire.drop = lambda passed: passed.name == "200 UPDATE" and passed.message.cseq.number == 1
    pair.run(SESSION_SECONDS)
    assert pair.wire.names().count("UPDATE") > 10
    assert pair.ended() == []
