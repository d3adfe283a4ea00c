from __future__ import annotations

import pytest

from sip.errors import PeerError
from sip.flow import UDP, Flow
from sip.malformed import refuse_malformed
from sip.message import Malformed, Request, Response, parse
from tests.sip.raw import PEER
from tests.sip.torture import INVITE, message

SECRET = b"secret"
BROKEN = PeerError("Broken")


def unread(*changes: str, start: str = INVITE) -> Request:
    """What the parser could make of a message that it refuses."""
    with pytest.raises(Malformed) as broken:
        parse(message(start, *changes))
    assert broken.value.request is not None
    return broken.value.request


def refused(request: Request, source: Flow = PEER) -> tuple[Response, Flow]:
    return refuse_malformed(request, BROKEN, source, SECRET)


def test_what_is_there_is_copied_as_it_was_written() -> None:
    response, _ = refused(unread('To: "Anna <sip:a@h>', "CSeq: x", "Call-ID:"))
    assert (response.status, response.reason) == (400, "Broken")
    assert response.headers.lines("To") == ('"Anna <sip:a@h>',)
    assert response.headers.lines("CSeq") == ("x",)
    assert response.headers.lines("From") == ('"Anna" <sip:anna@phone.example>;tag=f1',)


def test_a_to_that_can_be_read_gets_a_tag_the_same_for_each_copy() -> None:
    one, _ = refused(unread("CSeq: x"))
    two, _ = refused(unread("CSeq: x"))
    other, _ = refused(unread("CSeq: y"))
    assert one.to.tag and one.to.tag == two.to.tag != other.to.tag


def test_a_to_with_a_tag_keeps_it() -> None:
    assert refused(unread("To: <sip:a@h>;tag=theirs", "CSeq: x"))[0].to.tag == "theirs"


def test_the_way_back_is_that_of_any_response() -> None:
    source = Flow(UDP, "10.0.0.9", 40000)
    response, reply = refused(unread("Via: SIP/2.0/UDP h:5070;branch=z9hG4bK1", "CSeq: x"), source)
    assert reply == Flow(UDP, "10.0.0.9", 5070)
    assert response.via.params["received"] == "10.0.0.9"


@pytest.mark.parametrize("via", ["SIP/2.0/UDP h;;,", "SIP/7.0/UDP h", "SIP/2.0/UDP h, <"])
def test_a_via_that_cannot_be_read_leads_back_to_the_source(via: str) -> None:
    response, reply = refused(unread(f"Via: {via}"))
    assert reply == PEER
    assert response.headers.lines("Via") == (via,)
