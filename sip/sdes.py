"""Keys of SRTP in SDP: `a=crypto`, RFC 4568, with the suites of RFC 7714 §14.

For signalling that nobody can read only: whoever reads it has the keys. Lines we cannot follow are
passed over: several keys, an MKI, session parameters that weaken or change the session. Where SRTP
is wished but not required, our offer is plain RTP with keys beside it (RFC 8643).
"""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from secrets import token_bytes
from typing import Final

from sip.sdp import Attribute, SessionDescription

Srtp = Enum("Srtp", "NEVER OFFERED REQUIRED")
PLAIN: Final = "RTP/AVP"
SECURE: Final = "RTP/SAVP"

SUITES: Final = {
    "AEAD_AES_256_GCM": 44,
    "AEAD_AES_128_GCM": 28,
    "AES_CM_128_HMAC_SHA1_80": 30,
    "AES_CM_128_HMAC_SHA1_32": 30,
}
"""Octets of master key and salt, in the order in which we offer them."""

_CRYPTO = re.compile(r"([0-9]{1,9})[ ]+([A-Za-z0-9_]+)[ ]+inline:([A-Za-z0-9+/=]+)(\|\S*)?(.*)")
_LIFETIME = re.compile(r"\|(?:2\^)?[0-9]{1,15}")  # in packets; a call ends before it does
_HARMLESS = re.compile(r"WSH=[0-9]+")  # how far packets may come late there


@dataclass(frozen=True, slots=True)
class Crypto:
    """One crypto attribute."""

    tag: int
    suite: str
    key: bytes = field(repr=False)
    """Master key and salt of whoever writes it: what they send is protected with it."""

    @classmethod
    def parse(cls, value: str) -> Crypto | None:
        """None when it is broken, or more than we can do."""
        parts = _CRYPTO.fullmatch(value.strip())
        if parts is None or parts[2] not in SUITES:
            return None
        plain_key = not parts[4] or _LIFETIME.fullmatch(parts[4])
        known = all(_HARMLESS.fullmatch(parameter) for parameter in parts[5].split())
        try:
            key = b64decode(parts[3], validate=True)
        except NotBase64:
            return None
        fits = len(key) == SUITES[parts[2]] and plain_key and known
        return cls(int(parts[1]), parts[2], key) if fits else None

    @property
    def attribute(self) -> Attribute:
        return "crypto", f"{self.tag} {self.suite} inline:{b64encode(self.key).decode()}"


@dataclass(frozen=True, slots=True)
class SrtpAgreement:
    """What was agreed, seen from our side."""

    ours: Crypto
    theirs: Crypto

    @property
    def suite(self) -> str:
        return self.ours.suite


class Sdes:
    """Our keys of one stream, one for each suite, from its first offer to its last."""

    def __init__(self, srtp: Srtp, random_bytes: Callable[[int], bytes] = token_bytes) -> None:
        self._srtp = srtp
        suites = {} if srtp is Srtp.NEVER else SUITES
        self._keys = {suite: random_bytes(size) for suite, size in suites.items()}

    @property
    def protocol(self) -> str:
        """Of our offers, until another was agreed on."""
        return SECURE if self._srtp is Srtp.REQUIRED else PLAIN

    def allows(self, protocol: str, agreement: SrtpAgreement | None) -> bool:
        """Whether a stream of that protocol may be, with what was agreed about keys."""
        if protocol == SECURE:
            return agreement is not None
        return protocol == PLAIN and (agreement is not None or self._srtp is not Srtp.REQUIRED)

    def offered(self) -> list[Attribute]:
        """One line for each suite."""
        return [each.attribute for each in self._ours()]

    def choose(self, offered: Iterable[str]) -> SrtpAgreement | None:
        """The first of the peer's lines that we can follow; its tag is ours too (§5.1.2)."""
        lines = (Crypto.parse(value) for value in offered)
        theirs = next((line for line in lines if line and line.suite in self._keys), None)
        if theirs is None:
            return None
        return SrtpAgreement(Crypto(theirs.tag, theirs.suite, self._keys[theirs.suite]), theirs)

    def settle(self, answered: Iterable[str]) -> SrtpAgreement | None:
        """What the answer to our offer takes: one line, under the tag of ours (§5.1.3)."""
        theirs = [Crypto.parse(value) for value in answered]
        if len(theirs) != 1 or theirs[0] is None:
            return None
        taken = (theirs[0].tag, theirs[0].suite)
        ours = next((line for line in self._ours() if (line.tag, line.suite) == taken), None)
        return SrtpAgreement(ours, theirs[0]) if ours else None

    def _ours(self) -> list[Crypto]:
        return [Crypto(tag, suite, key) for tag, (suite, key) in enumerate(self._keys.items(), 1)]


def requires_keys(offer: SessionDescription) -> bool:
    """Whether nothing is left of it without them."""
    return any(line.protocol == SECURE for line in offer.media)


def without_keys(offer: SessionDescription) -> SessionDescription:
    """For somebody who is reached where others may read."""
    if not any(line.values("crypto") for line in offer.media):
        return offer
    lines = (
        replace(line, attributes=tuple(one for one in line.attributes if one[0] != "crypto"))
        for line in offer.media
    )
    return replace(offer, media=tuple(lines))
