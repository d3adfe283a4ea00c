"""Require, Supported and Allow, in requests and responses of both sides: RFC 3261 §8.2.2.3, §20."""

from __future__ import annotations

import pytest

from sip.events import Cause, Ended, Progressed, Reanswered, SessionId
from sip.message import Request, Response
from sip.refusal import METHODS, SUPPORTED
from tests.sip.raw import SDP, request, response
from tests.sip.scene import OURS, Scene


def refusal(scene: Scene, data: bytes) -> Response:
    *_, refused = scene.stranger(data)
    assert isinstance(refused, Response)
    return refused


def our_tag(scene: Scene) -> str:
    """The stranger has called and talks."""
    scene.answers()
    tag = scene.stranger(request("INVITE", body=SDP))[-1].to.tag or ""
    scene.stranger(request("ACK", branch="ack", to_tag=tag))
    return tag


@pytest.mark.parametrize(
    ("method", "known"), [("INVITE", "Timer"), ("OPTIONS", "replaces"), ("REGISTER", "gruu")]
)
def test_a_request_that_requires_what_we_do_not_know_is_told_what(
    scene: Scene, method: str, known: str
) -> None:
    refused = refusal(scene, request(method, f"Require: {known}, precondition, sec-agree"))
    unsupported = ["precondition", "sec-agree"]
    assert (refused.status, refused.headers.all("Unsupported")) == (420, unsupported)
    assert scene.events() == []


@pytest.mark.parametrize("method", ["INFO", "UPDATE", "INVITE", "PRACK"])
def test_so_is_one_in_a_dialog_which_goes_on(scene: Scene, method: str) -> None:
    tag = our_tag(scene)
    data = request(method, "Require: precondition", branch="r", cseq=2, to_tag=tag)
    assert refusal(scene, data).status == 420
    assert scene.statuses(request("OPTIONS", branch="o", cseq=3, to_tag=tag)) == [200]


@pytest.mark.parametrize("option", SUPPORTED)
def test_all_that_we_say_we_support_may_be_required(scene: Scene, option: str) -> None:
    assert scene.statuses(request("INVITE", f"Require: {option}", body=SDP)) == [100]


def test_what_is_required_of_proxies_is_none_of_our_business(scene: Scene) -> None:
    assert scene.statuses(request("INVITE", "Proxy-Require: precondition", body=SDP)) == [100]


def test_an_ack_and_a_cancel_require_nothing(scene: Scene) -> None:
    scene.stranger(request("INVITE", body=SDP))
    cancel = request("CANCEL", "Require: precondition")
    assert scene.statuses(cancel) == [200, 487]
    assert [event.cause for event in scene.server.reported(Ended)] == [Cause.CANCELLED]


def test_a_2xx_requires_nothing_of_a_peer_that_does_not_support_it(scene: Scene) -> None:
    for number, supported in enumerate(("", "timer")):
        scene.answers()
        fields = (f"Supported: {supported}",) if supported else ()
        call = request("INVITE", *fields, branch=f"c{number}", call_id=f"c{number}", body=SDP)
        ok = scene.stranger(call)[-1]
        assert ok.headers.all("Require") == ([supported] if supported else [])
        assert ok.headers.all("Supported") == list(SUPPORTED)
        assert ok.headers.all("Allow") == list(METHODS)


# We call


def called(scene: Scene) -> tuple[SessionId, Request]:
    scene.phone.do(scene.machine.register(0.0, contact="<sip:stranger@10.0.0.9:5060>"))
    scene.run(0.0)
    session = scene.call()
    invite = scene.wire.passed[-1].message
    assert isinstance(invite, Request)
    return session, invite


def test_our_invite_says_what_we_support_and_requires_nothing(scene: Scene) -> None:
    _, invite = called(scene)
    assert invite.headers.all("Supported") == list(SUPPORTED)
    assert invite.headers.all("Allow") == list(METHODS)
    assert "Require" not in invite.headers


@pytest.mark.parametrize("status", [420, 421])
def test_a_peer_that_does_not_get_on_with_us_refuses(scene: Scene, status: int) -> None:
    _, invite = called(scene)
    scene.stranger(response(invite, status, ("Require", "precondition")))
    (ended,) = scene.server.reported(Ended)
    assert (ended.cause, ended.status) == (Cause.REFUSED, status)


def test_a_reliable_response_may_not_require_more_than_we_support(scene: Scene) -> None:
    _, invite = called(scene)
    both = ("Require", "100rel, precondition")
    assert scene.stranger(response(invite, 183, both, ("RSeq", "1"))) == []
    assert scene.server.reported(Progressed) == []
    known = ("Require", "100rel, timer")
    (prack,) = scene.stranger(response(invite, 183, known, ("RSeq", "1")))
    assert isinstance(prack, Request) and prack.method == "PRACK"


def test_methods_the_peer_does_not_allow_are_not_sent(scene: Scene) -> None:
    session, invite = called(scene)
    scene.stranger(
        response(
            invite, 183, ("Allow", "INVITE, ACK"), ("Require", "100rel"), ("RSeq", "1"), body=SDP
        )
    )
    scene.server.do(scene.endpoint.reoffer(session, OURS, scene.now))
    assert [event.status for event in scene.server.reported(Reanswered)] == [405]
    assert scene.sent("UPDATE") == []
