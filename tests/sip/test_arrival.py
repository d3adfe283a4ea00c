from __future__ import annotations

import pytest

from sip.flow import UDP, Flow
from tests.sip.raw import PEER, arrived, request


def test_an_ack_finds_its_invite_and_other_methods_their_own() -> None:
    invite = arrived(request("INVITE"))
    assert arrived(request("ACK")).key == invite.key
    assert arrived(request("CANCEL")).key != invite.key
    assert arrived(request("CANCEL")).invite_key == invite.key


@pytest.mark.parametrize(
    "other", [request("BYE", branch="b2"), request("BYE", via="SIP/2.0/UDP 10.0.0.8")]
)
def test_another_branch_or_sender_is_another_transaction(other: bytes) -> None:
    assert arrived(request("BYE")).key != arrived(other).key


def test_without_the_magic_cookie_call_tag_and_number_count() -> None:
    old = request("INVITE").replace(b";branch=z9hG4bKb1", b";branch=1")
    assert arrived(old).key == arrived(old.replace(b";branch=1", b"")).key
    assert arrived(old).key != arrived(old.replace(b"CSeq: 1", b"CSeq: 2")).key


def test_a_cookie_alone_tells_nothing_apart() -> None:
    bare = request("INVITE").replace(b"z9hG4bKb1", b"z9hG4bK")
    assert arrived(bare).is_rfc2543
    assert arrived(bare).key != arrived(bare.replace(b"CSeq: 1", b"CSeq: 2")).key
    assert not arrived(request("INVITE")).is_rfc2543


def test_a_merged_request_differs_in_its_branch_only() -> None:
    one, two = arrived(request("INVITE")), arrived(request("INVITE", branch="b2"))
    assert one.key != two.key
    assert one.merge_key == two.merge_key


def test_the_way_back_is_noted_in_the_via_and_may_differ_from_the_way_in() -> None:
    source = Flow(UDP, "10.0.0.9", 40000)
    with_rport = arrived(request("OPTIONS"), source)
    assert with_rport.request.via.params["received"] == "10.0.0.9"
    assert (with_rport.flow, with_rport.reply, with_rport.behind_nat) == (source, source, True)
    without = arrived(request("OPTIONS", via="SIP/2.0/UDP 10.0.0.9:5060"), source)
    assert (without.flow, without.reply) == (source, PEER)


def test_a_response_gets_our_tag_unless_the_request_has_it() -> None:
    assert arrived(request("BYE")).response(200, tag="ours").to.tag == "ours"
    assert arrived(request("BYE", to_tag="known")).response(200, tag="ours").to.tag == "known"
    assert arrived(request("INVITE")).response(100, tag="ours").to.tag is None
