from __future__ import annotations

import pytest

from sip.actions import Send
from sip.dialog import Dialog
from sip.errors import PeerError
from sip.exchange import Asked, Given
from sip.flow import Here
from sip.message import Response, parse
from sip.session_responses import SessionResponses
from sip.session_timer import SessionTimer
from sip.transaction_layer import TransactionLayer
from tests.sip.raw import SDP, arrived, request
from tests.sip.scene import OURS, numbered


class Leg:
    """An INVITE with these fields waits."""

    def __init__(self, *fields: str) -> None:
        self.layer = TransactionLayer(Here("10.0.0.1", 5060), numbered(), 10)
        self.responses = SessionResponses(self.layer, SessionTimer())
        arrival = arrived(request("INVITE", *fields, body=SDP))
        self.dialog = Dialog.from_invite(arrival, "ours")
        self.asked = Asked(arrival, self.layer.servers.open(arrival))
        self.responses.pending = self.asked

    def sent(self) -> list[Response]:
        sends = [action for action in self.layer.drain() if isinstance(action, Send)]
        messages = [parse(send.data) for send in sends]
        return [message for message in messages if isinstance(message, Response)]


def test_what_is_pending_is_settled_with_what_the_user_gave() -> None:
    leg = Leg()
    assert leg.responses.is_pending(leg.asked.transaction)
    leg.responses.settle(leg.dialog, 200, Given(0.0, sdp=OURS, fields=(("X-Id", "1"),)))
    (ok,) = leg.sent()
    assert (ok.status, ok.to.tag, ok.body) == (200, "ours", OURS.encode())
    assert ok.headers.get("X-Id") == "1"
    assert leg.responses.described == OURS
    leg.responses.repeat_ok(0.5)
    assert [again.encode() for again in leg.sent()] == [ok.encode()]


def test_a_reliable_180_keeps_others_back_and_its_prack_ends_that() -> None:
    leg = Leg("Require: 100rel")
    leg.responses.settle(leg.dialog, 180, Given(0.0))
    (ringing,) = leg.sent()
    assert not leg.responses.may_ring and leg.responses.deadline == 0.5
    assert not leg.responses.tick(0.5) and len(leg.sent()) == 1
    rack = f"RAck: {ringing.headers.get('RSeq')} 1 INVITE"
    leg.responses.pracked(arrived(request("PRACK", rack, cseq=2, to_tag="ours")))
    assert leg.responses.may_ring


def test_a_prack_that_never_comes_is_told_once() -> None:
    leg = Leg("Require: 100rel")
    leg.responses.settle(leg.dialog, 180, Given(0.0))
    assert leg.responses.tick(32.0) and not leg.responses.tick(33.0)


def test_a_prack_of_nothing_is_refused() -> None:
    leg = Leg()
    with pytest.raises(PeerError) as refused:
        leg.responses.pracked(arrived(request("PRACK", "RAck: 1 1 INVITE", cseq=2, to_tag="ours")))
    assert refused.value.status == 481


def test_only_a_2xx_that_makes_or_refreshes_the_session_speaks_of_its_timer() -> None:
    leg = Leg("Supported: timer")
    for status in (180, 200):
        leg.responses.send(leg.dialog, leg.asked, status, 0.0)
    assert ["Session-Expires" in each.headers for each in leg.sent()] == [False, True]
