"""How much room is left on the disk of the recordings, and what that means: a pure decision."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Self

WARN_FLOORS = 5  # where only the floor is given, the warning comes at so many times as much

Space = Enum("Space", "ENOUGH LOW FULL")  # FULL: no recording starts, those that run go on


@dataclass(frozen=True, slots=True)
class Watermarks:
    """Free bytes. Below `warn_below` the operator is told, below `refuse_below` nothing starts."""

    warn_below: int
    refuse_below: int

    def __post_init__(self) -> None:
        assert 0 <= self.refuse_below <= self.warn_below, "a warning comes before a refusal"

    @classmethod
    def above(cls, floor: int) -> Self:
        return cls(WARN_FLOORS * floor, floor)

    def judge(self, free: int) -> Space:
        if free < self.refuse_below:
            return Space.FULL
        return Space.LOW if free < self.warn_below else Space.ENOUGH
