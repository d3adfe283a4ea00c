"""The codecs the mixer speaks, as SDP names them (RFC 3551 §6); the work is done in C."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Codec:
    """A row of the table. `clock_rate` is in hertz."""

    name: str
    payload_type: int
    clock_rate: int


CODECS = (Codec("PCMU", 0, 8000), Codec("PCMA", 8, 8000))
"""In the order of preference. `codecs.c` has the same rows."""
