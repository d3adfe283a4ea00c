"""Card numbers that are keyed in: from the first digit on, until no more came for a while.

Pure: `now` is monotonic seconds.
"""

from __future__ import annotations

from math import inf

TOLD_LATE_SECONDS = 0.2
"""Between the end of a digit and the moment at which it is told, at most."""


class DigitGuard:
    """Whether digits are being keyed on a contact."""

    def __init__(self, quiet_seconds: float) -> None:
        self.deadline = inf
        """When tick() is next due; inf while nobody keys anything."""
        self._quiet = quiet_seconds

    def digit(self, seconds: float, now: float) -> float | None:
        """A digit of this length has ended. The instant from which on all is to be silent, where
        it is the first; else None."""
        first, self.deadline = self.deadline == inf, now + self._quiet
        return now - seconds - TOLD_LATE_SECONDS if first else None

    def tick(self, now: float) -> bool:
        """True when it is over."""
        if now < self.deadline:
            return False
        self.deadline = inf
        return True
