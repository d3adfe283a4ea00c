"""How many calls at the same time, and how many new ones in a second. Pure."""

from __future__ import annotations


class CallLimit:
    """Up to `most` calls; a burst may be as large as what comes in a second, one at least."""

    def __init__(self, most: int, per_second: float) -> None:
        self._most, self._per_second = most, per_second
        self._burst = max(1.0, per_second)
        self._tokens, self._at = self._burst, 0.0
        self.calls = 0
        """Taken and not given back."""

    def has_room(self, now: float) -> bool:
        return self.calls < self._most and self._filled(now) >= 1

    def take(self, now: float) -> None:
        """One more; has_room() comes first."""
        assert self.has_room(now), "a call beyond the limit"
        self._tokens, self._at = self._filled(now) - 1, now
        self.calls += 1

    def give(self) -> None:
        """A call is over."""
        assert self.calls, "given back twice"
        self.calls -= 1

    def _filled(self, now: float) -> float:
        return min(self._burst, self._tokens + (now - self._at) * self._per_second)
