from __future__ import annotations

import pytest

from sip.actions import Action, Send
from sip.client_transactions import MAX_DATAGRAM, ClientTransactions
from sip.flow import TCP, UDP, Flow, Here
from sip.headers import Headers
from sip.message import Request, Response, parse, response_to
from sip.timers import Timers
from sip.transaction import TIMEOUT
from tests.sip.scene import numbered

PEER = Flow(UDP, "10.0.0.9", 5060)
STREAM = Flow(TCP, "10.0.0.9", 5060)
SPARE = Flow(UDP, "10.0.0.8", 5060)


class User:
    """Notes what it hears."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def responded(self, request: Request, response: Response, source: Flow, now: float) -> None:
        self.heard.append(response.status)

    def unanswered(self, request: Request, now: float) -> None:
        self.heard.append("unanswered")

    def unreachable(self, request: Request, now: float) -> None:
        self.heard.append("unreachable")


class Client:
    def __init__(self) -> None:
        self.outbox: list[Action] = []
        self.timers = Timers()
        self.user = User()
        self.table = ClientTransactions(
            self.outbox, self.timers, Here("10.0.0.1", 5060), numbered()
        )

    def send(
        self,
        method: str,
        *hops: Flow,
        body: bytes = b"",
        now: float = 0.0,
        patience: float = TIMEOUT,
    ) -> Request:
        """Send a request; returns it as it went out."""
        headers = Headers()
        headers.set("Via")
        headers.set("Route", "<sip:10.0.0.7;lr>")
        headers.set("From", "<sip:a@10.0.0.1>;tag=ours")
        headers.set("To", "<sip:b@10.0.0.9>")
        headers.set("Call-ID", "c1")
        headers.set("CSeq", f"7 {method}")
        request = Request(method, "sip:b@10.0.0.9", headers, body)
        self.table.send(request, hops or (PEER,), self.user, now, patience)
        return request

    def respond(self, request: Request, status: int, now: float = 0.1) -> None:
        self.table.receive(response_to(request, status, to_tag="theirs"), PEER, now)

    def sends(self) -> list[Send]:
        """What was sent since the last look."""
        sends = [action for action in self.outbox if isinstance(action, Send)]
        self.outbox.clear()
        return sends

    def wait_until(self, now: float) -> None:
        for timed in self.timers.due(now):
            timed.tick(now)


def test_a_response_finds_its_request_by_branch_and_method() -> None:
    client = Client()
    one, two = client.send("INVITE"), client.send("INVITE")
    assert one.via.branch != two.via.branch
    client.respond(two, 180)
    assert client.user.heard == [180]
    stranger = response_to(one, 200)
    stranger.headers.set("Via", "SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKunknown")
    client.table.receive(stranger, PEER, 0.2)
    assert client.user.heard == [180]


def test_a_response_with_a_second_via_is_not_for_us() -> None:
    client = Client()
    request = client.send("BYE")
    response = response_to(request, 200)
    response.headers.add("Via", "SIP/2.0/UDP 10.0.0.3;branch=z9hG4bKother")
    client.table.receive(response, PEER, 0.1)
    assert client.user.heard == []


def test_nothing_is_left_when_a_request_is_over() -> None:
    client = Client()
    for method, status in (("INVITE", 486), ("INVITE", 200), ("BYE", 200), ("BYE", 481)):
        client.respond(client.send(method), status)
    client.send("BYE")
    client.send("INVITE")
    for now in range(1, 70):
        client.wait_until(float(now))
    assert len(client.table) == 0
    assert client.user.heard.count("unanswered") == 2


def test_the_ack_of_a_refusal_goes_the_way_of_its_invite() -> None:
    client = Client()
    invite = client.send("INVITE")
    client.sends()
    client.respond(invite, 486)
    client.respond(invite, 486, now=0.6)
    acks = client.sends()
    assert len(acks) == 2
    ack = parse(acks[0].data)
    assert isinstance(ack, Request)
    assert (ack.method, ack.uri, ack.via, str(ack.cseq)) == (
        "ACK",
        invite.uri,
        invite.via,
        "7 ACK",
    )
    assert ack.to.tag == "theirs"
    assert ack.headers.all("Route") == ["<sip:10.0.0.7;lr>"]
    assert acks[0].flow == PEER
    assert client.user.heard == [486]


def test_a_request_too_big_for_a_datagram_goes_by_tcp() -> None:
    client = Client()
    client.send("INVITE", body=b"x" * MAX_DATAGRAM)
    (send,) = client.sends()
    assert send.flow == STREAM
    assert b"Via: SIP/2.0/TCP " in send.data
    client.wait_until(20.0)
    assert client.sends() == []  # nothing is resent on a stream


def test_when_tcp_is_refused_it_goes_by_udp_after_all_with_its_timers_anew() -> None:
    client = Client()
    client.send("INVITE", body=b"x" * MAX_DATAGRAM)
    (refused,) = client.sends()
    client.table.undelivered(refused, 3.0)
    (send,) = client.sends()
    assert send.flow == PEER
    assert b"Via: SIP/2.0/UDP " in send.data
    assert send.request == refused.request
    client.wait_until(3.5)
    assert [each.flow for each in client.sends()] == [PEER]
    client.respond(parse_request(send), 200)
    assert client.user.heard == [200]


def test_each_hop_is_tried_and_then_the_user_is_told() -> None:
    client = Client()
    client.send("BYE", STREAM, SPARE)
    for hop in (STREAM, SPARE):
        (send,) = client.sends()
        assert send.flow == hop
        client.table.undelivered(send, 1.0)
    assert client.user.heard == ["unreachable"]
    assert len(client.table) == 0


def test_a_hop_that_failed_twice_counts_once() -> None:
    client = Client()
    client.send("BYE", PEER, SPARE)
    client.wait_until(0.5)
    first, second = client.sends()
    client.table.undelivered(first, 0.6)
    client.table.undelivered(second, 0.6)
    assert [send.flow for send in client.sends()] == [SPARE]
    assert client.user.heard == []


def test_what_belongs_to_no_request_may_fail_unheard() -> None:
    client = Client()
    client.table.undelivered(Send(b"", PEER), 0.0)
    client.table.undelivered(Send(b"", PEER, ("z9hG4bKgone", "BYE")), 0.0)
    assert client.sends() == []


def test_a_cancel_shares_branch_number_and_way_with_its_invite() -> None:
    client = Client()
    headers = client.send("INVITE").headers
    (sent,) = client.sends()
    invite = Request("INVITE", "sip:b@10.0.0.9", headers)
    transaction = client.table.send(invite, (PEER,), client.user, 0.0)
    client.sends()
    client.respond(invite, 180)
    transaction.cancel(0.2)
    (send,) = client.sends()
    cancel = parse_request(send)
    assert (cancel.method, str(cancel.cseq), cancel.via) == ("CANCEL", "7 CANCEL", invite.via)
    assert cancel.headers.all("Route") == ["<sip:10.0.0.7;lr>"]
    assert send.flow == sent.flow
    client.wait_until(0.7)
    assert [parse_request(each).method for each in client.sends() if each.request != sent.request][
        -1
    ] == "CANCEL"  # it has timers of its own


def parse_request(send: Send) -> Request:
    message = parse(send.data)
    assert isinstance(message, Request)
    return message


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
def test_a_peer_that_stays_silent_is_given_up_when_patience_ends(method: str) -> None:
    client = Client()
    client.send(method, patience=3.0)
    client.wait_until(2.9)
    assert client.user.heard == []
    client.wait_until(3.0)
    assert client.user.heard == ["unanswered"]
    assert len(client.table) == 0


def test_patience_is_about_the_first_sign_of_life_of_an_invite() -> None:
    client = Client()
    invite = client.send("INVITE", patience=3.0)
    client.respond(invite, 100, now=2.0)
    client.wait_until(60.0)
    assert client.user.heard == [100]
