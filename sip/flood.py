"""What is thrown away before it is read: too much from one source, and what scanners send.

Nobody is answered here: an answer would double the flood, and tell a scanner that somebody lives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Self

from config.settings import SipSettings
from sip.buckets import Buckets, source_of
from sip.identity import Network, TrustedSources

SCANNERS: Final = (
    *("friendly-scanner", "friendly-request", "sipvicious", "sundayddr", "sip-scan", "sipscan"),
    *("smap", "iwar", "siparmyknife", "sivus", "vaxsipuseragent", "vaxasip", "sipcli", "pplsip"),
)
"""How User-Agents of programs begin that only look for victims, and do not hide it."""

_SCANNER = re.compile(  # that it begins with one octet, of no two cases, makes it four times faster
    rb"\n(?i:User-Agent[ \t]*:[ \t]*(?:" + "|".join(map(re.escape, SCANNERS)).encode() + rb"))",
)


class Flood:
    """`per_second` messages of one source get through, and `burst` of them at once.

    An IPv6 source is its /64. Whoever is in the networks `exempt` may send what he likes.
    """

    def __init__(self, per_second: float, burst: int, exempt: Iterable[Network]) -> None:
        self._buckets: Buckets[str] = Buckets(burst, 1 / per_second)
        self._exempt = TrustedSources(exempt)
        self.dropped = 0
        """Messages thrown away so far."""

    @classmethod
    def limited_by(cls, settings: SipSettings) -> Self:
        return cls(settings.flood_messages_per_second, settings.flood_burst, settings.flood_exempt)

    def __len__(self) -> int:
        """Sources that are remembered."""
        return len(self._buckets)

    def admits(self, data: bytes, host: str, now: float) -> bool:
        """Whether a message from an IP address is to be read."""
        admitted = self._has_token(host, now) and not _SCANNER.search(data)
        self.dropped += not admitted
        return admitted

    def _has_token(self, host: str, now: float) -> bool:
        return self._exempt.trusts(host) or self._buckets.take(source_of(host), now)
