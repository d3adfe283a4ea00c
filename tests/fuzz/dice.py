"""Decisions read off octets: whoever chooses the octets chooses what happens."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """The same octets, the same decisions; all zeros once they are used up."""

    def __init__(self, octets: bytes) -> None:
        self._octets, self._at = octets, 0

    @property
    def used_up(self) -> bool:
        return self._at >= len(self._octets)

    def octets(self, count: int) -> bytes:
        taken = self._octets[self._at : self._at + count]
        self._at += count
        return taken.ljust(count, b"\0")

    def below(self, limit: int) -> int:
        """0 to `limit` - 1; two octets each, more than one of which few choices need."""
        return int.from_bytes(self.octets(1 if limit <= 256 else 2), "big") % limit

    def pick(self, options: Sequence[T]) -> T:
        return options[self.below(len(options))]
