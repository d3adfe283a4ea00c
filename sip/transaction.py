"""One walker for every table of this package: states, lifetimes and resend timers as data.

A machine is a `Rules` value and the few lines here that walk it. The four transactions of RFC 3261
§17 and the session are such values; none of them has a clock, a socket or a flag beside its state.
Theirs are `IntEnum`s: two members are hashed for each step, and an `Enum` does that in Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from math import inf
from typing import Final, Generic, TypeVar

T1: Final = 0.5  # seconds: round-trip estimate, RFC 3261 §17.1.1.1
T2: Final = 4.0  # seconds: longest gap between resends
T4: Final = 5.0  # seconds: longest life of a message in the network
TIMEOUT: Final = 64 * T1  # seconds: Timers B, F, H, J, L and M

RUNS_ON: Final = -1.0  # in place of seconds: the timer of the state before keeps running

State = TypeVar("State", bound=Enum)
Input = TypeVar("Input", bound=Enum)
Do = TypeVar("Do", bound=Enum)


@dataclass(frozen=True, slots=True)
class Resend:
    """Send again after `first` seconds, then after twice as long each time, within the limits."""

    first: float
    longest: float = inf
    shortest: float = 0.0


@dataclass(frozen=True, slots=True)
class Rules(Generic[State, Input, Do]):
    """A machine as data. A (state, input) pair that is not in `table` changes nothing."""

    table: Mapping[tuple[State, Input], tuple[State, tuple[Do, ...]]]
    start: tuple[State, ...]
    final: State
    lifetime: Mapping[State, float]
    """Seconds until a state ends by `expired`; a state that is absent has no limit."""
    expired: Input
    resend: Mapping[State, Resend] = field(default_factory=dict)
    again: Do | None = None
    """What a due resend asks for."""
    absorbs: frozenset[State] = frozenset()
    """States that only wait for late copies: over at once on a reliable transport."""


class Machine(Generic[State, Input, Do]):
    """Walks one `Rules`; subclasses name the rules and map messages to inputs."""

    __slots__ = (
        *("_expires_at", "_resend_after", "_resend_at", "_rules"),
        *("deadline", "reliable", "state"),
    )

    deadline: float
    """When tick() is next due, on the clock of `now`; inf when never."""

    def __init__(
        self, rules: Rules[State, Input, Do], start: State, now: float, reliable: bool
    ) -> None:
        self._rules = rules
        self.reliable = reliable
        self._expires_at = self._resend_at = self._resend_after = inf
        self._enter(start, now)

    @property
    def over(self) -> bool:
        return self.state is self._rules.final

    def step(self, event: Input, now: float) -> tuple[Do, ...]:
        """Take one input; returns what must be done, in order."""
        found = self._rules.table.get((self.state, event))
        if found is None:
            return ()
        state, todo = found
        if state is not self.state:
            self._enter(state, now)
        return todo

    def tick(self, now: float) -> tuple[Do, ...]:
        """What is due at `now`: an end of life, one resend, or nothing."""
        if now >= self._expires_at:
            return self.step(self._rules.expired, now)
        if now < self._resend_at:
            return ()
        resend = self._rules.resend[self.state]
        self._resend_after = min(max(2 * self._resend_after, resend.shortest), resend.longest)
        self._resend_at = now + self._resend_after
        self._set_deadline()
        assert self._rules.again is not None, "a resend timer without a resend"
        return (self._rules.again,)

    def expire_at(self, moment: float) -> None:
        """The present state ends then, whatever its lifetime."""
        self._expires_at = moment
        self._set_deadline()

    def _enter(self, state: State, now: float) -> None:
        self.state = state
        seconds = self._rules.lifetime.get(state, inf)
        if self.reliable and state in self._rules.absorbs:
            seconds = 0.0
        if seconds != RUNS_ON:
            self._expires_at = now + seconds
        resend = None if self.reliable else self._rules.resend.get(state)
        if resend is None:
            self._resend_at = inf
        elif resend.first != RUNS_ON:
            self._resend_after = resend.first
            self._resend_at = now + resend.first
        self._set_deadline()

    def _set_deadline(self) -> None:
        """It is asked for more often than it changes."""
        self.deadline = min(self._resend_at, self._expires_at)
