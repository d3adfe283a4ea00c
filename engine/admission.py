"""Which incoming calls are taken. Pure.

Numbers are for everybody; the extensions of agents are for agents, those of supervisors for nobody.
A stranger who dials one learns nothing but that a password is wanted, and so does a caller who says
they are one of us.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

Verdict = Enum("Verdict", "ACCEPT CONSULT REJECT CHALLENGE")


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
    agents: Collection[str]
    max_calls: int

    def decide(
        self, number: str, claimed: str, username: str | None, *, calls: int, draining: bool
    ) -> Decision:
        """`claimed` is who the caller says they are, `username` who has been proven to call;
        `calls` how many live now."""
        if username is None and (number in self.people or claimed in self.people):
            return Decision(Verdict.CHALLENGE)
        consult = number in self.agents and username in self.agents
        if number in self.people and not consult:
            return Decision(Verdict.REJECT, 403, "Extensions are for agents")
        if not consult and number not in self.numbers:
            return Decision(Verdict.REJECT, 404, "Unknown number")
        if draining:
            return Decision(Verdict.REJECT, 503, "Shutting down")
        if calls >= self.max_calls:
            return Decision(Verdict.REJECT, 503, "All lines are busy")
        return Decision(Verdict.CONSULT if consult else Verdict.ACCEPT)
