"""RTCP on the port of RTP, RFC 5761: accepted wherever it is offered, offered where we want it."""

from __future__ import annotations

import pytest

from sip.offer_answer import Negotiation
from tests.sip.test_offer_answer import OURS, PCMA, PCMU, ours, remote, theirs

AUDIO = "m=audio 6000 RTP/AVP 0"
MUX = "a=rtcp-mux"


def offering() -> Negotiation:
    return Negotiation(OURS, 4000, (PCMU, PCMA), 77, rtcp_mux=True)


def test_who_offers_it_gets_it() -> None:
    negotiation = ours()
    assert MUX in str(negotiation.answer(theirs(AUDIO, MUX)))
    assert remote(negotiation).rtcp_mux
    assert MUX in str(negotiation.offer()), "and it is offered again"


def test_who_does_not_offer_it_does_not_even_if_we_would() -> None:
    for negotiation in (ours(), offering()):
        assert MUX not in str(negotiation.answer(theirs(AUDIO)))
        assert not remote(negotiation).rtcp_mux


def test_it_ends_with_an_offer_that_has_lost_it() -> None:
    negotiation = ours()
    negotiation.answer(theirs(AUDIO, MUX))
    assert MUX not in str(negotiation.answer(theirs(AUDIO)))
    assert not remote(negotiation).rtcp_mux


@pytest.mark.parametrize("answered", [True, False])
def test_our_offer_holds_where_the_answer_agrees(answered: bool) -> None:
    negotiation = offering()
    assert MUX in str(negotiation.offer())
    negotiation.accept(theirs(AUDIO, *([MUX] if answered else [])))
    assert remote(negotiation).rtcp_mux is answered


def test_an_answer_cannot_bring_it_up() -> None:
    negotiation = ours()
    assert MUX not in str(negotiation.offer())
    negotiation.accept(theirs(AUDIO, MUX))
    assert not remote(negotiation).rtcp_mux


def test_payload_types_that_look_like_rtcp_keep_it_away() -> None:
    negotiation = ours()
    offer = theirs("m=audio 6000 RTP/AVP 72 0", "a=rtpmap:72 G726-32/8000", MUX)
    assert MUX not in str(negotiation.answer(offer))
