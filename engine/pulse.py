"""Whether a browser is still there: RTP and RTCP come from it, or it is waited for. Pure.

    UP -> LOST -> OVER

A page that comes back brings another browser. One that closes properly says so (DTLS); one that
dies falls silent. RTCP comes from who only listens too, every few seconds (RFC 3550 §6.2).
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

SILENT_SECONDS: Final = 10.0
"""Without a packet for so long, nobody is there."""


class Health(Enum):
    UP = auto()
    LOST = auto()
    """Its calls wait for the page to come back."""
    OVER = auto()


class Pulse:
    """`keep_seconds` is how long one that is lost is waited for."""

    def __init__(self, keep_seconds: float, now: float) -> None:
        self._keep_seconds, self._packets = keep_seconds, 0
        self._heard_at = now
        self._lost_at: float | None = None

    def lost(self, now: float) -> None:
        """It said that it goes."""
        if self._lost_at is None:
            self._lost_at = now

    def beat(self, packets: int, now: float) -> Health:
        """So many have come from it in all."""
        if packets != self._packets:
            self._packets, self._heard_at = packets, now
        if self._lost_at is None and now - self._heard_at >= SILENT_SECONDS:
            self._lost_at = now
        if self._lost_at is None:
            return Health.UP
        return Health.LOST if now - self._lost_at < self._keep_seconds else Health.OVER
