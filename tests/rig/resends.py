"""What a rig phone says again and again until it is heard, RFC 3261 §17.1."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

FIRST_RESEND, LONGEST_RESEND, PATIENCE = 0.5, 4.0, 32.0  # seconds


@dataclass(slots=True)
class Resending:
    data: bytes
    due: float
    gap: float
    ends: float


class Resends:
    """Messages by whatever name tells them apart."""

    def __init__(self) -> None:
        self._messages: dict[str, Resending] = {}

    @property
    def deadline(self) -> float:
        return min((each.due for each in self._messages.values()), default=inf)

    def start(self, key: str, data: bytes, now: float) -> None:
        self._messages[key] = Resending(data, now + FIRST_RESEND, FIRST_RESEND, now + PATIENCE)

    def stop(self, key: str) -> bool:
        """Whether it was still being resent."""
        return self._messages.pop(key, None) is not None

    def tick(self, now: float) -> tuple[list[bytes], list[str]]:
        """What to send now, and the names of those that are given up."""
        given_up = [key for key, each in self._messages.items() if now >= each.ends]
        for key in given_up:
            del self._messages[key]
        due = [each for each in self._messages.values() if now >= each.due]
        for each in due:
            each.gap = min(2 * each.gap, LONGEST_RESEND)
            each.due = min(now + each.gap, each.ends)
        return [each.data for each in due], given_up
