"""Server transaction of every method but INVITE and ACK: RFC 3261 §17.2.2.

A request nobody answered within Timer F of its sender is dropped in silence: RFC 4320 §4.2 forbids
a 408 that could only come too late.
"""

from __future__ import annotations

from enum import IntEnum

from sip.invite_server import Do
from sip.transaction import TIMEOUT, Machine, Rules

State = IntEnum("State", "TRYING COMPLETED TERMINATED")
Input = IntEnum("Input", "REQUEST FINAL EXPIRED")

TABLE: dict[tuple[State, Input], tuple[State, tuple[Do, ...]]] = {
    (State.TRYING, Input.FINAL): (State.COMPLETED, (Do.SEND,)),
    (State.TRYING, Input.EXPIRED): (State.TERMINATED, ()),
    (State.COMPLETED, Input.REQUEST): (State.COMPLETED, (Do.SEND,)),
    (State.COMPLETED, Input.EXPIRED): (State.TERMINATED, ()),
}  # no provisional is ever sent to a request that is not an INVITE: RFC 4320 §4.1

RULES = Rules(
    table=TABLE,
    start=(State.TRYING,),
    final=State.TERMINATED,
    lifetime={State.TRYING: TIMEOUT, State.COMPLETED: TIMEOUT},  # the latter: Timer J
    expired=Input.EXPIRED,
    absorbs=frozenset({State.COMPLETED}),
)


class RequestServer(Machine[State, Input, Do]):
    __slots__ = ()

    def __init__(self, now: float, reliable: bool) -> None:
        super().__init__(RULES, State.TRYING, now, reliable)

    def receive(self, method: str, now: float) -> tuple[Do, ...]:
        """The same request once more."""
        assert method != "ACK", "an ACK belongs to an INVITE"
        return self.step(Input.REQUEST, now)

    def respond(self, status: int, now: float) -> tuple[Do, ...]:
        assert status >= 200, "RFC 4320 §4.1"
        return self.step(Input.FINAL, now)
