from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sip.errors import PeerError
from sip.sdp import (
    MAX_ATTRIBUTES,
    MAX_FORMATS,
    MAX_LINES,
    MAX_MEDIA,
    MAX_SDP,
    Codec,
    MediaDescription,
    Origin,
    SessionDescription,
)
from tests.sip.effort import least_seconds

PHONE = b"""v=0\r
o=anna 3894 1 IN IP4 192.0.2.9\r
s=a call\r
i=what it is about\r
c=IN IP4 192.0.2.9\r
b=AS:84\r
t=0 0\r
a=tool:phone 1.0\r
a=sendonly\r
m=audio 4000/2 RTP/AVP 96 0 8 101\r
c=IN IP4 224.2.1.1/127/3\r
a=rtpmap:96 opus/48000/2\r
a=rtpmap:101 telephone-event/8000\r
a=fmtp:101 0-16\r
a=ptime:30\r
m=video 0 RTP/AVP 31\r
a=inactive\r
"""
HEAD = "v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\n"
AUDIO = "m=audio 4000 RTP/AVP 0\n"


def stream(*lines: str) -> MediaDescription:
    return SessionDescription.parse(HEAD + "\n".join(lines)).media[0]


def test_everything_that_matters_to_a_call_is_read() -> None:
    sdp = SessionDescription.parse(PHONE)
    assert sdp.origin == Origin("anna", 3894, 1, "192.0.2.9")
    assert (sdp.name, sdp.address) == ("a call", "192.0.2.9")
    assert sdp.attributes == (("tool", "phone 1.0"), ("sendonly", ""))
    audio, video = sdp.media
    assert (audio.kind, audio.port, audio.protocol) == ("audio", 4000, "RTP/AVP")
    assert audio.formats == ("96", "0", "8", "101")
    assert audio.ptime == 30
    assert audio.values("fmtp") == ["101 0-16"]
    assert (video.kind, video.port, video.formats) == ("video", 0, ("31",))


def test_an_address_of_the_stream_comes_before_that_of_the_session() -> None:
    sdp = SessionDescription.parse(PHONE)
    assert [sdp.address_of(line) for line in sdp.media] == ["224.2.1.1", "192.0.2.9"]


def test_a_direction_of_the_stream_comes_before_that_of_the_session() -> None:
    sdp = SessionDescription.parse(PHONE)
    assert [sdp.direction_of(line) for line in sdp.media] == ["sendonly", "inactive"]
    plain = SessionDescription.parse(HEAD + AUDIO)
    assert plain.direction_of(plain.media[0]) == "sendrecv"


def test_formats_are_codecs_in_their_order_with_or_without_an_rtpmap() -> None:
    assert SessionDescription.parse(PHONE).media[0].codecs() == [
        Codec("opus", 48000, 96, channels=2),
        Codec("PCMU", 8000, 0),
        Codec("PCMA", 8000, 8),
        Codec("telephone-event", 8000, 101, parameters="0-16"),
    ]


def test_an_rtpmap_outweighs_the_static_table_and_nonsense_is_left_out() -> None:
    audio = stream(
        "m=audio 4000 RTP/AVP 8 8 99 x 0 999", "a=rtpmap:8 pcmu/8000/1", "a=rtpmap:99 /8000"
    )
    assert audio.codecs() == [Codec("pcmu", 8000, 8), Codec("PCMU", 8000, 0)]


def test_one_encoding_is_told_from_another_by_name_rate_and_channels() -> None:
    assert Codec("pcmu", 8000, 96).same_encoding(Codec("PCMU", 8000, 0))
    assert not Codec("PCMU", 16000, 0).same_encoding(Codec("PCMU", 8000, 0))
    assert not Codec("L16", 8000, 96, channels=2).same_encoding(Codec("L16", 8000, 96))


def test_a_codec_writes_its_own_rtpmap() -> None:
    assert Codec("PCMA", 8000, 8).rtpmap == ("rtpmap", "8 PCMA/8000")
    assert Codec("opus", 48000, 96, channels=2).rtpmap == ("rtpmap", "96 opus/48000/2")


@pytest.mark.parametrize("value", ["0", "-20", "20.5", "x", "", "99999", "٢٠"])
def test_an_absurd_ptime_counts_as_none(value: str) -> None:
    assert stream(AUDIO.strip(), f"a=ptime:{value}").ptime is None


def test_line_feeds_blank_lines_and_loose_spaces_are_forgiven() -> None:
    text = HEAD.replace("s=-", "s= ") + "\n\n" + "m=audio  4000   RTP/AVP  0 8  \na= sendonly \n\n"
    sdp = SessionDescription.parse(text)
    assert sdp.name == "-"
    assert sdp.media[0].formats == ("0", "8")
    assert sdp.media[0].direction == "sendonly"


def test_name_time_and_connection_may_be_missing() -> None:
    sdp = SessionDescription.parse("v=0\no=- 1 1 IN IP6 2001:db8::1\n" + AUDIO)
    assert sdp.address_of(sdp.media[0]) is None
    assert str(sdp) == (
        "v=0\r\no=- 1 1 IN IP6 2001:db8::1\r\ns=-\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n"
    )


def test_what_is_written_is_complete_and_in_order() -> None:
    sdp = SessionDescription(
        Origin("-", 7, 2, "192.0.2.1"),
        "192.0.2.1",
        (MediaDescription("audio", 4000, "RTP/AVP", ("0",), "2001:db8::1", (("sendrecv", ""),)),),
        (("tool", "x"),),
    )
    assert sdp.encode() == (
        b"v=0\r\no=- 7 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\na=tool:x\r\n"
        b"m=audio 4000 RTP/AVP 0\r\nc=IN IP6 2001:db8::1\r\na=sendrecv\r\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        *("", "v=0\n", "v=1\no=- 1 1 IN IP4 h\n", "o=- 1 1 IN IP4 h\nv=0\n", "<xml/>", "\x00"),
        *("v=0\no=- x 1 IN IP4 h\n", "v=0\no=- 1 -1 IN IP4 h\n", "v=0\no=- 1 1 IP4 h\n"),
        *(HEAD + "m=audio\n", HEAD + "m=audio 4000 RTP/AVP\n", HEAD + "m=audio -1 RTP/AVP 0\n"),
        *(HEAD + "m=audio 65536 RTP/AVP 0\n", HEAD + "m=audio 999999999999 RTP/AVP 0\n"),
        *(HEAD + AUDIO + "c=IN IP4\n", HEAD + AUDIO + "c=192.0.2.1\n", HEAD + "audio 4000\n"),
        *(HEAD + AUDIO + "a=x\ry\n", HEAD.replace("c=IN IP4 192.0.2.1", "c=ATM NSAP x")),
    ],
)
def test_a_broken_description_is_refused(text: str) -> None:
    with pytest.raises(PeerError) as refused:
        SessionDescription.parse(text)
    assert refused.value.status == 400


def test_a_description_at_every_limit_is_read() -> None:
    formats = " ".join(["0"] * MAX_FORMATS)
    text = HEAD + f"m=audio 4000 RTP/AVP {formats}\n" * MAX_MEDIA + "a=x\n" * MAX_ATTRIBUTES
    assert len(SessionDescription.parse(text).media) == MAX_MEDIA


@pytest.mark.parametrize(
    "text",
    [
        HEAD + AUDIO * (MAX_MEDIA + 1),
        HEAD + AUDIO.replace("0\n", " 0" * (MAX_FORMATS + 1)),
        HEAD + "a=x\n" * (MAX_ATTRIBUTES + 1),
        HEAD + AUDIO + "a=x\n" * (MAX_ATTRIBUTES + 1),
        HEAD + "i=x\n" * MAX_LINES,
        HEAD + "i=" + "x" * MAX_SDP,
        HEAD + "\n" * MAX_LINES,
    ],
    ids=["media", "formats", "session attributes", "media attributes", "lines", "size", "blanks"],
)
def test_a_bomb_is_refused(text: str) -> None:
    with pytest.raises(PeerError):
        SessionDescription.parse(text)


@pytest.mark.parametrize(
    "line",
    [
        *("m=audio 4000 RTP/AVP" + " " * 60000, "m=" + "a" * 60000, "m=audio 4000" + " 0" * 30000),
        *("c=IN IP4 " + "1/" * 30000, "o=" + "1 " * 30000, "a=rtpmap:" + "0 " * 30000),
    ],
)
def test_a_hostile_line_takes_no_longer_than_its_length(line: str) -> None:
    def read() -> None:
        for media in SessionDescription.parse(HEAD + AUDIO + line).media:
            media.codecs()

    assert least_seconds(read) < 0.05


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_every_mutant_is_read_and_written_alike_or_refused(draw: st.DataObject) -> None:
    at = draw.draw(st.integers(0, len(PHONE)))
    cut = draw.draw(st.integers(0, 9))
    mutant = PHONE[:at] + draw.draw(st.binary(max_size=9)) + PHONE[at + cut :]
    try:
        sdp = SessionDescription.parse(mutant)
    except PeerError:
        return
    assert SessionDescription.parse(sdp.encode()) == sdp
    _ = [(media.codecs(), media.ptime, sdp.direction_of(media)) for media in sdp.media]


def test_parameters_are_read_by_name_whatever_stands_around_them() -> None:
    [codec] = stream(
        "m=audio 4000 RTP/AVP 96",
        "a=rtpmap:96 opus/48000/2",
        "a=fmtp:x useinbandfec=0",
        "a=fmtp:96  useinbandfec=1 ;UseDTX=0;;cbr",
    ).codecs()
    assert codec.parameters == "useinbandfec=1 ;UseDTX=0;;cbr"
    assert (codec.parameter("useinbandfec"), codec.parameter("usedtx")) == ("1", "0")
    assert (codec.parameter("cbr"), codec.parameter("stereo")) == ("", None)
    assert codec.fmtp == (("fmtp", "96 useinbandfec=1 ;UseDTX=0;;cbr"),)
