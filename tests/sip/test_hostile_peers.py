"""What fuzzing found: peers that are wrong in ways nobody would think of, and that harm nobody."""

from __future__ import annotations

import pytest

from sip.errors import PeerError
from sip.events import Answered, SessionId
from sip.message import Request, Response, parse
from tests.sip.raw import SDP, STRANGER, request, response
from tests.sip.scene import OURS, Scene


def calling_a_stranger() -> tuple[Scene, Request, SessionId]:
    """The endpoint calls where agent1 registered: at the stranger's address."""
    scene = Scene()
    contact = f"<sip:agent1@{STRANGER[0]}:{STRANGER[1]}>"
    scene.phone.do(scene.machine.register(0.0, contact=contact))
    scene.run(1.0)
    session = scene.call()
    return scene, last_request(scene, "INVITE"), session


def last_request(scene: Scene, method: str) -> Request:
    found = [passed.message for passed in scene.wire.passed if passed.name == method]
    assert isinstance(found[-1], Request)
    return found[-1]


def test_a_reliable_response_that_cannot_be_acknowledged_still_lets_a_cancel_go_out() -> None:
    scene, invite, session = calling_a_stranger()
    scene.stranger(response(invite, 180, ("Require", "100rel")))
    assert scene.sent("PRACK") == []
    scene.server.do(scene.endpoint.hang_up(session, scene.now))
    assert len(scene.sent("CANCEL")) == 1
    scene.run(400.0)
    assert scene.is_empty


def test_a_peer_that_falls_silent_in_a_reinvite_is_forgotten_after_its_bye() -> None:
    scene, invite, session = calling_a_stranger()
    scene.stranger(response(invite, 200, body=SDP))
    scene.server.do(scene.endpoint.reoffer(session, OURS, scene.now))
    scene.stranger(response(last_request(scene, "INVITE"), 100))
    scene.server.do(scene.endpoint.hang_up(session, scene.now))
    scene.run(400.0)
    assert scene.is_empty


def test_a_peer_that_wants_tls_but_names_no_way_to_it_is_let_go() -> None:
    scene, invite, session = calling_a_stranger()
    nowhere = response(invite, 200, ("Contact", "<sips:s@10.0.0.9;transport=udp>"), body=SDP)
    scene.stranger(nowhere)
    scene.stranger(nowhere)
    scene.server.do(scene.endpoint.hang_up(session, scene.now))
    scene.run(400.0)
    assert scene.is_empty


@pytest.mark.parametrize("name", ["Allow", "Supported"])
def test_a_quote_that_never_ends_in_a_list_of_words_is_a_word(name: str) -> None:
    scene, invite, _ = calling_a_stranger()
    scene.stranger(response(invite, 180, (name, 'a, "b')))
    scene.stranger(response(invite, 200, (name, "<, 100rel"), body=SDP))
    assert scene.server.reported(Answered)


def test_a_require_that_cannot_be_read_is_one_we_do_not_know() -> None:
    scene, invite, _ = calling_a_stranger()
    scene.stranger(response(invite, 180, ("Require", 'a, "b')))
    scene.stranger(response(invite, 200, ("Require", "<, 100rel"), body=SDP))
    assert not scene.server.reported(Answered) and scene.sent("BYE")


@pytest.mark.parametrize("field", ["Session-Expires: 90;;", "Min-SE: soon"])
def test_a_session_timer_that_cannot_be_read_is_refused_before_the_call_is_offered(
    field: str,
) -> None:
    scene = Scene()
    assert scene.statuses(request("INVITE", field, body=SDP)) == [400]
    assert scene.events() == []


def test_a_lone_carriage_return_in_a_reason_makes_no_response() -> None:
    sound = response(calling_a_stranger()[1], 200)
    assert isinstance(parse(sound), Response)
    with pytest.raises(PeerError):
        parse(sound.replace(b"200 OK", b"200 OK\r", 1))
