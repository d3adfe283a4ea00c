"""Which incoming calls are taken. Pure.

Numbers are for everybody; the extensions of agents and supervisors are not, and a stranger who
dials one learns nothing but that a password is wanted.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

Verdict = Enum("Verdict", "ACCEPT REJECT CHALLENGE")


@dataclass(frozen=True, slots=True)
class Decision:
    verdict: Verdict
    status: int = 0
    """SIP status of a rejection."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Admission:
    """The rules of one house: its numbers, its people, and how many calls it takes."""

    numbers: Collection[str]
    people: Collection[str]
    """User names of agents and supervisors."""
    max_calls: int

    def decide(self, number: str, username: str | None, *, calls: int, draining: bool) -> Decision:
        """`username` is the proven identity of the caller; `calls` how many live now."""
        if number in self.people:
            if username is None:
                return Decision(Verdict.CHALLENGE)
            return Decision(Verdict.REJECT, 403, "Extensions cannot be dialled")
        if number not in self.numbers:
            return Decision(Verdict.REJECT, 404, "Unknown number")
        if draining:
            return Decision(Verdict.REJECT, 503, "Shutting down")
        if calls >= self.max_calls:
            return Decision(Verdict.REJECT, 503, "All lines are busy")
        return Decision(Verdict.ACCEPT)
