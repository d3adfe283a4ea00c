"""The rows of a topic: only what was touched is made anew, and only what differs is told. Pure.

However often a row is touched, it is told once in `pace_seconds` at most: as it is then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import inf

from engine.web.live.topic import Row

SETTLE_SECONDS = 0.02
"""A change brings others with it: what comes so soon after is told together."""
ROWS_AT_ONCE = 100
"""So many are made in one go, and others have their turn before the next."""


@dataclass(slots=True)
class Change:
    rows: list[Row] = field(default_factory=list)
    """New, or other than they were."""
    gone: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.rows or self.gone)


class Board:
    """`make` gives the row of a key as it is now, None where there is none. Times are monotonic
    seconds."""

    def __init__(self, make: Callable[[str], Row | None], pace_seconds: float) -> None:
        self._make, self._pace_seconds = make, pace_seconds
        self._touched: dict[str, None] = {}  # in order
        self._told = -inf
        self.rows: dict[str, Row] = {}
        self.deadline = inf
        """When tick() is next due; inf when never."""

    def touch(self, keys: Iterable[str], now: float) -> None:
        """These rows may be other than they were."""
        self._touched.update(dict.fromkeys(keys))
        if self._touched and self.deadline == inf:
            self.deadline = max(now + SETTLE_SECONDS, self._told + self._pace_seconds)

    def tick(self, now: float) -> Change:
        change = Change()
        if now < self.deadline:
            return change
        for _ in range(min(ROWS_AT_ONCE, len(self._touched))):
            key = next(iter(self._touched))
            del self._touched[key]
            self._renew(key, change)
        self._told = now
        self.deadline = now + SETTLE_SECONDS if self._touched else inf
        return change

    def _renew(self, key: str, change: Change) -> None:
        row = self._make(key)
        if row == self.rows.get(key):
            return
        if row is None:
            del self.rows[key]
            change.gone.append(key)
        else:
            self.rows[key] = row
            change.rows.append(row)
