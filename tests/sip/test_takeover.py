"""INVITE with Replaces, RFC 3891: who may take over which session, and ours that do."""

from __future__ import annotations

from typing import Any

import pytest

from sip.digest import answerable, authorize
from sip.events import Ended, InviteReceived, SessionId
from sip.message import Request, Response
from sip.replaces import Replaces
from sip.sessions import SessionGone
from tests.sip.pair import Pair
from tests.sip.raw import SDP, STRANGER, request, response
from tests.sip.scene import OURS, Scene, account

TRUSTING: dict[str, Any] = {"trusted_sources": (f"{STRANGER[0]}/32",)}


def in_call(scene: Scene) -> tuple[SessionId, str]:
    """The stranger has called and was answered: the session and the Replaces that names it."""
    scene.answers()
    sent = scene.stranger(request("INVITE", body=SDP))
    tag = sent[-1].to.tag or ""
    scene.stranger(request("ACK", branch="ack", to_tag=tag))
    scene.server.react = lambda _: None
    return scene.incoming().session, f"call-1;to-tag={tag};from-tag=f1"


def asked(replaces: str, *fields: str) -> bytes:
    """An INVITE that is to take a session over."""
    asks = (f"Replaces: {replaces}", "Require: replaces", *fields)
    return request("INVITE", *asks, branch="t", call_id="call-2", from_tag="f2", body=SDP)


def take_over(scene: Scene, replaces: str, *fields: str) -> list[Request | Response]:
    return scene.stranger(asked(replaces, *fields))


def refused(scene: Scene, replaces: str, *fields: str) -> int:
    (answer,) = take_over(scene, replaces, *fields)
    assert isinstance(answer, Response)
    assert len(scene.server.reported(InviteReceived)) == 1
    return answer.status


def test_a_trusted_source_may_take_a_session_over() -> None:
    scene = Scene(**TRUSTING)
    session, named = in_call(scene)
    assert scene.statuses(asked(named)) == [100]
    assert scene.incoming().replaces == session
    assert scene.server.reported(Ended) == []  # that is our user's to do, once it has answered


def test_a_stranger_is_asked_who_it_is() -> None:
    scene = Scene()
    _, named = in_call(scene)
    (challenge,) = take_over(scene, named)
    assert isinstance(challenge, Response) and challenge.status == 401
    assert "WWW-Authenticate" in challenge.headers


@pytest.mark.parametrize(
    ("change", "status"),
    [
        *((("to-tag", "no-tag"), 400), (("call-1", "call-9"), 481), (("=f1", "=f9"), 481)),
        (("from-tag", "early-only;from-tag"), 486),
    ],
)
def test_what_names_no_session_or_an_answered_one_is_refused(
    change: tuple[str, str], status: int
) -> None:
    scene = Scene(**TRUSTING)
    _, named = in_call(scene)
    assert refused(scene, named.replace(*change)) == status


def test_a_join_beside_it_is_refused() -> None:
    scene = Scene(**TRUSTING)
    _, named = in_call(scene)
    assert refused(scene, named, f"Join: {named}") == 400


def test_a_session_that_is_being_hung_up_is_declined() -> None:
    scene = Scene(**TRUSTING)
    session, named = in_call(scene)
    scene.server.do(scene.endpoint.hang_up(session, scene.now))
    assert refused(scene, named) == 603


def test_a_call_that_still_comes_in_cannot_be_taken_over() -> None:
    scene = Scene(**TRUSTING)
    scene.stranger(request("INVITE", body=SDP))
    scene.server.do(scene.endpoint.ring(scene.incoming().session, scene.now))
    tag = scene.wire.passed[-1].message.to.tag or ""
    assert refused(scene, f"call-1;to-tag={tag};from-tag=f1") == 481


@pytest.mark.parametrize(("fork", "status"), [("one", 100), ("two", 100), ("three", 481)])
def test_a_call_of_ours_that_rings_may_be_taken_over_by_the_name_of_any_fork(
    fork: str, status: int
) -> None:
    scene = Scene(**TRUSTING)
    scene.phone.do(scene.machine.register(0.0, contact="<sip:stranger@10.0.0.9:5060>"))
    scene.run(0.0)
    session = scene.call()
    invite = scene.wire.passed[-1].message
    assert isinstance(invite, Request)
    for tag in ("one", "two"):
        scene.stranger(response(invite, 180, to_tag=tag))
    named = f"{invite.call_id};to-tag={invite.from_.tag};from-tag={fork};early-only"
    assert scene.statuses(asked(named)) == [status]
    if status == 100:
        assert scene.incoming().replaces == session


def test_a_fork_that_lost_is_no_session_to_take_over() -> None:
    scene = Scene(**TRUSTING)
    scene.phone.do(scene.machine.register(0.0, contact="<sip:stranger@10.0.0.9:5060>"))
    scene.run(0.0)
    scene.call()
    invite = scene.wire.passed[-1].message
    assert isinstance(invite, Request)
    scene.stranger(response(invite, 180, to_tag="one"))
    scene.stranger(response(invite, 200, to_tag="two", body=SDP))
    answer = take_over(scene, f"{invite.call_id};to-tag={invite.from_.tag};from-tag=one")[0]
    assert isinstance(answer, Response) and answer.status == 481


# Two endpoints: the caller replaces its own call


def test_ours_names_the_session_it_replaces_as_the_peer_knows_it() -> None:
    pair = Pair().up()
    before = pair.calling
    pair.call(replaces=before)
    invite = pair.wire.passed[0].message
    assert isinstance(invite, Request)
    assert invite.headers.all("Require") == ["replaces"]
    named = invite.headers.read("Replaces", Replaces.parse)
    assert (named.to_tag, named.from_tag) != ("", "")
    assert pair.callee.reported(InviteReceived)[1:] == []
    assert pair.wire.names()[:2] == ["INVITE", "401 INVITE"]


def test_a_session_that_is_gone_cannot_be_replaced() -> None:
    pair = Pair().up()
    with pytest.raises(SessionGone):
        pair.call(replaces=SessionId("gone"))
    assert pair.caller.node.sessions_open == 1


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize(("user", "status"), [("agent1", 100), ("agent2", 403)])
def test_a_phone_may_take_over_the_session_of_its_own_user_only_while_it_rings_too(
    user: str, status: int, answered: bool
) -> None:
    scene = Scene()
    scene.register()
    session = scene.call()
    scene.run(0.0)
    scene.phone.do(scene.machine.ring())
    scene.run(0.0)
    invite = next(each.message for each in scene.wire.passed if each.name == "INVITE")
    ringing = next(each.message for each in scene.wire.passed if each.name == "180 INVITE")
    if answered:
        scene.phone.do(scene.machine.answer(SDP, scene.now))
        scene.run(1.0)
    named = f"{invite.call_id};to-tag={invite.from_.tag};from-tag={ringing.to.tag}"
    (challenge,) = take_over(scene, named)
    assert isinstance(challenge, Response)
    proof = proven(challenge, user)
    data = request(
        *("INVITE", f"Replaces: {named}", f"Authorization: {proof}"),
        branch="t2",
        call_id="call-2",
        cseq=2,
        from_tag="f2",
        body=SDP,
    ).replace(b"sip:stranger@10.0.0.9>;tag", f"sip:{user}@10.0.0.9>;tag".encode())
    assert scene.statuses(data) == [status]
    if status == 100:
        assert scene.incoming().replaces == session


def proven(challenge: Response, user: str) -> str:
    asked = next(filter(None, map(answerable, challenge.headers.lines("WWW-Authenticate"))))
    stored = account(user).ha1[asked["algorithm"]]
    uri = "sip:support@10.0.0.1"
    return authorize(asked, user, stored, "INVITE", uri, cnonce="c")


def test_ours_are_sent_to_phones(scene: Scene) -> None:
    scene.register()
    session = scene.call()
    scene.run(0.0)
    _, actions = scene.endpoint.invite(
        "agent1", caller="", offer=OURS, replaces=session, now=scene.now
    )
    scene.server.do(actions)
    assert "Replaces" in scene.wire.passed[-1].message.headers
