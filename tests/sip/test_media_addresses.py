"""Offers and answers: the IP version of the media, and each side's own words about a codec."""

from __future__ import annotations

import pytest

from sip.errors import PeerError
from sip.offer_answer import Negotiation, ip_version
from sip.sdp import Codec, SessionDescription
from tests.sip.test_offer_answer import EVENTS, PCMU, ours, remote, theirs


def test_who_offers_ipv6_media_is_told_that_ours_is_ipv4() -> None:
    offer = SessionDescription.parse(
        "v=0\no=- 1 1 IN IP6 ::1\nc=IN IP6 2001:db8::9\nm=audio 6000 RTP/AVP 0"
    )
    with pytest.raises(PeerError, match="Only IPv4 media fits"):
        ours().answer(offer)


def test_ipv6_is_spoken_when_it_is_ours() -> None:
    negotiation = Negotiation("2001:db8::1", 4000, (PCMU,), 1)
    offer = SessionDescription.parse(
        "v=0\no=- 1 1 IN IP6 ::1\nc=IN IP6 2001:db8::9\nm=audio 6000 RTP/AVP 0"
    )
    assert "c=IN IP6 2001:db8::1" in str(negotiation.answer(offer))
    assert remote(negotiation).address == "2001:db8::9"


@pytest.mark.parametrize("address", ["fe80::9%eth0", "::ffff:192.0.2.9", "ff02::1"])
def test_an_address_that_leads_nowhere_from_here_does_not_fit(address: str) -> None:
    offer = SessionDescription.parse(
        f"v=0\no=- 1 1 IN IP6 ::1\nc=IN IP6 {address}\nm=audio 6000 RTP/AVP 0"
    )
    with pytest.raises(PeerError):
        Negotiation("2001:db8::1", 4000, (PCMU,), 1).answer(offer)


def test_the_ip_version_is_that_of_the_first_audio_stream() -> None:
    head = "v=0\no=- 1 1 IN IP4 192.0.2.1\nc=IN IP4 192.0.2.1\n"
    refused = "m=audio 0 RTP/AVP 0\n"
    described = {
        head + "m=audio 6000 RTP/AVP 0": 4,
        head + refused + "m=audio 6000 RTP/AVP 0\nc=IN IP6 2001:db8::9": 6,
        head + refused: None,
        head + "m=audio 6000 RTP/AVP 0\nc=IN IP4 phone.example": None,
    }
    for text, version in described.items():
        assert ip_version(SessionDescription.parse(text)) == version


def test_each_side_says_its_own_parameters_of_a_codec() -> None:
    opus = Codec("opus", 48000, 111, 2, "useinbandfec=1")
    offer = theirs(
        "m=audio 6000 RTP/AVP 96 101",
        "a=rtpmap:96 OPUS/48000/2",
        "a=fmtp:96 maxaveragebitrate=20000; useinbandfec=0",
        EVENTS,
    )
    answering, offering = ours(opus, PCMU), ours(PCMU, opus)
    answer = answering.answer(offer).media[0]
    assert answer.values("rtpmap")[0] == "96 opus/48000/2"
    assert answer.values("fmtp") == ["96 useinbandfec=1", "101 0-15"]
    assert remote(answering).codec.parameter("maxaveragebitrate") == "20000"
    assert offering.offer().media[0].values("fmtp") == ["111 useinbandfec=1", "101 0-15"]
    offering.accept(offer)
    assert remote(offering).codec.parameters == "maxaveragebitrate=20000; useinbandfec=0"
    assert (remote(offering).codec.payload_type, remote(offering).receive_payload_type) == (96, 111)
