"""Messages as they are kept for people to read: with what they belong to, without their secrets.

Masked are the proof of a digest and any other credentials, passwords in URIs, keys of SRTP and ICE
in descriptions, and what callers press: whatever an INFO says, and DTMF in any other body.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sip.flow import Flow

MASK: Final = b"***"


@dataclass(frozen=True, slots=True)
class Captured:
    """One message on its way in, or out when `sent`; `at` is the time of day, seconds (epoch).

    `local` is our address and port. `data` is as on the wire: `masked` is what may be kept.
    """

    at: float
    sent: bool
    flow: Flow
    local: tuple[str, int]
    data: bytes


Observer = Callable[[Captured], None]

_CALL_ID = re.compile(rb"^(?:call-id|i)[ \t]*:[ \t]*([^\s]+)", re.IGNORECASE | re.MULTILINE)
_CREDENTIALS = re.compile(
    rb"^((?:proxy-)?(?:authorization|authentication-info)[ \t]*:[ \t]*)"
    rb"((?:[^\r\n]|\r?\n[ \t])*)",
    re.IGNORECASE | re.MULTILINE,
)
_PROOF = re.compile(rb'(\b(?:response|rspauth)\s*=\s*)("[^"]*"?|[^,\s]+)', re.IGNORECASE)
_MASKINGS: Final = (
    (re.compile(rb'(sips?:[^\s:@<>"]{0,256}:)[^\s@<>"]{1,256}@', re.IGNORECASE), rb"\1***@"),
    (re.compile(rb"(\binline:)[^\s|;]+", re.IGNORECASE), rb"\1***"),
    (re.compile(rb"^(k=|a=key-mgmt:|a=ice-pwd:)[^\r\n]*", re.IGNORECASE | re.MULTILINE), rb"\1***"),
    (re.compile(rb"^([ \t]*signal[ \t]*=)[^\r\n]*", re.IGNORECASE | re.MULTILINE), rb"\1***"),
    (
        re.compile(rb"(\bdigits\s*=\s*)(\"[^\"]*\"?|'[^']*'?)", re.IGNORECASE),
        rb"\1***",
    ),
)
_DTMF = re.compile(
    rb"^(?:content-type|c)[ \t]*:\s*application/dtmf\b(?!-relay)", re.IGNORECASE | re.MULTILINE
)
_FIELD = re.compile(rb"^([^=\r\n]+=)[^\r\n]*", re.MULTILINE)


def call_id_of(data: bytes) -> str | None:
    """None for what is no message: a keep-alive, or noise."""
    found = _CALL_ID.search(data)
    return found[1].decode("utf-8", "backslashreplace") if found else None


def masked(data: bytes) -> bytes:
    """The same message without its secrets; Content-Length stays as it was."""
    data = _CREDENTIALS.sub(_without_proof, data)
    for pattern, instead in _MASKINGS:
        data = pattern.sub(instead, data)
    head, blank, body = data.partition(b"\r\n\r\n")
    if body and (head[:5].upper() == b"INFO " or _DTMF.search(head)):
        body = _FIELD.sub(rb"\1" + MASK, body) if b"=" in body else MASK
    return head + blank + body


def _without_proof(field: re.Match[bytes]) -> bytes:
    """Of a digest only what proves it goes; of a scheme we do not know, everything."""
    name, value = field[1], field[2]
    scheme, space, _ = value.partition(b" ")
    if b"info" in name.lower() or scheme.lower() == b"digest":
        return name + _PROOF.sub(rb'\1"***"', value)
    return name + (scheme + space if space else b"") + MASK
