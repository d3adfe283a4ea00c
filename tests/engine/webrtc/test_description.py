"""Offers of browsers: what is agreed on, how it is answered, what is refused."""

from __future__ import annotations

import pytest
from aiortc.sdp import MediaDescription, SessionDescription

from engine.webrtc.description import MOST_OCTETS, Offer, OfferRefused, answer, read

OFFER = """\
v=0
o=- 4611731400430051336 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:EsAw
a=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Y
a=ice-options:trickle
a=fingerprint:sha-256 {fingerprint}
a=setup:actpass
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=rtcp-fb:111 transport-cc
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=rtpmap:13 CN/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
""".format(fingerprint=":".join(["AB"] * 32)).replace("\n", "\r\n")
"""As Chromium writes them, shortened."""


def answered(offer: Offer) -> MediaDescription:
    ours = MediaDescription("audio", 40404, offer.media.profile, [])
    ours.host, ours.ice, ours.dtls = "192.0.2.1", offer.ice, offer.dtls
    return SessionDescription.parse(answer(offer, ours)).media[0]


@pytest.mark.parametrize(
    ("codecs", "name", "payload_type"),
    [(("PCMU", "opus"), "PCMU", 0), (("opus",), "opus", 111), (("L16", "PCMA"), "PCMA", 8)],
)
def test_the_first_of_ours_that_the_browser_speaks_is_agreed_on(
    codecs: tuple[str, ...], name: str, payload_type: int
) -> None:
    offer = read(OFFER, codecs)
    assert (offer.codec_name, offer.payload_type) == (name, payload_type)
    assert [one.payloadType for one in answered(offer).rtp.codecs] == [payload_type, 126]


def test_the_answer_belongs_to_the_bundle_of_the_offer() -> None:
    offer = read(OFFER, ("PCMU",))
    media = answered(offer)
    assert (media.rtp.muxId, media.rtcp_mux, media.port) == ("0", True, 40404)
    assert [str(group) for group in offer.group] == ["BUNDLE 0"]


@pytest.mark.parametrize(
    ("offered", "given"),
    [
        ("sendrecv", "sendrecv"),
        ("recvonly", "sendonly"),
        ("sendonly", "recvonly"),
        ("inactive", "inactive"),
    ],
)
def test_the_direction_is_that_of_the_offer_from_the_other_side(offered: str, given: str) -> None:
    assert answered(read(OFFER.replace("a=sendrecv", f"a={offered}"), ("PCMU",))).direction == given


@pytest.mark.parametrize(
    ("wrong", "right", "reason"),
    [
        ("m=audio", "m=video", "one audio section"),
        ("a=rtcp-mux\r\n", "", "rtcp-mux"),
        ("a=ice-pwd:bP+XJMM09aR8AiX1jdukzR6Y\r\n", "", "ice-pwd"),
        ("a=fingerprint:sha-256", "a=nothing", "fingerprint"),
        ("PCMU", "GSM", "None of PCMU"),
        ("UDP/TLS", "UDP", "audio"),
        ("m=audio 9", "m=audio nine", "no session description"),
        ("v=0", "v=0" + " " * MOST_OCTETS, "octets"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_the_reason(
    wrong: str, right: str, reason: str
) -> None:
    with pytest.raises(OfferRefused, match=reason):
        read(OFFER.replace(wrong, right), ("PCMU",))


def test_anything_cut_short_is_taken_or_refused() -> None:
    for end in range(0, len(OFFER), 7):
        try:
            read(OFFER[:end], ("PCMU",))
        except OfferRefused:
            continue
