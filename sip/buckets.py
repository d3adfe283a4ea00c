"""Token buckets by key, in bounded memory: how often somebody may do something."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from ipaddress import IPv6Address, ip_network
from typing import Final, Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

MAX_KEYS: Final = 10_000
NETWORK_BITS: Final = 64  # of an IPv6 address: who has one has the rest of its network too


class Buckets(Generic[Key]):
    """Each holds up to `size` tokens and gains one in `seconds`; a key not seen yet is full.

    Beyond MAX_KEYS the one that was used longest ago is forgotten, and so is full again.
    """

    def __init__(self, size: float, seconds: float) -> None:
        self._size, self._seconds = size, seconds
        self._levels: dict[Key, tuple[float, float]] = {}  # tokens, and when there were so many

    def __len__(self) -> int:
        return len(self._levels)

    def left(self, key: Key, now: float) -> float:
        level, since = self._levels.get(key, (self._size, now))
        return min(self._size, level + (now - since) / self._seconds)

    def take(self, key: Key, now: float) -> bool:
        """Take a token; false when there is none, and then nothing changes."""
        level = self.left(key, now)
        if level < 1:
            return False
        self._levels.pop(key, None)  # so that it goes to the end
        self._levels[key] = level - 1, now
        if len(self._levels) > MAX_KEYS:
            del self._levels[next(iter(self._levels))]
        return True


@lru_cache(maxsize=4096)
def source_of(host: str) -> str:
    """Whom to count an IP address for: an IPv4 address itself, of an IPv6 address its network."""
    if ":" not in host:
        return host
    bare = IPv6Address(host.partition("%")[0])
    return str(bare.ipv4_mapped or ip_network((bare, NETWORK_BITS), strict=False))
