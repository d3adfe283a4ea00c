from __future__ import annotations

import pytest

from sip.message import Request, parse
from tests.sip.client import PEER, Client, parse_request


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
