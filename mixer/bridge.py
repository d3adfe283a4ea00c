"""Who hears whom on a bridge: one pure function of who is there and in which mode."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mixer.graph import Route
from mixer.ports import Port

Role = Enum("Role", "CUSTOMER AGENT")
Mode = Enum("Mode", "LISTEN COACH BARGE")

TALKS_TO: dict[Mode, frozenset[Role]] = {
    Mode.LISTEN: frozenset(),
    Mode.COACH: frozenset({Role.AGENT}),
    Mode.BARGE: frozenset(Role),
}


@dataclass(frozen=True, slots=True)
class Leg:
    """A party of the conversation."""

    port: Port
    role: Role
    may_send: bool = True
    """False while what it sends is heard by nobody."""
    may_hear: bool = True
    """False while it hears nobody: it is on hold, or holds."""


@dataclass(frozen=True, slots=True)
class Ear:
    """An ear on a bridge. A supervisor is one; a stereo recording is two, each with one role."""

    port: Port
    hears: frozenset[Role] = frozenset(Role)
    mode: Mode = Mode.LISTEN


@dataclass(frozen=True, slots=True)
class Bridge:
    """Legs that talk to each other, and ears that overhear them."""

    legs: tuple[Leg, ...]
    ears: tuple[Ear, ...] = ()

    def routes(self) -> set[Route]:
        senders = [leg for leg in self.legs if leg.may_send]
        hearers = [leg for leg in self.legs if leg.may_hear]
        talk = {Route(a.port, b.port) for a in senders for b in hearers if a.port != b.port}
        overhear = {
            Route(leg.port, ear.port)
            for leg in senders
            for ear in self.ears
            if leg.role in ear.hears
        }
        speak = {
            Route(ear.port, leg.port)
            for leg in hearers
            for ear in self.ears
            if leg.role in TALKS_TO[ear.mode]
        }
        return talk | overhear | speak
