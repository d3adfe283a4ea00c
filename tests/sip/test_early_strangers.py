"""PRACK and UPDATE before the answer, from a stranger: what the endpoint would not send."""

from __future__ import annotations

import pytest

from sip.events import Cause, Ended, ProgressConfirmed, Reanswered, Reoffered
from sip.message import Request, Response
from sip.sdp import SessionDescription
from tests.rig.virtual_phone import audio
from tests.sip.raw import SDP, request
from tests.sip.scene import OURS, Scene


def called(scene: Scene, *fields: str, body: str = SDP) -> str:
    """The stranger has called; returns our tag."""
    scene.stranger(request("INVITE", *fields, body=body))
    session = scene.incoming().session
    scene.server.do(scene.endpoint.progress(session, 183, OURS, now=scene.now))
    return response_of(scene).to.tag or ""


def response_of(scene: Scene, name: str = "183 INVITE") -> Response:
    sent = [each.message for each in scene.wire.passed if each.name == name]
    assert isinstance(sent[-1], Response)
    return sent[-1]


def prack(scene: Scene, tag: str, body: str = "", cseq: int = 2) -> list[int]:
    rack = f"RAck: {response_of(scene).headers.get('RSeq')} 1 INVITE"
    return scene.statuses(
        request("PRACK", rack, branch=f"p{cseq}", cseq=cseq, to_tag=tag, body=body)
    )


def update(scene: Scene, tag: str, cseq: int, body: str = SDP) -> list[Request | Response]:
    return scene.stranger(request("UPDATE", branch=f"u{cseq}", cseq=cseq, to_tag=tag, body=body))


def test_early_media_for_a_caller_without_100rel_are_a_preview_of_the_2xx(scene: Scene) -> None:
    called(scene)
    preview = response_of(scene)
    assert SessionDescription.parse(preview.body) == OURS
    assert "RSeq" not in preview.headers
    scene.server.do(scene.endpoint.answer(scene.incoming().session, OURS, scene.now))
    assert response_of(scene, "200 INVITE").body == preview.body


def test_an_offer_of_ours_never_goes_into_a_response_nobody_acknowledges(scene: Scene) -> None:
    called(scene, body="")
    assert response_of(scene).body == b""
    scene.server.do(scene.endpoint.answer(scene.incoming().session, OURS, scene.now))
    assert SessionDescription.parse(response_of(scene, "200 INVITE").body) == OURS


def test_a_prack_must_answer_our_offer(scene: Scene) -> None:
    tag = called(scene, "Supported: 100rel", body="")
    assert prack(scene, tag) == [400]
    scene.run(0.6)
    assert len(scene.sent("183 INVITE")) == 2
    assert prack(scene, tag, SDP, cseq=3) == [200]
    told = SessionDescription.parse(SDP)
    assert scene.server.reported(ProgressConfirmed)[0].answer == told


def test_a_prack_may_bring_another_offer_once_ours_is_answered(scene: Scene) -> None:
    tag = called(scene, "Supported: 100rel")
    held = audio(4000, "10.0.0.9", "sendonly", version=2)
    assert prack(scene, tag, held) == []
    (told,) = scene.server.reported(Reoffered)
    assert told.offer == SessionDescription.parse(held)
    session = scene.incoming().session
    scene.server.do(scene.endpoint.answer(session, OURS, scene.now))
    scene.server.do(scene.endpoint.accept_reoffer(session, OURS, scene.now))
    assert SessionDescription.parse(response_of(scene, "200 PRACK").body) == OURS
    assert response_of(scene, "200 INVITE").body == b""


def test_a_second_update_before_the_first_is_answered_is_told_when_to_come_back(
    scene: Scene,
) -> None:
    tag = called(scene, "Supported: 100rel")
    prack(scene, tag)
    assert update(scene, tag, 3) == []
    (refused,) = update(scene, tag, 4)
    assert isinstance(refused, Response)
    assert (refused.status, "Retry-After" in refused.headers) == (500, True)


def test_an_update_before_the_prack_of_our_answer_is_told_to_come_back(scene: Scene) -> None:
    tag = called(scene, "Supported: 100rel")
    (refused,) = update(scene, tag, 2)
    assert isinstance(refused, Response) and refused.status == 500


def test_an_update_while_our_offer_waits_for_its_prack_gets_491(scene: Scene) -> None:
    tag = called(scene, "Supported: 100rel", body="")
    (refused,) = update(scene, tag, 2)
    assert isinstance(refused, Response) and refused.status == 491


@pytest.mark.parametrize(("allow", "status"), [("INVITE, ACK", 405), ("INVITE, UPDATE", None)])
def test_only_a_peer_that_allows_it_gets_an_update(
    scene: Scene, allow: str, status: int | None
) -> None:
    tag = called(scene, "Supported: 100rel", f"Allow: {allow}")
    prack(scene, tag)
    session = scene.incoming().session
    scene.server.do(scene.endpoint.reoffer(session, OURS, scene.now))
    assert [event.status for event in scene.server.reported(Reanswered)] == (
        [status] if status else []
    )
    assert len(scene.sent("UPDATE")) == (not status)


def test_a_call_that_ends_early_leaves_nothing(scene: Scene) -> None:
    tag = called(scene, "Supported: 100rel")
    prack(scene, tag)
    update(scene, tag, 3)
    scene.run(300.0)
    assert [event.cause for event in scene.server.reported(Ended)] == [Cause.TIMEOUT]
    assert scene.is_empty


@pytest.mark.parametrize("body", [SDP, ""])
def test_the_clock_of_a_session_does_not_run_before_it_is_up(scene: Scene, body: str) -> None:
    tag = called(scene, "Supported: 100rel, timer")
    prack(scene, tag)
    fields = ("Supported: timer", "Session-Expires: 90;refresher=uac")
    scene.stranger(request("UPDATE", *fields, branch="u3", cseq=3, to_tag=tag, body=body))
    if body:
        session = scene.incoming().session
        scene.server.do(scene.endpoint.accept_reoffer(session, OURS, scene.now))
    assert "Session-Expires" not in response_of(scene, "200 UPDATE").headers
    scene.wire.run(scene.now + 75.0, limit=1000)
    assert scene.server.reported(Ended) == []
