"""Whether we are behind with our work: then calls that are up come first, and new ones wait.

Two signs are taken, as neither shows all: messages wait in a socket although each turn of the loop
reads as many as it may, and the loop comes late to what it has planned. A queue that is emptied now
and then does no harm, however long it gets; one that stands delays whatever comes.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final

from sip.refusal import Refusal

RETRY_SECONDS: Final = 5
RETRY_SPREAD: Final = 10  # seconds more at random, or all who were refused come back at once


class Overload:
    """`tolerance`: seconds that messages may wait, and that the loop may be late.

    A queue is told by its `key`.
    """

    def __init__(self, tolerance: float) -> None:
        self._tolerance = tolerance
        self._standing: dict[Hashable, tuple[float, float]] = {}  # queues, since when and until
        self._late_until = 0.0
        self.refused = 0
        """Requests answered 503 for it."""

    def left_over(self, key: Hashable, now: float) -> None:
        """As much was read from a queue as one turn may, and more may wait there.

        When that is not said again soon, there was no more.
        """
        since, until = self._standing.get(key, (now, now))
        self._standing[key] = (since if now - until <= self._tolerance else now), now

    def emptied(self, key: Hashable) -> None:
        """A queue had nothing left."""
        self._standing.pop(key, None)

    def came_late(self, seconds: float, now: float) -> None:
        """What was planned for `seconds` ago is only done now."""
        if seconds > self._tolerance:
            self._late_until = now + min(seconds, RETRY_SECONDS)

    def check(self, now: float, draw: Callable[[int], int]) -> None:
        """Raises Refusal for a request that begins something new, when that is too much now."""
        if self.is_behind(now):
            self.refused += 1
            wait = RETRY_SECONDS + draw(RETRY_SPREAD)
            raise Refusal(503, "", ("Retry-After", str(wait)))

    def is_behind(self, now: float) -> bool:
        if now < self._late_until:
            return True
        return any(
            until - since > self._tolerance and now - until <= self._tolerance
            for since, until in self._standing.values()
        )
