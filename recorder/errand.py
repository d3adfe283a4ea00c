"""What is still to be done with a recording after the call, and when it is tried again: a table.

An errand is done, or tried again later and later, or after days a dead letter that waits for an
operator. Times are of the wall clock: an errand outlives the process.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum

FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(hours=1)


class Task(StrEnum):
    UPLOAD = "UPLOAD"
    ERASE = "ERASE"


class State(StrEnum):
    WAITING = "WAITING"
    DEAD = "DEAD"
    DONE = "DONE"


Input = Enum("Input", "SUCCEEDED FAILED EXPIRED REFUSED RETRIED")

TABLE: dict[tuple[State, Input], State] = {
    (State.WAITING, Input.SUCCEEDED): State.DONE,
    (State.WAITING, Input.FAILED): State.WAITING,
    (State.WAITING, Input.EXPIRED): State.DEAD,  # failed, for too long
    (State.WAITING, Input.REFUSED): State.DEAD,  # failed, and would for ever
    (State.WAITING, Input.RETRIED): State.WAITING,
    (State.DEAD, Input.RETRIED): State.WAITING,
}  # a pair that is not here changes nothing


@dataclass(frozen=True, slots=True)
class Errand:
    """`name` is the recording's, without ending; `since` the beginning of its patience."""

    name: str
    contact_id: str
    task: Task
    since: datetime
    due: datetime
    attempts: int = 0
    error: str | None = None
    state: State = State.WAITING

    def succeed(self) -> Errand:
        return self._step(Input.SUCCEEDED)

    def fail(self, error: str, now: datetime, give_up: timedelta) -> Errand:
        """It may work later, unless it has not for as long as `give_up`."""
        event = Input.EXPIRED if now - self.since >= give_up else Input.FAILED
        due = now + delay(self.attempts)
        return replace(self._step(event), attempts=self.attempts + 1, error=error, due=due)

    def refuse(self, error: str) -> Errand:
        """It will never work by itself."""
        return replace(self._step(Input.REFUSED), attempts=self.attempts + 1, error=error)

    def retry(self, now: datetime) -> Errand:
        """An operator wants it tried now, with fresh patience."""
        return replace(self._step(Input.RETRIED), since=now, due=now)

    def _step(self, event: Input) -> Errand:
        return replace(self, state=TABLE.get((self.state, event), self.state))


def delay(failures: int) -> timedelta:
    """Between a failure and the next attempt, after so many failures before."""
    doublings = min(failures, (LONGEST_DELAY // FIRST_DELAY).bit_length())
    return min(FIRST_DELAY * (1 << doublings), LONGEST_DELAY)
