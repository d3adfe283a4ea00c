from __future__ import annotations

import pytest

from sip.dialog import Dialog
from sip.flow import Here
from sip.message import Response
from sip.refusal import ALLOW
from sip.sdp import SessionDescription
from sip.session_messages import describe, invite, respond
from tests.sip.raw import SDP, arrived, request
from tests.sip.scene import OURS

HERE = Here("10.0.0.1", 5060)
ROUTE = "Record-Route: <sip:10.0.0.8;lr>"


def dialog() -> Dialog:
    return Dialog.from_invite(arrived(request("INVITE", ROUTE, body=SDP)), "ours")


def answer(method: str, status: int) -> Response:
    came = arrived(request(method, ROUTE, cseq=2, to_tag="ours"))
    return respond(came, status, "", dialog(), HERE, (("X-Field", "1"),))


def test_an_invite_carries_the_offer_and_what_we_can_do() -> None:
    asked = invite(dialog(), HERE, OURS, (("Max-Forwards", "9"), ("X-Id", "1")))
    assert SessionDescription.parse(asked.body) == OURS
    assert (asked.content_type, asked.headers.get("Allow")) == ("application/sdp", ALLOW)
    assert (asked.max_forwards, asked.headers.get("X-Id")) == (9, "1")


@pytest.mark.parametrize(
    ("method", "status", "reachable"),
    [
        ("INVITE", 100, False),
        ("INVITE", 180, True),
        ("INVITE", 200, True),
        ("UPDATE", 200, True),
        ("BYE", 200, False),
        ("INVITE", 488, False),
    ],
)
def test_a_response_says_how_we_are_reached_where_that_makes_a_dialog(
    method: str, status: int, reachable: bool
) -> None:
    response = answer(method, status)
    named = [name in response.headers for name in ("Contact", "Record-Route", "Allow")]
    assert named == [reachable] * 3
    assert response.headers.get("X-Field") == "1"


def test_a_description_becomes_the_body_and_names_its_type() -> None:
    response = answer("INVITE", 200)
    describe(response, OURS)
    assert (response.content_type, response.body) == ("application/sdp", OURS.encode())
