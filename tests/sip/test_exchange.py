from __future__ import annotations

import pytest

from sip.errors import PeerError
from sip.exchange import description_in, readable_description
from sip.message import parse
from sip.sdp import SessionDescription
from tests.sip.raw import SDP, request


def test_the_body_of_a_message_is_its_description() -> None:
    message = parse(request("INVITE", body=SDP))
    assert description_in(message) == SessionDescription.parse(SDP)
    assert description_in(parse(request("INVITE"))) is None


def test_what_can_be_refused_is_and_what_cannot_counts_as_absent() -> None:
    message = parse(request("INVITE", body="nonsense"))
    with pytest.raises(PeerError):
        description_in(message)
    assert readable_description(message) is None
