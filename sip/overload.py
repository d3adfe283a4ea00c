"""Whether we are behind with our work: then calls that are up come first, and new ones wait.

What counts is how long things have waited that are done now: messages in a socket's queue, and what
the loop had planned. A long queue that moves does no harm; one that is too long to keep loses some.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

from sip.refusal import Refusal

RETRY_SECONDS: Final = 5
RETRY_SPREAD: Final = 10  # seconds more at random, or all who were refused come back at once


class Overload:
    """`tolerance`: seconds that messages, and whatever is planned, may wait.

    A queue is told by its `key`.
    """

    def __init__(self, tolerance: float) -> None:
        self._tolerance = tolerance
        self._late_until = 0.0
        self._queued_until: dict[Hashable, float] = {}
        self.refused = 0
        """Requests answered 503 for it."""

    def came_late(self, seconds: float, now: float) -> None:
        """The loop had planned for `seconds` ago what it does now."""
        if seconds > self._tolerance:
            self._late_until = now + min(seconds, RETRY_SECONDS)

    def queued(self, key: Hashable, seconds: float, now: float) -> None:
        """The last message of a queue will have waited so long when it is read."""
        if seconds > self._tolerance:
            self._queued_until[key] = now + min(seconds, RETRY_SECONDS)

    def lost(self, key: Hashable, now: float) -> None:
        """Messages came that a queue could not keep until they were read."""
        self.queued(key, 2 * self._tolerance, now)

    def emptied(self, key: Hashable) -> None:
        """A queue had nothing left."""
        self._queued_until.pop(key, None)

    def check(self, now: float, draw: Callable[[int], int]) -> None:
        """Raises Refusal for a request that begins something new, when that is too much now."""
        if self.is_behind(now):
            self.refused += 1
            wait = RETRY_SECONDS + draw(RETRY_SPREAD)
            raise Refusal(503, "", ("Retry-After", str(wait)))

    def is_behind(self, now: float) -> bool:
        return now < self._late_until or any(now < each for each in self._queued_until.values())
