from __future__ import annotations

from dataclasses import replace

import pytest

from sip.actions import Send
from sip.dialog import Dialog
from sip.flow import UDP, Flow, Here
from sip.headers import Headers
from sip.message import Request, Response, parse
from sip.refusal import SUPPORTED
from sip.session_requests import SessionRequests
from sip.session_timer import SessionTimer
from sip.transaction_layer import TransactionLayer
from tests.sip.raw import PEER, SDP, arrived, request, response
from tests.sip.scene import OURS, account, numbered


class User:
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def responded(self, request: Request, response: Response, source: Flow, now: float) -> None:
        self.heard.append(f"{response.status} {request.method}")

    def unanswered(self, request: Request, now: float) -> None:
        self.heard.append(f"no {request.method}")

    def unreachable(self, request: Request, now: float) -> None:
        self.heard.append(f"no way for {request.method}")


class Leg:
    def __init__(self) -> None:
        self.layer = TransactionLayer(Here("10.0.0.1", 5060), numbered(), 10)
        self.user = User()
        logins = {"earshot": account("agent1")}
        self.requests = SessionRequests(self.layer, self.user, SessionTimer(), logins)
        self.dialog = Dialog.from_invite(arrived(request("INVITE", body=SDP)), "ours")

    def sent(self) -> Request:
        (send,) = (action for action in self.layer.drain() if isinstance(action, Send))
        message = parse(send.data)
        assert isinstance(message, Request)
        return message

    def answer(self, asked: Request, status: int) -> None:
        self.layer.clients.receive(parse(response(asked, status)), PEER, 0.0)  # type: ignore[arg-type]


def test_an_invite_and_an_update_propose_a_session_timer() -> None:
    leg = Leg()
    leg.requests.invite(leg.dialog, OURS, 0.0, (("X-Id", "7"),))
    invite = leg.sent()
    leg.requests.update(leg.dialog, 0.0)
    update = leg.sent()
    assert (invite.method, update.method, update.body) == ("INVITE", "UPDATE", b"")
    assert invite.headers.get("X-Id") == "7"
    for each in (invite, update):
        assert each.headers.all("Supported") == list(SUPPORTED)
        assert each.headers.get("Session-Expires") == "1800"


def test_the_user_hears_what_becomes_of_each_unless_it_does_not_want_to() -> None:
    leg = Leg()
    leg.requests.bye(leg.dialog, 0.0, unheard=True)
    leg.answer(leg.sent(), 200)
    leg.requests.bye(leg.dialog, 0.0)
    leg.answer(leg.sent(), 481)
    assert leg.user.heard == ["481 BYE"]


@pytest.mark.parametrize(
    ("status", "field"),
    [
        (401, ("WWW-Authenticate", 'Digest realm="earshot", nonce="n"')),
        (407, ("Proxy-Authenticate", 'Digest realm="earshot", nonce="n"')),
        (422, ("Min-SE", "3600")),
    ],
)
def test_a_refusal_that_says_how_is_put_right_under_the_next_number(
    status: int, field: tuple[str, str]
) -> None:
    leg = Leg()
    leg.requests.invite(leg.dialog, OURS, 0.0)
    first = leg.sent()
    refused = Response(status, "", Headers([field]))
    again = leg.requests.corrected(leg.dialog, first, refused, PEER)
    assert again and again.cseq.number == leg.dialog.local_cseq == first.cseq.number + 1
    leg.requests.again(leg.dialog, again, 0.0)
    assert leg.requests.is_last_invite(again) and not leg.requests.is_last_invite(first)


def test_any_other_refusal_uses_up_no_number() -> None:
    leg = Leg()
    leg.requests.invite(leg.dialog, OURS, 0.0)
    first, before = leg.sent(), leg.dialog.local_cseq
    for status in (401, 422, 486):
        assert leg.requests.corrected(leg.dialog, first, Response(status), PEER) is None
    assert leg.dialog.local_cseq == before


@pytest.mark.parametrize(("target", "answered"), [("10.0.0.77", True), ("10.0.0.66", False)])
def test_beside_the_host_that_was_called_the_one_that_answered_may_challenge(
    target: str, answered: bool
) -> None:
    leg = Leg()
    leg.dialog = replace(leg.dialog, remote="<sip:them@10.0.0.9>", remote_tag="")
    leg.requests.invite(leg.dialog, OURS, 0.0)
    pool = Flow(UDP, "10.0.0.77", 5060)
    assert leg.requests.corrected(leg.dialog, leg.sent(), Response(180), pool) is None
    elsewhere = replace(leg.dialog, remote_tag="t", target=f"sip:them@{target}")
    asked = elsewhere.request("BYE", Here("10.0.0.1", 5060))
    refused = Response(
        401, "", Headers([("WWW-Authenticate", 'Digest realm="earshot", nonce="n"')])
    )
    again = leg.requests.corrected(elsewhere, asked, refused, Flow(UDP, target, 5060))
    assert (again is not None) == answered


def test_a_2xx_that_leads_nowhere_costs_only_its_ack() -> None:
    leg = Leg()
    leg.requests.invite(leg.dialog, OURS, 0.0)
    invite = leg.sent()
    nowhere = replace(leg.dialog, flow=None, target="tel:+15550100")
    assert nowhere.hops() == ()
    success = parse(response(invite, 200))
    assert isinstance(success, Response)
    leg.requests.ack(nowhere, success, 0.0)
    assert leg.layer.drain() == []


def test_the_last_invite_is_cancelled_and_acknowledged() -> None:
    leg = Leg()
    leg.requests.invite(leg.dialog, OURS, 0.0)
    invite = leg.sent()
    leg.answer(invite, 180)
    leg.requests.cancel(0.0)
    assert leg.sent().method == "CANCEL"
    success = parse(response(invite, 200))
    assert isinstance(success, Response)
    leg.requests.ack(leg.dialog, success, 0.0)
    assert leg.sent().method == "ACK"
    assert leg.requests.acks.repeat(success)
