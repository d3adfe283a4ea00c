"""Who hears whom on a bridge: one pure function of who is there and in which mode."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from mixer.graph import UNITY_GAIN, Route
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
    gain: int = UNITY_GAIN
    """How loud it is to everybody, Q8."""
    muted: bool = False
    """True while everybody hears silence from it: the stream to them goes on."""

    @property
    def audible_gain(self) -> int:
        return 0 if self.muted else self.gain


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
        talk = {
            Route(a.port, b.port, a.audible_gain)
            for a in senders
            for b in hearers
            if a.port != b.port
        }
        overhear = {
            Route(leg.port, ear.port, leg.audible_gain)
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
