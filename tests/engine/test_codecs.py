"""What we offer, and what phones ask of our encoders."""

from __future__ import annotations

import pytest

from config import MediaSettings
from engine.codecs import FORMATS, offered, wishes
from sip import Codec


def test_the_codec_of_the_other_end_is_offered_first_and_the_rest_as_configured() -> None:
    names = MediaSettings().codecs
    assert [codec.name for codec in offered(names, None)] == ["PCMU", "PCMA", "G722", "opus"]
    there = Codec("OPUS", 48000, 96, 2, "usedtx=1")
    assert [codec.name for codec in offered(names, there)] == ["opus", "PCMU", "PCMA", "G722"]
    assert [codec.name for codec in offered(("PCMA",), there)] == ["PCMA"]


def test_opus_is_described_as_rfc_7587_wants_it() -> None:
    assert FORMATS["opus"].rtpmap == ("rtpmap", "111 opus/48000/2")
    assert FORMATS["opus"].fmtp == (("fmtp", "111 useinbandfec=1"),)
    assert FORMATS["G722"].rtpmap == ("rtpmap", "9 G722/8000") and not FORMATS["G722"].fmtp


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ("", (None, False, False, False)),
        ("maxaveragebitrate=20000; useinbandfec=1;usedtx=1 ;cbr=1", (20000, True, True, True)),
        ("useinbandfec=0;stereo=1", (None, False, False, False)),
        ("MaxAverageBitrate=9999999", (510_000, False, False, False)),
        ("maxaveragebitrate=-1;usedtx;;=", (None, False, False, False)),
        (f"maxaveragebitrate={'9' * 5000}", (None, False, False, False)),
    ],
)
def test_what_a_phone_asks_of_opus(
    parameters: str, wanted: tuple[int | None, bool, bool, bool]
) -> None:
    assert tuple(wishes(Codec("opus", 48000, 96, 2, parameters)).values()) == wanted
