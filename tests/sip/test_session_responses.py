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


def test_a_reliable_progress_keeps_others_back_until_its_prack() -> None:
    leg = Leg("Require: 100rel")
    assert leg.responses.must_be_reliable
    leg.responses.progress(leg.dialog, 180, 0.0, reliable=True)
    (ringing,) = leg.sent()
    assert leg.responses.awaits_prack and leg.responses.deadline == 0.5
    assert not leg.responses.tick(leg.dialog, 0.5) and len(leg.sent()) == 1
    rack = f"RAck: {ringing.headers.get('RSeq')} 1 INVITE"
    leg.responses.check_prack(arrived(request("PRACK", rack, cseq=2, to_tag="ours")))
    leg.responses.pracked()
    assert not leg.responses.awaits_prack


def test_a_prack_that_never_comes_is_told_once() -> None:
    leg = Leg("Require: 100rel")
    leg.responses.progress(leg.dialog, 180, 0.0, reliable=True)
    assert leg.responses.tick(leg.dialog, 32.0) and not leg.responses.tick(leg.dialog, 33.0)


def test_a_prack_of_nothing_is_refused() -> None:
    leg = Leg()
    prack = arrived(request("PRACK", "RAck: 1 1 INVITE", cseq=2, to_tag="ours"))
    with pytest.raises(PeerError) as refused:
        leg.responses.check_prack(prack)
    assert refused.value.status == 481


@pytest.mark.parametrize(("fields", "reliable"), [((), False), (("Supported: 100rel",), True)])
def test_progress_is_renewed_each_minute_a_reliable_one_as_a_new_one(
    fields: tuple[str, ...], reliable: bool
) -> None:
    leg = Leg(*fields)
    leg.responses.progress(leg.dialog, 183, 0.0, reliable=reliable, sdp=OURS)
    if reliable:
        leg.responses.pracked()
    (first,) = leg.sent()
    leg.responses.tick(leg.dialog, 60.0)
    (second,) = leg.sent()
    assert (first.status, second.status) == (183, 183)
    assert (first.encode() == second.encode()) is not reliable
    assert bool(second.body) is not reliable


def test_the_ack_has_to_answer_an_offer_that_only_our_2xx_made() -> None:
    for offered, sdp, expects in ((None, OURS, True), (OURS, OURS, False), (None, None, False)):
        leg = Leg()
        leg.responses.wait(leg.asked, offered)
        leg.responses.settle(leg.dialog, 200, Given(0.0, sdp=sdp))
        assert leg.responses.expects_answer is expects


def test_only_a_2xx_that_makes_or_refreshes_the_session_speaks_of_its_timer() -> None:
    leg = Leg("Supported: timer")
    for status in (180, 200):
        leg.responses.send(leg.dialog, leg.asked, status, 0.0)
    assert ["Session-Expires" in each.headers for each in leg.sent()] == [False, True]
