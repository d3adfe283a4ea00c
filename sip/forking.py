"""One call that rings at several phones: whom to call when, and what they said. Pure.

RFC 3261 §16.6 and §16.7, for a user agent that is its own proxy:

    q=1.0   desk phone   180 ------------- CANCEL, 487
    q=1.0   softphone    180 ------ 200                   the first 2xx has the call
    q=0.5   mobile                                        never called

Phones of one q are called together, those of the next when all of these have refused, or have rung
for NEXT_SECONDS: they ring on, as it is one person who is looked for. 6xx is the word of that
person and ends all; any other refusal is that of one phone. A redirection is a refusal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import groupby
from math import inf
from typing import Final

NEXT_SECONDS: Final = 10.0

State = Enum("State", "WAITING CALLING RINGING QUEUED CANCELLED OVER")
Input = Enum("Input", "TURN PROVISIONAL FINAL END")
Do = Enum("Do", "INVITE CANCEL")

S, On = State, Input

TABLE: Final[dict[tuple[State, Input], tuple[State, Do | None]]] = {
    (S.WAITING, On.TURN): (S.CALLING, Do.INVITE),
    (S.WAITING, On.END): (S.OVER, None),
    (S.CALLING, On.PROVISIONAL): (S.RINGING, None),
    (S.CALLING, On.FINAL): (S.OVER, None),
    (S.CALLING, On.END): (S.QUEUED, None),  # a CANCEL waits for a provisional, §9.1
    (S.RINGING, On.FINAL): (S.OVER, None),
    (S.RINGING, On.END): (S.CANCELLED, Do.CANCEL),
    (S.QUEUED, On.PROVISIONAL): (S.CANCELLED, Do.CANCEL),
    (S.QUEUED, On.FINAL): (S.OVER, None),
    (S.CANCELLED, On.FINAL): (S.OVER, None),
}
"""Of one phone; a pair that is not here changes nothing."""

ALIVE: Final = frozenset({S.CALLING, S.RINGING})
"""States in which a phone may still have the call."""

OF_THE_WAY: Final = frozenset({408, 430, 481, 482, 487})
"""What says nothing of the person: another refusal of the same class is worth more."""

Todo = list[tuple[Do, int]]
"""What to send, and to which phone."""


class Forking:
    """Phones are numbers: their places in `qs`."""

    def __init__(self, qs: Sequence[float]) -> None:
        self._states = [S.WAITING] * len(qs)
        self._turns = _turns(qs)
        self.deadline = inf
        """When tick() is next due; inf when never."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to come of any phone."""
        return all(state is S.OVER for state in self._states)

    def may_have(self, phone: int) -> bool:
        """Whether this phone is still wanted."""
        return self._states[phone] in ALIVE

    def next(self, now: float) -> Todo:
        """Call those whose turn it is."""
        turn = next(self._turns, ())
        self.deadline = now + NEXT_SECONDS if turn else inf
        return self._all(turn, On.TURN)

    def tick(self, now: float) -> Todo:
        return self.next(now) if now >= self.deadline else []

    def heard(self, phone: int) -> Todo:
        """A provisional response came."""
        return self._all((phone,), On.PROVISIONAL)

    def refused(self, phone: int, status: int | None, now: float) -> Todo:
        """A final response that is no 2xx; None: there was none and will be none."""
        self._all((phone,), On.FINAL)
        if status is not None and status >= 600:
            return self.end()
        return [] if any(state in ALIVE for state in self._states) else self.next(now)

    def answered(self, phone: int) -> Todo:
        """It has the call, unless another was sooner."""
        self._all((phone,), On.FINAL)
        return self.end()

    def end(self) -> Todo:
        """Nobody is wanted any more."""
        self._turns, self.deadline = iter(()), inf
        return self._all(range(len(self._states)), On.END)

    def _all(self, phones: Sequence[int], event: Input) -> Todo:
        todo: Todo = []
        for phone in phones:
            state = self._states[phone]
            self._states[phone], do = TABLE.get((state, event), (state, None))
            if do:
                todo.append((do, phone))
        return todo


def worth(status: int) -> tuple[int, bool]:
    """The refusal with the least is what the call has come to, §16.7 step 6; among equals the
    first: 6xx, then the lowest class, where 486 says more than 408.
    """
    return (0 if status >= 600 else status // 100), status in OF_THE_WAY


def _turns(qs: Sequence[float]) -> Iterator[tuple[int, ...]]:
    in_order = sorted(range(len(qs)), key=lambda phone: -qs[phone])
    for _, turn in groupby(in_order, key=lambda phone: qs[phone]):
        yield tuple(turn)
