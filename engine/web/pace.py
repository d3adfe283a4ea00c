"""How fast one caller may ask. Pure."""

from __future__ import annotations

from engine.refused import Refused
from sip.buckets import Buckets


class Pace:
    """`per_second` requests of one caller in the long run, `burst` at once."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._per_second = per_second
        self._buckets = Buckets[str](burst, 1 / per_second)

    def check(self, caller: str, now: float) -> None:
        """Raises Refused for a request that comes too early; `now` is monotonic seconds."""
        if not self._buckets.take(caller, now):
            text = f"{caller} asks faster than {self._per_second:g} times a second"
            raise Refused(429, "ThrottlingException", text)
