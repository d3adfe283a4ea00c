"""The codecs the mixer speaks, as SDP names them; the work is done in C."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Codec:
    """A row of the table. `clock_rate` is that of RTP timestamps, in hertz.

    `payload_type` is static (RFC 3551 §6) below 96; above, it is what our offers call it.
    """

    name: str
    payload_type: int
    clock_rate: int
    channels: int = 1
    """As SDP says it: those of Opus are always 2, and what we send is mono (RFC 7587 §7)."""


CODECS = (
    Codec("PCMU", 0, 8000),
    Codec("PCMA", 8, 8000),
    Codec("G722", 9, 8000),  # of 16000 Hz, but for an old mistake: RFC 3551 §4.5.2
    Codec("opus", 111, 48000, 2),
    Codec("L16", 112, 8000),
    Codec("L16", 113, 16000),
)
"""`codecs.c` has the same rows."""
