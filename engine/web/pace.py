"""How fast one caller may ask: a bucket of requests each that fills again with time. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from engine.refused import Refused


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Pace:
    """`per_second` requests of one caller in the long run, `burst` at once."""

    def __init__(self, per_second: float, burst: int) -> None:
        self._per_second, self._burst = per_second, burst
        self._buckets: dict[str, _Bucket] = {}

    def check(self, caller: str, now: float) -> None:
        """Raises Refused for a request that comes too early; `now` is monotonic seconds."""
        bucket = self._buckets.setdefault(caller, _Bucket(self._burst, now))
        bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._per_second)
        bucket.at = now
        if bucket.left < 1:
            text = f"{caller} asks faster than {self._per_second:g} times a second"
            raise Refused(429, "ThrottlingException", text)
        bucket.left -= 1
