"""A leg we are called on, in virtual time. Where the wire takes no time, only timers do."""

from __future__ import annotations

from sip.events import (
    Cause,
    Confirmed,
    Ended,
    InviteReceived,
)
from sip.flow import TCP, Flow
from sip.message import Request
from sip.sdp import SessionDescription
from sip.session_responses import TRYING_AFTER
from tests.rig.virtual_phone import Finished, HungUp
from tests.rig.wire import Wire
from tests.sip.raw import SDP, STRANGER, request
from tests.sip.scene import (
    OURS,
    PHONE,
    RESENDS_OF_A_2XX,
    SERVER,
    THEIRS,
    Scene,
    causes,
    losing,
    statuses,
)


def test_a_call_comes_in_is_answered_and_the_caller_hangs_up(scene: Scene) -> None:
    scene.dial()
    scene.run(0.0)
    call = scene.incoming()
    assert (call.number, call.caller.user, call.username) == ("support", "agent1", None)
    assert call.source == PHONE
    assert call.offer == SessionDescription.parse(THEIRS)
    scene.server.do(scene.endpoint.ring(call.session, scene.now))
    scene.server.do(scene.endpoint.answer(call.session, OURS, scene.now))
    scene.run(1.0)
    assert scene.server.reported(Confirmed) == [Confirmed(call.session, None)]
    scene.phone.do(scene.machine.hang_up(scene.now))
    scene.run(60.0)
    assert scene.wire.names() == [
        *("INVITE", "180 INVITE", "200 INVITE", "ACK"),
        *("BYE", "200 BYE"),
    ]
    assert scene.events()[-1] == Ended(call.session, Cause.REMOTE_BYE)
    assert scene.is_empty


def test_the_answer_has_our_description_and_the_tag_all_responses_share(called: Scene) -> None:
    session = called.incoming().session
    called.run(TRYING_AFTER)
    called.server.do(called.endpoint.ring(session, called.now))
    called.server.do(called.endpoint.answer(session, OURS, called.now))
    called.run(0.0)
    trying, ringing, answer = (each.message for each in called.wire.passed[1:4])
    assert trying.to.tag is None
    assert ringing.to.tag and ringing.to.tag == answer.to.tag
    assert SessionDescription.parse(answer.body) == OURS
    assert answer.content_type == "application/sdp"
    assert answer.contact and answer.contact.uri == "sip:10.0.0.1:5060"


def test_a_2xx_is_resent_until_the_ack_comes(scene: Scene) -> None:
    scene.answers()
    losing(scene, "ACK", 3)
    scene.dial()
    scene.run(40.0)
    assert scene.sent("200 INVITE") == [0.0, *RESENDS_OF_A_2XX[:3]]
    assert len(scene.server.reported(Confirmed)) == 1


def test_a_2xx_is_resent_over_tcp_too(scene: Scene) -> None:
    scene.answers()
    data = request("INVITE", via="SIP/2.0/TCP 10.0.0.9:5060", body=SDP)
    connection = Flow(TCP, *STRANGER, 1)
    scene.server.do(scene.endpoint.receive(data, connection, scene.now))
    scene.run(40.0)
    assert scene.sent("200 INVITE") == [0.0, *RESENDS_OF_A_2XX]


def test_without_an_ack_the_call_is_hung_up_after_32_seconds(scene: Scene) -> None:
    scene.answers()
    losing(scene, "ACK")
    scene.dial()
    scene.run(100.0)
    assert scene.sent("200 INVITE") == [0.0, *RESENDS_OF_A_2XX]
    assert scene.sent("BYE") == [32.0]
    assert causes(scene) == [Cause.TIMEOUT]
    assert scene.phone.reported(HungUp) == [HungUp("BYE")]
    assert scene.is_empty


def test_hanging_up_before_the_ack_waits_for_it_and_is_reported_at_once(scene: Scene) -> None:
    losing(scene, "ACK", 2)
    scene.dial()
    scene.run(0.0)
    session = scene.incoming().session
    scene.server.do(scene.endpoint.answer(session, OURS, 0.0))
    scene.run(0.2)
    scene.server.do(scene.endpoint.hang_up(session, scene.now))
    assert causes(scene) == [Cause.LOCAL]
    scene.run(60.0)
    assert scene.sent("BYE") == [1.5]  # with the ACK of the third 2xx
    assert not scene.server.reported(Confirmed)
    assert scene.is_empty


def test_hanging_up_without_ever_an_ack_still_sends_a_bye(scene: Scene) -> None:
    losing(scene, "ACK")
    scene.dial()
    scene.run(0.0)
    session = scene.incoming().session
    scene.server.do(scene.endpoint.answer(session, OURS, 0.0))
    scene.server.do(scene.endpoint.hang_up(session, 0.0))
    scene.run(100.0)
    assert scene.sent("BYE") == [32.0]
    assert causes(scene) == [Cause.LOCAL]
    assert scene.is_empty


def test_a_call_is_rejected(called: Scene) -> None:
    session = called.incoming().session
    called.server.do(called.endpoint.reject(session, 404, "No Such Number", now=0.0))
    called.run(60.0)
    assert statuses(called) == [404]
    assert called.phone.reported(Finished)[0].response.reason == "No Such Number"
    assert causes(called) == [Cause.LOCAL]
    assert called.is_empty


def test_a_call_that_is_not_answered_is_hung_up_with_480(called: Scene) -> None:
    called.server.do(called.endpoint.hang_up(called.incoming().session, 0.0))
    called.run(60.0)
    assert statuses(called) == [480]
    assert causes(called) == [Cause.LOCAL]
    assert called.is_empty


def test_a_call_left_ringing_for_more_than_three_minutes_ends(called: Scene) -> None:
    called.run(400.0)
    assert statuses(called) == [480]
    assert called.server.events[-1] == (200.0, Ended(called.incoming().session, Cause.TIMEOUT))
    assert called.is_empty


def test_what_was_said_last_is_said_again_each_minute(called: Scene) -> None:
    called.run(10.0)
    called.server.do(called.endpoint.ring(called.incoming().session, called.now))
    called.run(190.0)
    assert called.sent("180 INVITE") == [10.0, 70.0, 130.0, 190.0]
    assert called.sent("480 INVITE")[0] == 200.0


def test_a_call_that_does_not_even_ring_is_said_to_go_on(called: Scene) -> None:
    called.run(130.0)
    assert called.sent("100 INVITE") == [TRYING_AFTER]
    assert called.sent("183 INVITE") == [TRYING_AFTER + 60, TRYING_AFTER + 120]


def test_a_copy_of_an_invite_that_nothing_was_said_to_yet_is_absorbed(scene: Scene) -> None:
    for _ in range(2):
        assert scene.stranger(request("INVITE", body=SDP)) == []
    scene.run(1.0)
    assert scene.sent("100 INVITE") == [TRYING_AFTER]
    scene.stranger(request("INVITE", body=SDP))
    assert scene.sent("100 INVITE") == [TRYING_AFTER, 1.0]
    assert len(scene.server.reported(InviteReceived)) == 1


def test_nothing_is_renewed_after_the_answer(called: Scene) -> None:
    called.server.do(called.endpoint.ring(called.incoming().session, called.now))
    called.server.do(called.endpoint.answer(called.incoming().session, OURS, called.now))
    called.run(130.0)
    assert called.sent("180 INVITE") == [0.0]


def test_a_challenged_call_comes_back_with_a_proven_name_and_ends_only_once(called: Scene) -> None:
    first = called.incoming().session
    called.server.do(called.endpoint.challenge(first, 0.0))
    called.run(60.0)
    assert [each.username for each in called.server.reported(InviteReceived)] == [None, "agent1"]
    assert called.server.reported(Ended) == []
    assert called.endpoint.sessions_open == 1
    assert called.incoming().session != first


def test_a_caller_cancels(called: Scene) -> None:
    called.phone.do(called.machine.hang_up(0.0))
    called.run(60.0)
    assert called.wire.names()[2:] == ["CANCEL", "200 CANCEL", "487 INVITE", "ACK"]
    cancelled, terminated = (called.wire.passed[at].message for at in (3, 4))
    assert cancelled.to.tag == terminated.to.tag
    assert causes(called) == [Cause.CANCELLED]
    assert called.is_empty


def test_an_answer_that_crosses_the_cancel_stands_until_the_caller_hangs_up() -> None:
    scene = Scene(Wire(delay=(0.1, 0.1)))
    scene.dial()
    scene.run(TRYING_AFTER + 0.2)
    scene.phone.do(scene.machine.hang_up(scene.now))
    scene.server.do(scene.endpoint.answer(scene.incoming().session, OURS, scene.now))
    scene.run(60.0)
    assert {"CANCEL", "200 CANCEL", "200 INVITE", "ACK", "BYE", "200 BYE"} <= set(
        scene.wire.names()
    )
    assert "487 INVITE" not in scene.wire.names()
    assert causes(scene) == [Cause.REMOTE_BYE]
    assert scene.is_empty


def test_an_invite_without_an_offer_gets_ours_and_the_ack_brings_the_answer(scene: Scene) -> None:
    scene.answers()
    scene.dial(offer="")
    losing(scene, "ACK")  # the phone of the rig has none in its ACK: we write our own below
    scene.run(0.0)
    assert scene.incoming().offer is None
    invite, answer = scene.wire.passed[0].message, scene.wire.passed[2].message
    ack = Request("ACK", "sip:10.0.0.1:5060", answer.headers.copy(), THEIRS.encode())
    ack.headers.set("CSeq", f"{invite.cseq.number} ACK")
    ack.headers.set("Via", "SIP/2.0/UDP 10.0.0.2:5070;branch=z9hG4bKanother")
    scene.wire.inject(ack.encode(), PHONE, SERVER)
    scene.run(0.0)
    session = scene.incoming().session
    described = SessionDescription.parse(THEIRS)
    assert scene.server.reported(Confirmed) == [Confirmed(session, described)]


def test_a_command_that_comes_too_late_or_for_nobody_does_nothing(up: Scene) -> None:
    session = up.incoming().session
    up.server.do(up.endpoint.hang_up(session, 0.0))
    before = len(up.wire.passed)
    for actions in (
        up.endpoint.ring(session, 0.0),
        up.endpoint.answer(session, OURS, 0.0),
        up.endpoint.reject(session, 486, now=0.0),
        up.endpoint.challenge(session, 0.0),
        up.endpoint.hang_up(session, 0.0),
        up.endpoint.accept_reoffer(session, OURS, 0.0),
        up.endpoint.reject_reoffer(session, 488, 0.0),
    ):
        assert actions == []
    assert len(up.wire.passed) == before
    assert causes(up) == [Cause.LOCAL]


def test_both_sides_hang_up_at_once_and_both_get_200() -> None:
    scene = Scene(Wire(delay=(0.1, 0.1)))
    scene.answers()
    scene.dial()
    scene.run(1.0)
    scene.phone.do(scene.machine.hang_up(scene.now))
    scene.server.do(scene.endpoint.hang_up(scene.incoming().session, scene.now))
    scene.run(60.0)
    assert scene.sent("200 BYE")
    assert causes(scene) == [Cause.LOCAL]
    assert scene.is_empty
