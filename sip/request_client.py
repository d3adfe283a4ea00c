"""Client transaction of every method but INVITE and ACK: RFC 3261 §17.1.2."""

from __future__ import annotations

from enum import IntEnum

from sip.invite_client import Do
from sip.transaction import RUNS_ON, T1, T2, T4, TIMEOUT, Machine, Resend, Rules

State = IntEnum("State", "TRYING PROCEEDING COMPLETED TERMINATED")
Input = IntEnum("Input", "PROVISIONAL FINAL UNDELIVERED EXPIRED")

TABLE: dict[tuple[State, Input], tuple[State, tuple[Do, ...]]] = {
    (State.TRYING, Input.PROVISIONAL): (State.PROCEEDING, ()),
    (State.TRYING, Input.FINAL): (State.COMPLETED, (Do.DELIVER,)),
    (State.TRYING, Input.UNDELIVERED): (State.TERMINATED, (Do.UNREACHABLE,)),
    (State.TRYING, Input.EXPIRED): (State.TERMINATED, (Do.GIVE_UP,)),
    (State.PROCEEDING, Input.FINAL): (State.COMPLETED, (Do.DELIVER,)),
    (State.PROCEEDING, Input.UNDELIVERED): (State.TERMINATED, (Do.UNREACHABLE,)),
    (State.PROCEEDING, Input.EXPIRED): (State.TERMINATED, (Do.GIVE_UP,)),
    (State.COMPLETED, Input.EXPIRED): (State.TERMINATED, ()),
}

RULES = Rules(
    table=TABLE,
    start=(State.TRYING,),
    final=State.TERMINATED,
    lifetime={
        State.TRYING: TIMEOUT,  # Timer F
        State.PROCEEDING: RUNS_ON,
        State.COMPLETED: T4,  # Timer K
    },
    expired=Input.EXPIRED,
    resend={State.TRYING: Resend(T1, T2), State.PROCEEDING: Resend(RUNS_ON, T2, T2)},  # Timer E
    again=Do.SEND,
    absorbs=frozenset({State.COMPLETED}),
)


class RequestClient(Machine[State, Input, Do]):
    __slots__ = ()

    def __init__(self, now: float, reliable: bool) -> None:
        super().__init__(RULES, State.TRYING, now, reliable)

    def receive(self, status: int, now: float) -> tuple[Do, ...]:
        return self.step(Input.PROVISIONAL if status < 200 else Input.FINAL, now)

    def undelivered(self, now: float) -> tuple[Do, ...]:
        """The request could not be sent."""
        return self.step(Input.UNDELIVERED, now)
