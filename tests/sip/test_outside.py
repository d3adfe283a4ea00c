"""Requests outside of dialogs: one Call-ID, rising numbers, and what becomes of each."""

from __future__ import annotations

import pytest

from sip.actions import Send
from sip.authorization import NO_LOGINS, Logins
from sip.digest import Account, ha1
from sip.events import Cause
from sip.flow import UDP, Flow, Here
from sip.headers import NameAddr
from sip.message import Request, Response, parse
from sip.next_hop import Destination
from sip.outside import Heard, Series, Unlocated, by_way_of, hops_to
from sip.transaction_layer import TransactionLayer
from sip.verifier import Outcome, Verifier
from tests.sip.raw import PEER, response
from tests.sip.scene import numbered

SPARE = Flow(UDP, "10.0.0.8", 5060)
US = Account("us", {"MD5": ha1("us", "trunk", "secret", "MD5")})


class Client:
    def __init__(self, logins: Logins = NO_LOGINS) -> None:
        self.layer = TransactionLayer(Here("10.0.0.1", 5060), numbered(), 10)
        self.heard: list[tuple[Heard, float]] = []
        us, them = NameAddr("Us", "sip:us@trunk"), NameAddr("", "sip:us@trunk")
        self.series = Series(self.layer, us, them, logins)

    def send(self, method: str = "OPTIONS", *hops: Flow, **options: object) -> Request:
        self.series.send(
            method,
            "sip:trunk",
            hops or (PEER,),
            lambda heard, now: self.heard.append((heard, now)),
            0.0,
            **options,  # type: ignore[arg-type]
        )
        return self.sent()

    def sent(self) -> Request:
        message = parse([each for each in self.layer.drain() if isinstance(each, Send)][-1].data)
        assert isinstance(message, Request)
        return message

    def answer(self, asked: Request, status: int, *fields: tuple[str, str]) -> None:
        answer = parse(response(asked, status, *fields))
        assert isinstance(answer, Response)
        self.layer.clients.receive(answer, PEER, 1.0)

    @property
    def statuses(self) -> list[int]:
        return [heard.status for heard, _ in self.heard if isinstance(heard, Response)]


def test_a_request_carries_what_every_request_needs_and_the_fields_it_was_given() -> None:
    client = Client()
    sent = client.send(
        "MESSAGE",
        routes=("<sip:10.0.0.7;lr>",),
        fields=(("Content-Type", "text/plain"),),
        body=b"hello",
    )
    assert (sent.method, sent.uri, sent.body) == ("MESSAGE", "sip:trunk", b"hello")
    assert sent.max_forwards == 70
    assert sent.via.host == "10.0.0.1"
    assert (sent.from_.display, sent.from_.uri) == ("Us", "sip:us@trunk")
    assert (sent.to.uri, sent.to.tag) == ("sip:us@trunk", None)
    assert sent.headers.all("Route") == ["<sip:10.0.0.7;lr>"]
    assert sent.headers.get("Content-Type") == "text/plain"


def test_a_series_has_one_call_id_one_tag_and_rising_numbers() -> None:
    client = Client()
    one, two = client.send(), client.send()
    assert (one.call_id, one.from_.tag) == (two.call_id, two.from_.tag)
    assert (one.cseq.number, two.cseq.number) == (1, 2)
    assert one.via.branch != two.via.branch


def test_the_final_response_is_told_once_and_a_provisional_one_is_not() -> None:
    client = Client()
    sent = client.send()
    client.answer(sent, 100)
    assert client.heard == []
    client.answer(sent, 404)
    client.answer(sent, 404)
    assert client.statuses == [404]


def test_a_silent_peer_is_a_timeout_after_32_seconds_or_after_the_given_patience() -> None:
    patient, hasty = Client(), Client()
    patient.send()
    hasty.send(patience=2.0)
    for client, seconds in ((patient, 32.0), (hasty, 2.0)):
        while client.layer.timers.deadline <= seconds:
            client.layer.tick(client.layer.timers.deadline)
        assert client.heard == [(Cause.TIMEOUT, seconds)]


def test_a_peer_that_cannot_be_reached_is_told_after_the_last_hop() -> None:
    client = Client()
    client.series.send(
        "OPTIONS", "sip:t", (PEER, SPARE), lambda *heard: client.heard.append(heard), 0.0
    )
    for hop in (PEER, SPARE):
        assert client.heard == []
        (send,) = (each for each in client.layer.drain() if isinstance(each, Send))
        assert (send.flow.host, send.flow.port) == (hop.host, hop.port)
        client.layer.clients.undelivered(send, 0.0)
    client.layer.tick(0.0)
    assert client.heard == [(Cause.TRANSPORT, 0.0)]


def test_a_challenge_is_answered_under_the_next_number_and_the_next_request_goes_on_from_it() -> (
    None
):
    judge = Verifier("trunk", {"us": US}, b"theirs", algorithms=("MD5",))
    client = Client({"trunk": US})
    (challenge,) = judge.challenges(0.0, "salt")
    client.answer(client.send("REGISTER"), 401, ("WWW-Authenticate", challenge))
    again = client.sent()
    assert again.cseq.number == 2
    assert judge.verify(again, 0.0).outcome is Outcome.ACCEPTED
    assert client.heard == []
    client.answer(again, 200)
    assert client.statuses == [200]
    assert client.send("REGISTER").cseq.number == 3


def test_a_challenge_of_another_realm_or_a_second_one_is_the_answer() -> None:
    client = Client({"trunk": US})
    client.answer(client.send(), 407, ("Proxy-Authenticate", 'Digest realm="evil", nonce="1"'))
    challenge = ("WWW-Authenticate", 'Digest realm="trunk", nonce="1", qop="auth"')
    client.answer(client.send(), 401, challenge)
    client.answer(client.sent(), 401, challenge)
    assert client.statuses == [407, 401]


def test_a_uri_says_where_to_send_if_anywhere() -> None:
    assert hops_to("sip:10.0.0.9:5070;transport=tcp") == (Flow("TCP", "10.0.0.9", 5070),)
    assert hops_to("sips:trunk.example") == (Destination("trunk.example", secure=True),)
    for uri in ("sip:10.0.0.9;transport=sctp", "tel:+15550100", "nonsense"):
        with pytest.raises(Unlocated, match="could be called"):
            hops_to(uri)


def test_a_proxy_is_a_loose_route() -> None:
    assert by_way_of(["sip:one.example", "sip:10.0.0.2;lr"]) == (
        "<sip:one.example;lr>",
        "<sip:10.0.0.2;lr>",
    )
