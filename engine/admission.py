"""Which incoming calls are taken. Pure.

Numbers are for everybody; the extensions of agents are for agents, those of supervisors for nobody.
What is none of these only an agent may dial, who has proven to be one.
A stranger who dials anything but a number learns nothing but that a password is wanted: whether
there is such a user makes no difference, nor does who the stranger says to be.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

Verdict = Enum("Verdict", "ACCEPT CONSULT DIAL REJECT CHALLENGE")


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
    leads_outside: bool = False
    """Whether an agent's number that is none of ours is a matter of the dial plan."""

    def decide(
        self, number: str, username: str | None, *, trunk: bool, calls: int, draining: bool
    ) -> Decision:
        """`username` is who has been proven to call; `trunk` whether one of ours brought the call,
        which is told as it is what it cannot have. `calls` is how many live now."""
        if username is None and not trunk and number not in self.numbers:
            return Decision(Verdict.CHALLENGE)
        wanted = self._wanted(number, username)
        if number in self.people and wanted is not Verdict.CONSULT:
            return Decision(Verdict.REJECT, 403, "Extensions are for agents")
        if wanted is None:
            return Decision(Verdict.REJECT, 404, "Unknown number")
        if draining:
            return Decision(Verdict.REJECT, 503, "Shutting down")
        if calls >= self.max_calls:
            return Decision(Verdict.REJECT, 503, "All lines are busy")
        return Decision(wanted)

    def _wanted(self, number: str, username: str | None) -> Verdict | None:
        """What the call would be; None for a number that nobody has."""
        if number in self.numbers:
            return Verdict.ACCEPT
        if username not in self.agents:
            return None
        if number in self.agents:
            return Verdict.CONSULT
        return Verdict.DIAL if self.leads_outside else None
