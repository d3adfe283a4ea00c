from __future__ import annotations

from sip.actions import Send
from sip.message import response_to
from tests.sip.client import PEER, Client


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


def test_what_belongs_to_no_request_may_fail_unheard() -> None:
    client = Client()
    client.table.undelivered(Send(b"", PEER), 0.0)
    client.table.undelivered(Send(b"", PEER, ("z9hG4bKgone", "BYE")), 0.0)
    assert client.sends() == []
