"""Keys that are pressed while a flow asks for them: the choice of a menu, or a number.

    PROMPTING -> WAITING <-> GATHERING
        +------- all of them -------+-> OVER

A key ends the prompt. WAITING lasts as long as the first key may take, GATHERING as long as the
next one may. What was cancelled was never pressed.
"""

from __future__ import annotations

from enum import Enum
from math import inf

from flows.asks import Collect
from flows.events import DigitsEntered, InputTimedOut

KEYS = frozenset("0123456789*#")
"""Those that the language knows; A to D are no keys of a telephone that it reads."""

State = Enum("State", "PROMPTING WAITING GATHERING OVER")
Input = Enum("Input", "PROMPT_ENDED PRESSED CANCELLED COMPLETED EXPIRED")

TABLE: dict[tuple[State, Input], State] = {
    (State.PROMPTING, Input.PROMPT_ENDED): State.WAITING,
    (State.PROMPTING, Input.PRESSED): State.GATHERING,
    (State.PROMPTING, Input.CANCELLED): State.WAITING,
    (State.PROMPTING, Input.COMPLETED): State.OVER,
    (State.WAITING, Input.PRESSED): State.GATHERING,
    (State.WAITING, Input.CANCELLED): State.WAITING,
    (State.WAITING, Input.COMPLETED): State.OVER,
    (State.WAITING, Input.EXPIRED): State.OVER,
    (State.GATHERING, Input.PRESSED): State.GATHERING,
    (State.GATHERING, Input.CANCELLED): State.WAITING,
    (State.GATHERING, Input.COMPLETED): State.OVER,
    (State.GATHERING, Input.EXPIRED): State.OVER,
}  # a pair that is not here is dropped


class Collecting:
    """One Collect, from its prompt to its answer; `now` is monotonic seconds.

    It never shows what was pressed, but in its answer.
    """

    def __init__(self, ask: Collect, now: float) -> None:
        self.ask, self._digits = ask, ""
        self._seconds = {
            State.WAITING: ask.first_digit_seconds,
            State.GATHERING: ask.next_digit_seconds,
        }
        self.deadline = inf
        """When tick() is next due; inf when never."""
        self.state = State.PROMPTING
        if ask.prompt is None:
            self.prompt_ended(now)

    def prompt_ended(self, now: float) -> None:
        self._step(Input.PROMPT_ENDED, now)

    def press(self, key: str, now: float) -> DigitsEntered | None:
        """One of KEYS; the answer, when that was the last one."""
        self._digits += key
        terminator = self.ask.terminator
        if terminator and self._digits.endswith(terminator):
            self._digits = self._digits.removesuffix(terminator)
            return self._over(Input.COMPLETED, now)
        if self.ask.cancel and key == "*":
            self._digits = ""
            self._step(Input.CANCELLED, now)
            return None
        if len(self._digits) >= self.ask.max_digits:
            return self._over(Input.COMPLETED, now)
        self._step(Input.PRESSED, now)
        return None

    def tick(self, now: float) -> DigitsEntered | InputTimedOut | None:
        """The answer, when nothing was pressed for too long."""
        if now < self.deadline:
            return None
        pressed = self.state is State.GATHERING
        entered = self._over(Input.EXPIRED, now)
        return entered if pressed else InputTimedOut()

    def _over(self, event: Input, now: float) -> DigitsEntered:
        self._step(event, now)
        return DigitsEntered(self._digits)

    def _step(self, event: Input, now: float) -> None:
        state = TABLE.get((self.state, event))
        if state is not None:
            self.state, self.deadline = state, now + self._seconds.get(state, inf)
