"""Digits that come as SIP INFO, `application/dtmf-relay` or `application/dtmf`.

Both are conventions, not standards: the first has lines of Signal and Duration, the second is the
digit and nothing else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from sip.errors import PeerError
from sip.message import Request
from sip.refusal import Refusal

DTMF_RELAY: Final = "application/dtmf-relay"
DTMF: Final = "application/dtmf"
USUAL_MS: Final = 250  # where the phone does not say how long the key was down
MAX_MS: Final = 60_000

_LINE = re.compile(r"[ \t]*(signal|duration)[ \t]*=[ \t]*(\S{1,5})[ \t]*", re.IGNORECASE)
_SIGNAL = re.compile(r"[0-9*#A-Da-d]")
_BY_NUMBER: Final = {str(10 + event): digit for event, digit in enumerate("*#ABCD")}
"""The event codes of RFC 4733 §3.2, as some phones send them."""


@dataclass(frozen=True, slots=True)
class Key:
    """One of 0-9, *, #, A-D. It may be part of a card number or a PIN: its repr does not say."""

    digit: str = field(repr=False)
    duration_ms: int


def key_in(info: Request) -> Key | None:
    """None for an INFO without a body, a keepalive. Raises PeerError: 415 for another type."""
    if not info.body:
        return None
    body = info.body.decode("latin-1")
    if info.content_type == DTMF_RELAY:
        lines = map(_LINE.fullmatch, body.splitlines())
        values = {line[1].lower(): line[2] for line in lines if line}
        return _key(values.get("signal", ""), values.get("duration", str(USUAL_MS)))
    if info.content_type == DTMF:
        return _key(body.strip(), str(USUAL_MS))
    raise Refusal(415, "", ("Accept", f"{DTMF_RELAY}, {DTMF}"))


def _key(signal: str, duration: str) -> Key:
    """Raises PeerError."""
    digit = _BY_NUMBER.get(signal, signal).upper()
    known = _SIGNAL.fullmatch(digit) and duration.isascii() and duration.isdecimal()
    if not known or int(duration) > MAX_MS:
        raise PeerError("Broken digit")
    return Key(digit, int(duration))
