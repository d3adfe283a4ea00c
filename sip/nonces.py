"""Nonces that carry their own proof, RFC 7616 §3.3: none is remembered before it is used.

What is remembered is how often: the same count twice is a replay (§3.4.5, `nc`). Datagrams may
overtake one another, so the counts just below the highest may still come, each once.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from typing import Final

MAX_NONCES: Final = 20_000  # whose use is remembered
WINDOW: Final = 64  # counts below the highest that may still come

_NONCE = re.compile(r"([0-9a-f]{12})\.([A-Za-z0-9_-]{1,64})\.[0-9a-f]{32}")


class Nonces:
    """Minted for one realm. `secret` signs them; after a restart it may be another one."""

    def __init__(self, realm: str, secret: bytes, seconds: float) -> None:
        self._realm, self._secret = realm, secret
        self._lifetime = int(seconds * 1000)  # ms
        self._used: dict[str, int] = {}  # nonce to its window: bit n is set when n has been used
        self._floor = -1  # ms; what was issued up to here and is not in _used is too old

    def mint(self, now: float, salt: str) -> str:
        """`salt` is a token never used before."""
        nonce = self._signed(int(now * 1000), salt)
        assert _NONCE.fullmatch(nonce), salt
        return nonce

    def use(self, nonce: str, count: int, now: float) -> bool:
        """Count a use of a nonce; False when it is not ours, too old, or was used like this."""
        parts = _NONCE.fullmatch(nonce)
        if parts is None:
            return False
        issued = int(parts[1], 16)
        genuine = hmac.compare_digest(self._signed(issued, parts[2]), nonce)
        known = nonce in self._used or issued > self._floor
        if not genuine or not known or not self._is_current(issued, now):
            return False
        return self._count(nonce, count, now)

    def _count(self, nonce: str, count: int, now: float) -> bool:
        """The highest count and the window below it are one number: `highest << WINDOW | seen`."""
        highest, seen = divmod(self._used.get(nonce, 0), 1 << WINDOW)
        if count > highest:
            seen = (seen << 1 | (1 if highest else 0)) << min(count - highest - 1, WINDOW)
            highest, seen = count, seen % (1 << WINDOW)
        else:
            place = highest - count - 1  # -1 is the highest itself
            if count < 1 or not 0 <= place < WINDOW or seen >> place & 1:
                return False
            seen |= 1 << place
        self._used[nonce] = highest << WINDOW | seen
        self._forget(now)
        return True

    def _is_current(self, issued: int, now: float) -> bool:
        return 0 <= int(now * 1000) - issued <= self._lifetime

    def _forget(self, now: float) -> None:
        """Drop the nonces first used, as far as they expired or are too many.

        Replay stays impossible: whatever is as old as a dropped one is refused from now on.
        """
        while self._used:
            oldest = next(iter(self._used))
            issued = int(oldest.partition(".")[0], 16)
            if self._is_current(issued, now) and len(self._used) <= MAX_NONCES:
                return
            del self._used[oldest]
            self._floor = max(self._floor, issued)

    def _signed(self, issued: int, salt: str) -> str:
        """`issued` in ms of the clock of `now`; hex time, salt, proof."""
        stem = f"{issued:012x}.{salt}"
        proof = hmac.new(self._secret, f"{stem}.{self._realm}".encode(), hashlib.sha256)
        return f"{stem}.{proof.hexdigest()[:32]}"
