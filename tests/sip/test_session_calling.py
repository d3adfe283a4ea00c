"""A leg we call, in virtual time."""

from __future__ import annotations

import pytest

from sip.events import (
    Answered,
    Cause,
    Ended,
    Progressed,
)
from sip.message import Request, response_to
from sip.sdp import SessionDescription
from sip.session_outcomes import MAX_FORKS
from tests.rig.virtual_phone import Acknowledged, Called, HungUp
from tests.sip.raw import SDP, request, response
from tests.sip.scene import (
    OURS,
    PHONE,
    THEIRS,
    Scene,
    causes,
    losing,
)


def test_a_registered_phone_is_called_answers_and_is_hung_up(scene: Scene) -> None:
    scene.register()
    session = scene.call()
    scene.run(0.0)
    invite = scene.phone.reported(Called)[0]
    assert invite.offer == str(OURS)
    assert invite.invite.from_.display == "Customer"
    scene.phone.do(scene.machine.ring())
    scene.run(0.0)
    scene.phone.do(scene.machine.answer(THEIRS, scene.now))
    scene.run(1.0)
    assert scene.phone.reported(Acknowledged) == [Acknowledged("")]
    described = SessionDescription.parse(THEIRS)
    fork = scene.wire.passed[-1].message.to.tag or ""
    assert scene.events()[1:] == [
        Progressed(session, 180, None, fork),
        Answered(session, described, PHONE, fork),
    ]
    scene.server.do(scene.endpoint.hang_up(session, scene.now))
    scene.run(60.0)
    assert scene.events()[-1] == Ended(session, Cause.LOCAL)
    assert scene.phone.reported(HungUp) == [HungUp("BYE")]
    assert scene.is_empty


def test_the_ack_is_sent_again_for_each_repeated_2xx(calling: Scene) -> None:
    losing(calling, "ACK", 2)
    at = calling.now
    calling.phone.do(calling.machine.answer(THEIRS, at))
    calling.run(40.0)
    assert [time - at for time in calling.sent("ACK")] == [0.0, 0.5, 1.5]
    acks = [each.data for each in calling.wire.passed if each.name == "ACK"]
    assert len(set(acks)) == 1
    assert len(calling.server.reported(Answered)) == 1


def test_the_ack_is_sent_again_even_after_we_hung_up(calling: Scene) -> None:
    losing(calling, "ACK", 1)
    calling.phone.do(calling.machine.answer(THEIRS, calling.now))
    calling.run(0.0)
    calling.wire.drop = lambda passed: passed.name == "BYE"
    session = calling.server.reported(Answered)[0].session
    calling.server.do(calling.endpoint.hang_up(session, calling.now))
    calling.run(1.0)
    assert len(calling.sent("ACK")) == 2


def test_a_phone_refuses(calling: Scene) -> None:
    calling.phone.do(calling.machine.reject(486))
    calling.run(60.0)
    ended = calling.server.reported(Ended)
    assert [(event.cause, event.status) for event in ended] == [(Cause.REFUSED, 486)]
    assert calling.is_empty


def test_a_phone_that_is_gone_times_out(scene: Scene) -> None:
    scene.register()
    scene.wire.drop = lambda passed: passed.target == PHONE
    at = scene.now
    scene.call()
    scene.run(100.0)
    assert [time - at for time in scene.sent("INVITE")] == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert causes(scene) == [Cause.TIMEOUT]
    assert scene.is_empty


def test_we_cancel_a_ringing_phone(calling: Scene) -> None:
    session = calling.server.reported(Progressed)[0].session
    calling.server.do(calling.endpoint.hang_up(session, calling.now))
    calling.run(60.0)
    assert calling.phone.reported(HungUp) == [HungUp("CANCEL")]
    assert calling.events()[-1] == Ended(session, Cause.LOCAL)
    cancel, invite = (
        next(each.message for each in calling.wire.passed if each.name == name)
        for name in ("CANCEL", "INVITE")
    )
    assert isinstance(cancel, Request) and isinstance(invite, Request)
    assert (cancel.uri, cancel.via, cancel.cseq.number) == (
        invite.uri,
        invite.via,
        invite.cseq.number,
    )
    assert calling.is_empty


def test_a_cancel_waits_for_the_first_provisional_response(scene: Scene) -> None:
    scene.register()
    losing(scene, "100 INVITE", 2)
    at = scene.now
    session = scene.call()
    scene.server.do(scene.endpoint.hang_up(session, scene.now))
    assert causes(scene) == [Cause.LOCAL]
    scene.run(60.0)
    assert [time - at for time in scene.sent("CANCEL")] == [1.5]
    assert scene.is_empty


def test_an_answer_that_crosses_our_cancel_is_acknowledged_and_hung_up(calling: Scene) -> None:
    session = calling.server.reported(Progressed)[0].session
    losing(calling, "CANCEL", 1)
    calling.server.do(calling.endpoint.hang_up(session, calling.now))
    calling.phone.do(calling.machine.answer(THEIRS, calling.now))
    calling.run(60.0)
    assert calling.phone.reported(HungUp) == [HungUp("BYE")]
    assert calling.server.reported(Answered) == []
    assert causes(calling) == [Cause.LOCAL]
    assert calling.is_empty


def test_a_phone_that_answers_the_cancel_but_not_the_invite_is_given_up(calling: Scene) -> None:
    losing(calling, "487 INVITE")
    session = calling.server.reported(Progressed)[0].session
    calling.server.do(calling.endpoint.hang_up(session, calling.now))
    calling.run(60.0)
    assert calling.is_empty


def test_a_phone_that_rings_for_three_minutes_is_cancelled(calling: Scene) -> None:
    calling.run(200.0)
    assert calling.phone.reported(HungUp) == [HungUp("CANCEL")]
    assert causes(calling) == [Cause.TIMEOUT]


def test_a_session_nobody_ends_stays(up: Scene) -> None:
    up.run(100_000.0)
    assert up.endpoint.sessions_open == 1
    assert up.endpoint.transactions_open == 0


def test_early_media_is_passed_on_as_a_preview(scene: Scene) -> None:
    scene.register()
    session = scene.call()
    scene.run(0.0)
    scene.phone.do(scene.machine.ring(183, THEIRS))
    scene.run(0.0)
    described = SessionDescription.parse(THEIRS)
    (progress,) = scene.server.reported(Progressed)
    assert (progress.session, progress.status, progress.answer) == (session, 183, described)


# What the phone of the rig would not do: a stranger on the binding's address


@pytest.fixture
def forked(scene: Scene) -> Scene:
    """The endpoint has called a binding that leads to the stranger."""
    scene.phone.do(scene.machine.register(0.0, contact="<sip:stranger@10.0.0.9:5060>"))
    scene.run(0.0)
    scene.call()
    return scene


def methods(scene: Scene, data: bytes) -> list[tuple[str, str | None]]:
    """The requests a datagram of the stranger leads to, each with its To-tag."""
    sent = scene.stranger(data)
    return [(each.method, each.to.tag) for each in sent if isinstance(each, Request)]


def invite_of(scene: Scene) -> Request:
    invite = next(each.message for each in scene.wire.passed if each.name == "INVITE")
    assert isinstance(invite, Request)
    return invite


def test_a_second_answer_of_a_fork_is_acknowledged_and_hung_up(forked: Scene) -> None:
    invite = invite_of(forked)
    one, two = (response(invite, 200, to_tag=tag) for tag in ("one", "two"))
    assert methods(forked, one) == [("ACK", "one")]
    assert methods(forked, two) == [("ACK", "two"), ("BYE", "two")]
    assert methods(forked, two) == [("ACK", "two")]
    assert len(forked.server.reported(Answered)) == 1
    assert forked.server.reported(Ended) == []


def test_a_flood_of_forks_is_not_served_without_limit(forked: Scene) -> None:
    invite = invite_of(forked)
    for number in range(100):
        forked.stranger(response(invite, 200, to_tag=f"fork{number}"))
    assert len(forked.sent("BYE")) == MAX_FORKS - 1


def test_the_dialog_takes_target_and_reversed_route_from_the_2xx(forked: Scene) -> None:
    routes = ("Record-Route", "<sip:10.0.0.9:5060;lr>, <sip:10.0.0.8;lr>")
    contact = ("Contact", "<sip:deep@10.9.9.9:7000;x=y>")
    forked.stranger(response(invite_of(forked), 200, routes, contact))
    ack = forked.wire.passed[-1]
    assert ack.target == ("10.0.0.8", 5060)  # the last proxy is our first
    assert isinstance(ack.message, Request)
    assert ack.message.uri == "sip:deep@10.9.9.9:7000;x=y"
    assert ack.message.headers.all("Route") == ["<sip:10.0.0.8;lr>", "<sip:10.0.0.9:5060;lr>"]


def test_a_2xx_without_a_contact_is_acknowledged_at_the_request_uri(forked: Scene) -> None:
    answer = response_to(invite_of(forked), 200, to_tag="one")
    (ack,) = forked.stranger(answer.encode())
    assert isinstance(ack, Request)
    assert (ack.method, ack.uri) == ("ACK", "sip:stranger@10.0.0.9:5060")


def test_offers_of_the_peer_wait_while_our_invite_is_pending(forked: Scene) -> None:
    invite = invite_of(forked)
    forked.stranger(response(invite, 180, to_tag="one"))
    tag = invite.from_.tag or ""
    for number, method in enumerate(("INVITE", "UPDATE"), start=1):
        assert 491 in forked.statuses(
            request(
                method,
                branch=f"glare{number}",
                cseq=number,
                call_id=invite.call_id,
                from_tag="one",
                to_tag=tag,
                body=SDP,
            )
        )


def test_a_callee_that_says_bye_before_it_answered_is_cancelled(forked: Scene) -> None:
    invite = invite_of(forked)
    forked.stranger(response(invite, 180, to_tag="one"))
    bye = request(
        "BYE", call_id=invite.call_id, from_tag="one", to_tag=invite.from_.tag or "", contact=""
    )
    forked.stranger(bye)
    assert forked.sent("CANCEL") and forked.sent("200 BYE")
    assert causes(forked) == [Cause.REMOTE_BYE]


def test_a_description_that_cannot_be_read_is_none(forked: Scene) -> None:
    forked.stranger(response(invite_of(forked), 183, body="v=0\r\nnonsense"))
    forked.stranger(response(invite_of(forked), 200, body="nonsense"))
    assert [event.answer for event in forked.server.reported(Progressed)] == [None]
    assert [event.answer for event in forked.server.reported(Answered)] == [None]


def test_extra_headers_of_the_caller_go_out_and_may_replace_ours(scene: Scene) -> None:
    scene.register()
    extra = (("X-Contact-Id", "42"), ("Max-Forwards", "69"))
    _, actions = scene.endpoint.invite(
        "agent1", caller='Ann "A" Lee', offer=OURS, extra_headers=extra, now=scene.now
    )
    scene.server.do(actions)
    invite = invite_of(scene)
    assert invite.headers.get("X-Contact-Id") == "42"
    assert invite.max_forwards == 69
    assert invite.from_.display == 'Ann "A" Lee'
