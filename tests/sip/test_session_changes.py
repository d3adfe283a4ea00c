"""The peer wants to change a session that is up: re-INVITE and UPDATE."""

from __future__ import annotations

from sip.events import (
    Cause,
    Confirmed,
    Reoffered,
)
from sip.sdp import SessionDescription
from tests.rig.virtual_phone import Finished, HungUp, audio
from tests.sip.scene import (
    OURS,
    PHONE,
    RESENDS_OF_A_2XX,
    THEIRS,
    Scene,
    causes,
    losing,
    statuses,
)


def test_a_reinvite_is_answered_and_confirmed(up: Scene) -> None:
    held = audio(4000, PHONE[0], "sendonly", version=2)
    up.phone.do(up.machine.reinvite(held, 0.0))
    up.run(0.0)
    session = up.incoming().session
    assert up.server.reported(Reoffered) == [Reoffered(session, SessionDescription.parse(held))]
    up.server.do(up.endpoint.accept_reoffer(session, OURS, 0.0))
    up.run(60.0)
    assert statuses(up) == [200, 200]
    assert len(up.server.reported(Confirmed)) == 2
    assert up.endpoint.sessions_open == 1
    assert up.endpoint.transactions_open == 0


def test_the_2xx_of_a_reinvite_is_resent_and_without_an_ack_the_call_ends(up: Scene) -> None:
    losing(up, "ACK")
    up.phone.do(up.machine.reinvite(THEIRS, 0.0))
    up.run(0.0)
    up.server.do(up.endpoint.accept_reoffer(up.incoming().session, OURS, 0.0))
    up.run(100.0)
    assert up.sent("200 INVITE") == [0.0, 0.0, *RESENDS_OF_A_2XX]
    assert up.sent("BYE") == [32.0]
    assert causes(up) == [Cause.TIMEOUT]
    assert up.is_empty


def test_a_refused_reinvite_leaves_the_call_as_it_was(up: Scene) -> None:
    up.phone.do(up.machine.reinvite(THEIRS, 0.0))
    up.run(0.0)
    up.server.do(up.endpoint.reject_reoffer(up.incoming().session, 488, 0.0))
    up.run(60.0)
    assert statuses(up) == [200, 488]
    assert causes(up) == []
    assert up.endpoint.sessions_open == 1


def test_a_reinvite_without_an_offer_asks_for_ours(up: Scene) -> None:
    up.phone.do(up.machine.reinvite("", 0.0))
    up.run(0.0)
    session = up.incoming().session
    assert up.server.reported(Reoffered) == [Reoffered(session, None)]
    up.server.do(up.endpoint.accept_reoffer(session, OURS, 0.0))
    up.run(0.0)
    assert up.phone.reported(Finished)[-1].body == str(OURS)


def test_a_second_reinvite_before_the_first_is_answered_gets_500_and_when_to_retry(
    up: Scene,
) -> None:
    up.phone.do(up.machine.reinvite(THEIRS, 0.0))
    up.run(0.0)
    up.phone.do(up.machine.reinvite(THEIRS, 0.0))
    up.run(0.0)
    refused = up.phone.reported(Finished)[-1].response
    assert refused.status == 500
    assert 0 <= int(refused.headers.get("Retry-After")) <= 10
    assert len(up.server.reported(Reoffered)) == 1


def test_a_reinvite_before_the_ack_of_our_2xx_gets_491(scene: Scene) -> None:
    scene.answers()
    losing(scene, "ACK", 1)
    scene.dial()
    scene.run(0.0)
    scene.phone.do(scene.machine.reinvite(THEIRS, 0.0))
    scene.run(0.0)
    assert statuses(scene) == [200, 491]


def test_a_bye_during_a_reinvite_ends_both(up: Scene) -> None:
    up.phone.do(up.machine.reinvite(THEIRS, 0.0))
    up.run(0.0)
    up.phone.do(up.machine.hang_up(0.0))
    up.run(60.0)
    assert up.wire.names()[-4:] == ["BYE", "200 BYE", "487 INVITE", "ACK"]
    assert causes(up) == [Cause.REMOTE_BYE]
    assert up.is_empty


def test_we_hang_up_while_a_reinvite_waits(up: Scene) -> None:
    up.phone.do(up.machine.reinvite(THEIRS, 0.0))
    up.run(0.0)
    up.server.do(up.endpoint.hang_up(up.incoming().session, 0.0))
    up.run(60.0)
    assert statuses(up) == [200, 487]
    assert up.phone.reported(HungUp) == [HungUp("BYE")]
    assert up.is_empty


def test_a_reinvite_nobody_answers_is_refused_after_32_seconds_and_the_call_goes_on(
    up: Scene,
) -> None:
    up.phone.do(up.machine.reinvite(THEIRS, 0.0))
    up.run(60.0)
    assert up.sent("480 INVITE")[0] == 32.0
    assert up.endpoint.sessions_open == 1


def test_an_update_with_an_offer_is_answered_like_a_reinvite_but_needs_no_ack(up: Scene) -> None:
    up.phone.do(up.machine.update(THEIRS, 0.0))
    up.run(0.0)
    session = up.incoming().session
    assert up.server.reported(Reoffered) == [Reoffered(session, SessionDescription.parse(THEIRS))]
    up.server.do(up.endpoint.accept_reoffer(session, OURS, 0.0))
    up.run(60.0)
    assert statuses(up, "UPDATE") == [200]
    assert len(up.server.reported(Confirmed)) == 1  # of the INVITE
    assert causes(up) == []


def test_an_update_without_an_offer_is_a_keepalive(up: Scene) -> None:
    up.phone.do(up.machine.update("", 0.0))
    up.run(60.0)
    assert statuses(up, "UPDATE") == [200]
    assert up.server.reported(Reoffered) == []


def test_an_update_before_the_answer_is_told_to_wait(called: Scene) -> None:
    called.server.do(called.endpoint.ring(called.incoming().session, 0.0))
    called.run(0.0)
    assert called.machine.call
    called.machine.call.remote = called.wire.passed[-1].message.to
    called.phone.do(called.machine.update(THEIRS, 0.0))
    called.run(0.0)
    assert statuses(called, "UPDATE") == [500]
