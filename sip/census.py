"""Who may hold connections: so many in all, from one source, and before the first message."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Final

SOURCE_BITS: Final = 64  # of an IPv6 address: one customer has all that begin so


@dataclass(frozen=True, slots=True)
class Limits:
    total: int
    """Connections in and out."""
    per_source: int
    """That were opened to us from one IPv4 address, or one IPv6 network."""
    half_open: int
    """That were opened to us and have not brought a message yet."""
    idle_seconds: float
    """Without an octet; then one is closed, unless a phone is registered by it."""


class Census:
    """Counts connections by number; knows nothing of what they are."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._sources: dict[int, str | None] = {}
        self._of_source: Counter[str] = Counter()
        self._half_open: dict[int, None] = {}

    def enter(self, number: int, host: str | None) -> bool:
        """Count one that was opened to us from `host`, or by us (None); false when it is too many.

        Past the limit of half-open ones it may enter, and another is `surplus`.
        """
        source = _source(host) if host else None
        if len(self._sources) >= self._limits.total:
            return False
        if source and self._of_source[source] >= self._limits.per_source:
            return False
        self._sources[number] = source
        if source:
            self._of_source[source] += 1
            self._half_open[number] = None
        return True

    def prove(self, number: int) -> None:
        """It has brought a message."""
        self._half_open.pop(number, None)

    @property
    def surplus(self) -> int | None:
        """The one that has been half-open for longest, when there are too many.

        Were new ones refused instead, those who say nothing would keep everybody out.
        """
        if len(self._half_open) <= self._limits.half_open:
            return None
        return next(iter(self._half_open))

    def leave(self, number: int) -> None:
        self._half_open.pop(number, None)
        source = self._sources.pop(number, None)
        if source:
            self._of_source[source] -= 1
            if not self._of_source[source]:
                del self._of_source[source]


def _source(host: str) -> str:
    if ":" not in host:
        return host
    address = host.partition("%")[0]  # the zone of a link-local one says nothing of who it is
    return str(ip_network((address, SOURCE_BITS), strict=False))
