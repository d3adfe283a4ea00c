"""The field as it is read and written, then whole calls that end with one."""

from __future__ import annotations

import pytest

from sip.errors import PeerError
from sip.events import Cause, Ended
from sip.headers import Headers
from sip.message import Request
from sip.reason import ELSEWHERE, MAX_REASONS, MAX_TEXT, Reason, reasons_in
from tests.rig.virtual_phone import Called
from tests.sip.pair import Pair
from tests.sip.raw import SDP, request
from tests.sip.scene import Scene


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SIP", Reason("SIP")),
        ("Q.850;cause=16", Reason("Q.850", 16)),
        ('SIP ;cause=200 ;text="Call; completed"', Reason("SIP", 200, "Call; completed")),
        ('SIP;text="a \\"b\\"";cause=600;x=y', Reason("SIP", 600, 'a "b"')),
        (f'SIP;text="{"a" * 500}"', Reason("SIP", 0, "a" * MAX_TEXT)),
    ],
)
def test_a_reason_is_read(text: str, reason: Reason) -> None:
    assert Reason.parse(text) == reason
    assert Reason.parse(str(reason)) == reason


@pytest.mark.parametrize("text", ["", ";cause=1", "SIP;cause=x", "SIP;cause=1234", "SIP x", "S P"])
def test_a_broken_one_is_refused(text: str) -> None:
    with pytest.raises(PeerError):
        Reason.parse(text)


def test_of_a_message_those_count_that_can_be_read() -> None:
    fields = Headers([("Reason", 'SIP;cause=480, Q.850;cause=16;text="a, b"'), ("Reason", "???")])
    assert reasons_in(fields) == (Reason("SIP", 480), Reason("Q.850", 16, "a, b"))
    assert reasons_in(Headers()) == ()
    assert len(reasons_in(Headers([("Reason", "SIP")] * 50))) == MAX_REASONS


def test_a_bye_says_why_to_the_other_side() -> None:
    pair = Pair().up()
    reason = Reason("Q.850", 16, "Terminated")
    pair.do(pair.caller, "hang_up", reason=reason)
    pair.run(1.0)
    assert pair.ended() == [
        Ended(pair.calling, Cause.LOCAL),
        Ended(pair.called, Cause.REMOTE_BYE, reasons=(reason,)),
    ]


def test_a_cancel_says_that_somebody_else_answered() -> None:
    pair = Pair()
    pair.call()
    pair.do(pair.callee, "ring")
    pair.run(0.1)
    pair.do(pair.caller, "hang_up", reason=ELSEWHERE)
    pair.run(1.0)
    assert pair.ended()[1] == Ended(pair.called, Cause.CANCELLED, reasons=(ELSEWHERE,))


def test_a_cancel_that_had_to_wait_still_says_why(scene: Scene) -> None:
    scene.register()
    session = scene.call()
    scene.server.do(scene.endpoint.hang_up(session, scene.now, ELSEWHERE))
    scene.run(1.0)
    assert scene.phone.reported(Called)
    cancel = next(each.message for each in scene.wire.passed if each.name == "CANCEL")
    assert isinstance(cancel, Request)
    assert cancel.headers.get("Reason") == 'SIP;cause=200;text="Call completed elsewhere"'


def test_what_nobody_can_read_does_not_keep_a_call_from_ending(scene: Scene) -> None:
    scene.stranger(request("INVITE", body=SDP))
    scene.stranger(request("CANCEL", "Reason: ;;;"))
    assert [event.reasons for event in scene.server.reported(Ended)] == [()]
