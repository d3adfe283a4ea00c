"""Keys of SRTP in offers and answers."""

from __future__ import annotations

from base64 import b64encode

import pytest

from sip.errors import PeerError
from sip.offer_answer import Negotiation
from sip.sdes import SUITES, Crypto, Sdes, Srtp, requires_keys, without_keys
from sip.sdp import Codec, SessionDescription

PCMU = Codec("PCMU", 8000, 0)
KEY = bytes(range(30))
INLINE = b64encode(KEY).decode()
SHA1 = "AES_CM_128_HMAC_SHA1_80"


def side(srtp: Srtp, seed: int = 1) -> Negotiation:
    sdes = Sdes(srtp, lambda size: bytes([seed]) * size)
    return Negotiation("192.0.2.1", 4000, (PCMU,), 77, sdes=sdes)


def described(protocol: str, *attributes: str) -> SessionDescription:
    lines = "\n".join(f"a={each}" for each in attributes)
    return SessionDescription.parse(
        "v=0\no=- 5 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\n"
        f"m=audio 6000 {protocol} 0\n{lines}\n"
    )


def test_a_line_is_read_and_written() -> None:
    line = Crypto.parse(f"3 {SHA1}  inline:{INLINE}|2^20 WSH=128")
    assert line == Crypto(3, SHA1, KEY)
    assert line.attribute == ("crypto", f"3 {SHA1} inline:{INLINE}")
    assert INLINE not in repr(line) and repr(KEY) not in repr(line)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "one " + SHA1 + " inline:" + INLINE,
        f"1 F8_128_HMAC_SHA1_80 inline:{INLINE}",
        f"1 {SHA1} inline:{INLINE[:-4]}",
        f"1 {SHA1} inline:{INLINE[:-1]}",
        f"1 {SHA1} inline:{INLINE}|1:4",
        f"1 {SHA1} inline:{INLINE}|2^20|1:4",
        f"1 {SHA1} inline:{INLINE};inline:{INLINE}",
        f"1 {SHA1} inline:{INLINE} UNENCRYPTED_SRTP",
        f"1 {SHA1} inline:{INLINE} KDR=1",
        f"1 {SHA1} uri:{INLINE}",
        f"1 AEAD_AES_128_GCM inline:{INLINE}",
    ],
)
def test_a_line_that_is_broken_or_beyond_us_is_none(value: str) -> None:
    assert Crypto.parse(value) is None


@pytest.mark.parametrize("srtp", [Srtp.OFFERED, Srtp.REQUIRED])
def test_both_sides_end_with_the_same_keys_crossed(srtp: Srtp) -> None:
    one, other = side(srtp, 1), side(Srtp.OFFERED, 2)
    answer = other.answer(one.offer())
    one.accept(answer)
    assert one.remote and other.remote and one.remote.srtp and other.remote.srtp
    here, there = one.remote.srtp, other.remote.srtp
    assert here.suite == there.suite == next(iter(SUITES))
    assert (here.ours, here.theirs) == (there.theirs, there.ours) and here.ours != here.theirs
    assert len(answer.media[0].values("crypto")) == 1
    assert answer.media[0].protocol == one.offer().media[0].protocol


def test_a_second_offer_tells_the_same_keys() -> None:
    one, other = side(Srtp.OFFERED), side(Srtp.OFFERED)
    first = one.offer()
    one.accept(other.answer(first))
    assert one.offer().media[0] == first.media[0]


def test_the_first_line_of_theirs_that_we_can_follow_is_taken_under_its_tag() -> None:
    one = side(Srtp.OFFERED)
    lines = (f"crypto:4 {SHA1} inline:{INLINE}|2^31|1:1", f"crypto:7 {SHA1} inline:{INLINE}")
    answer = one.answer(described("RTP/SAVP", *lines))
    assert answer.media[0].values("crypto") == [
        f"7 {SHA1} inline:{b64encode(bytes([1]) * 30).decode()}"
    ]
    assert one.remote and one.remote.srtp and one.remote.srtp.theirs.key == KEY


def test_where_it_is_only_wished_a_phone_without_it_is_heard() -> None:
    one = side(Srtp.OFFERED)
    assert one.offer().media[0].protocol == "RTP/AVP"  # RFC 8643
    one.accept(described("RTP/AVP"))
    assert one.remote and one.remote.srtp is None
    answer = side(Srtp.OFFERED).answer(described("RTP/AVP"))
    assert not answer.media[0].values("crypto")


def test_where_it_is_required_nothing_else_fits() -> None:
    one = side(Srtp.REQUIRED)
    assert one.offer().media[0].protocol == "RTP/SAVP"
    for protocol in ("RTP/AVP", "RTP/SAVP"):
        with pytest.raises(PeerError):
            one.accept(described(protocol))
        with pytest.raises(PeerError):
            side(Srtp.REQUIRED).answer(described(protocol))


def test_where_it_must_not_be_no_key_is_told() -> None:
    one = side(Srtp.NEVER)
    line = f"crypto:1 {SHA1} inline:{INLINE}"
    assert not one.offer().media[0].values("crypto")
    assert not one.answer(described("RTP/AVP", line)).media[0].values("crypto")
    with pytest.raises(PeerError):
        one.answer(described("RTP/SAVP", line))


@pytest.mark.parametrize(
    "lines",
    [
        (f"crypto:1 {SHA1} inline:{INLINE}",),  # the tag of another suite
        (f"crypto:9 {SHA1} inline:{INLINE}",),
        (f"crypto:3 {SHA1} inline:{INLINE}",) * 2,
    ],
)
def test_an_answer_that_takes_no_line_of_ours_does_not_fit(lines: tuple[str, ...]) -> None:
    one = side(Srtp.REQUIRED)
    one.offer()
    with pytest.raises(PeerError):
        one.accept(described("RTP/SAVP", *lines))


@pytest.mark.parametrize(("srtp", "required"), [(Srtp.REQUIRED, True), (Srtp.OFFERED, False)])
def test_an_offer_says_whether_it_may_go_without_its_keys(srtp: Srtp, required: bool) -> None:
    assert requires_keys(side(srtp, 1).offer()) is required


def test_an_offer_that_went_without_keys_is_answered_so_and_none_are_told_later() -> None:
    ours, theirs = side(Srtp.OFFERED, 1), side(Srtp.NEVER, 2)
    sent = without_keys(ours.offer())
    ours.forget_keys()
    ours.accept(theirs.answer(sent))
    assert ours.remote
    assert ours.remote.srtp is None
    again = ours.offer()
    assert again == sent
    assert b"crypto" not in again.encode()
