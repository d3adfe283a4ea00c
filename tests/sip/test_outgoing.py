from __future__ import annotations

import pytest

from sip.actions import Send
from sip.flow import TLS, UDP, Flow
from sip.locate import Kind, Question, Srv
from sip.next_hop import Destination
from sip.outgoing import MAX_DATAGRAM
from tests.sip.client import PEER, SPARE, STREAM, Client, parse_request

NAMED = Destination("trunk.example", transport=UDP)
SERVICE = "_sip._udp.trunk.example"


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
    client.refuse(refused, 3.0)
    (send,) = client.sends()
    assert send.flow == PEER
    assert b"Via: SIP/2.0/UDP " in send.data
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
        client.refuse(send, 1.0)
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


def located(client: Client, method: str = "OPTIONS", **options: float) -> Send:
    """A request to a name with two servers, at the first of them."""
    client.send(method, NAMED, **options)
    assert client.questions() == [Question(SERVICE, Kind.SRV)]
    one, two = Srv(1, 0, 5060, "one.example"), Srv(2, 0, 5060, "two.example")
    client.resolve(Kind.SRV, SERVICE, one, two)
    assert {question.name for question in client.questions()} == {"one.example", "two.example"}
    client.resolve(Kind.A, "two.example", "10.0.0.2")
    client.resolve(Kind.A, "one.example", "10.0.0.1")
    (send,) = client.sends()
    assert send.flow.host == "10.0.0.1"
    return send


def test_a_name_is_asked_for_before_anything_is_sent_and_counts_as_open() -> None:
    client = Client()
    client.send("INVITE", NAMED)
    assert client.sends() == [] and len(client.table) == 1
    client.resolve(Kind.SRV, SERVICE)
    client.resolve(Kind.A, "trunk.example", "10.0.0.5")
    (send,) = client.sends()
    assert send.flow == Flow(UDP, "10.0.0.5", 5060, listener=0, domain="trunk.example")
    client.respond(parse_request(send), 200)
    assert client.user.heard == [200]


def test_a_name_that_leads_nowhere_is_unreachable_but_not_before_send_has_returned() -> None:
    client = Client()
    client.send("BYE", NAMED)
    client.resolve(Kind.SRV, SERVICE)
    client.resolve(Kind.A, "trunk.example")
    client.wait_until(0.0)
    assert client.user.heard == ["unreachable"]
    client.outbox.clear()
    client.send("BYE", NAMED)  # DNS is not asked again
    assert client.user.heard == ["unreachable"] and client.questions() == []
    client.wait_until(1.0)
    assert client.user.heard == ["unreachable"] * 2 and len(client.table) == 0


def test_a_name_without_an_address_gives_way_to_the_next_hop() -> None:
    client = Client()
    client.send("BYE", NAMED, SPARE)
    client.resolve(Kind.SRV, SERVICE)
    client.resolve(Kind.A, "trunk.example")
    assert [send.flow for send in client.sends()] == [SPARE]


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
def test_503_leads_to_the_next_server_under_a_new_branch(method: str) -> None:
    client = Client()
    first = parse_request(located(client, method))
    client.respond(first, 503)
    *acks, second = client.sends()
    assert [parse_request(ack).via.branch for ack in acks] == [first.via.branch] * len(acks)
    assert len(acks) == (method == "INVITE")
    again = parse_request(second)
    assert second.flow.host == "10.0.0.2"
    assert again.via.branch != first.via.branch
    assert (again.call_id, again.cseq, again.body) == (first.call_id, first.cseq, first.body)
    client.respond(again, 503)
    assert client.user.heard == [503]  # the last one is told


def test_silence_leads_to_the_next_server_and_the_silent_one_comes_last_for_a_minute() -> None:
    client = Client()
    located(client, patience=4.0)
    client.wait_until(4.0)
    assert client.sends()[-1].flow.host == "10.0.0.2"
    assert client.user.heard == []
    for now, host in ((5.0, "10.0.0.2"), (58.0, "10.0.0.2")):
        client.send("OPTIONS", NAMED, now=now)
        assert client.sends()[-1].flow.host == host


def test_a_server_that_cannot_be_sent_to_gives_way_and_comes_back_when_it_answers() -> None:
    client = Client()
    client.refuse(located(client), 1.0)
    (second,) = client.sends()
    assert second.flow.host == "10.0.0.2"
    client.refuse(second, 1.0)
    client.wait_until(1.0)
    assert client.user.heard == ["unreachable"]
    client.send("OPTIONS", NAMED, now=2.0)  # all are dead: they are tried as they come
    (third,) = client.sends()
    assert third.flow.host == "10.0.0.1"
    client.respond(parse_request(third), 404)
    client.send("OPTIONS", NAMED, now=3.0)
    assert client.sends()[-1].flow.host == "10.0.0.1"


def test_an_answer_that_is_no_503_is_final() -> None:
    client = Client()
    client.respond(parse_request(located(client)), 500)
    assert client.user.heard == [500] and client.sends() == []


def test_503_of_an_address_is_final_as_other_hops_lead_to_the_same() -> None:
    client = Client()
    client.respond(client.send("OPTIONS", PEER, SPARE), 503)
    assert client.user.heard == [503]


def test_a_retry_after_says_how_long_a_server_comes_last() -> None:
    client = Client()
    first = parse_request(located(client))
    client.respond(first, 503, retry_after="10")
    client.sends()
    for now, host in ((9.0, "10.0.0.2"), (10.5, "10.0.0.1")):
        client.send("OPTIONS", NAMED, now=now)
        assert client.sends()[-1].flow.host == host


def test_via_and_contact_are_those_of_the_flow_that_is_taken() -> None:
    client = Client()
    client.send("INVITE", Flow(TLS, "10.0.0.9", 5061), contact="<sip:us@10.0.0.1:5060>;q=1")
    request = parse_request(client.sends()[0])
    assert (request.via.transport, request.via.port) == (TLS, 5061)
    assert request.headers.get("Contact") == "<sip:us@10.0.0.1:5061;transport=tls>;q=1"
    client.send("REGISTER", contact="*")
    assert parse_request(client.sends()[0]).headers.get("Contact") == "*"


def test_an_invite_that_is_cancelled_before_its_name_was_found_is_never_sent() -> None:
    client = Client()
    client.send("INVITE", NAMED, SPARE)
    client.outgoing.cancel(0.0)
    client.resolve(Kind.SRV, SERVICE)
    client.resolve(Kind.A, "trunk.example", "10.0.0.5")
    client.wait_until(1.0)
    assert client.sends() == [] and len(client.table) == 0
    assert client.user.heard == ["unreachable"]


def test_a_cancelled_invite_is_not_taken_to_the_next_server() -> None:
    client = Client()
    first = parse_request(located(client, "INVITE"))
    client.respond(first, 180)
    client.outgoing.cancel(1.0)
    (cancel,) = client.sends()
    client.respond(parse_request(cancel), 200, 1.1)
    client.respond(first, 503, 1.2)
    assert [parse_request(send).method for send in client.sends()] == ["ACK"]
    assert client.user.heard == [180, 503]
