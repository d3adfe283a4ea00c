"""What SDP says of the mixer's codecs: those we offer, and what a phone's parameters ask of us."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypedDict

from mixer import CODECS
from sip import Codec

PARAMETERS: Final = {"opus": "useinbandfec=1"}
"""What we say of a codec: Opus may bring copies of lost packets in the next (RFC 7587 §6.1)."""
NARROW_RATE: Final = 8000  # hertz
MAX_BITRATE: Final = 510_000  # bits a second, RFC 7587 §6.1
FORMATS: Final = {
    row.name: Codec(
        row.name, row.clock_rate, row.payload_type, row.channels, PARAMETERS.get(row.name, "")
    )
    for row in CODECS
}


class Wishes(TypedDict):
    """What a phone asks of an encoder of ours; as in mixer.Remote."""

    max_average_bitrate: int | None
    use_inband_fec: bool
    use_dtx: bool
    cbr: bool


def offered(names: Sequence[str], beside: Codec | None) -> tuple[Codec, ...]:
    """Our codecs in the order of our offer: first the one that is spoken at the other end already.

    Two phones that speak the same need no transcoding.
    """
    ours = [FORMATS[name] for name in names]
    return tuple(sorted(ours, key=lambda codec: not (beside and codec.same_encoding(beside))))


def speaks_wideband(codec: Codec) -> bool:
    """Above 4 kHz too. G.722 says 8000 for its clock all the same (RFC 3551 §4.5.2)."""
    return codec.clock_rate > NARROW_RATE or codec.name.upper() == "G722"


def wishes(codec: Codec) -> Wishes:
    """By the parameters of the phone's description; nothing of Opus is asked where none are."""
    bitrate = codec.parameter("maxaveragebitrate") or ""
    return Wishes(
        max_average_bitrate=min(int(bitrate), MAX_BITRATE) if _is_number(bitrate) else None,
        use_inband_fec=codec.parameter("useinbandfec") == "1",
        use_dtx=codec.parameter("usedtx") == "1",
        cbr=codec.parameter("cbr") == "1",
    )


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10
