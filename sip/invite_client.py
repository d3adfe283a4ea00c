"""INVITE client transaction: RFC 3261 §17.1.1, with the Accepted state of RFC 6026 §7.2.

`CANCELLED` is the wait of §9.1: a CANCEL was sent, and 64*T1 later the INVITE counts as lost.
"""

from __future__ import annotations

from enum import IntEnum

from sip.transaction import T1, TIMEOUT, Machine, Resend, Rules

PATIENCE = 240.0  # seconds after the first 1xx; a session cancels sooner, unless it is over itself

State = IntEnum("State", "CALLING PROCEEDING CANCELLED COMPLETED ACCEPTED TERMINATED")
Input = IntEnum("Input", "PROVISIONAL SUCCESS REFUSAL CANCEL UNDELIVERED EXPIRED")
Do = IntEnum("Do", "SEND SEND_ACK DELIVER GIVE_UP UNREACHABLE")

TABLE: dict[tuple[State, Input], tuple[State, tuple[Do, ...]]] = {
    (State.CALLING, Input.PROVISIONAL): (State.PROCEEDING, (Do.DELIVER,)),
    (State.CALLING, Input.SUCCESS): (State.ACCEPTED, (Do.DELIVER,)),
    (State.CALLING, Input.REFUSAL): (State.COMPLETED, (Do.SEND_ACK, Do.DELIVER)),
    (State.CALLING, Input.UNDELIVERED): (State.TERMINATED, (Do.UNREACHABLE,)),
    (State.CALLING, Input.EXPIRED): (State.TERMINATED, (Do.GIVE_UP,)),  # Timer B
    (State.PROCEEDING, Input.PROVISIONAL): (State.PROCEEDING, (Do.DELIVER,)),
    (State.PROCEEDING, Input.SUCCESS): (State.ACCEPTED, (Do.DELIVER,)),
    (State.PROCEEDING, Input.REFUSAL): (State.COMPLETED, (Do.SEND_ACK, Do.DELIVER)),
    (State.PROCEEDING, Input.CANCEL): (State.CANCELLED, ()),
    (State.PROCEEDING, Input.EXPIRED): (State.TERMINATED, (Do.GIVE_UP,)),
    (State.CANCELLED, Input.SUCCESS): (State.ACCEPTED, (Do.DELIVER,)),
    (State.CANCELLED, Input.REFUSAL): (State.COMPLETED, (Do.SEND_ACK, Do.DELIVER)),
    (State.CANCELLED, Input.EXPIRED): (State.TERMINATED, (Do.GIVE_UP,)),
    (State.COMPLETED, Input.REFUSAL): (State.COMPLETED, (Do.SEND_ACK,)),
    (State.COMPLETED, Input.EXPIRED): (State.TERMINATED, ()),  # Timer D
    (State.ACCEPTED, Input.SUCCESS): (State.ACCEPTED, (Do.DELIVER,)),
    (State.ACCEPTED, Input.EXPIRED): (State.TERMINATED, ()),  # Timer M
}

RULES = Rules(
    table=TABLE,
    start=(State.CALLING,),
    final=State.TERMINATED,
    lifetime={
        State.CALLING: TIMEOUT,
        State.PROCEEDING: PATIENCE,
        State.CANCELLED: TIMEOUT,
        State.COMPLETED: 32.0,  # seconds: Timer D, "at least 32 s"
        State.ACCEPTED: TIMEOUT,
    },
    expired=Input.EXPIRED,
    resend={State.CALLING: Resend(T1)},  # Timer A
    again=Do.SEND,
    absorbs=frozenset({State.COMPLETED}),
)


class InviteClient(Machine[State, Input, Do]):
    __slots__ = ()

    def __init__(self, now: float, reliable: bool) -> None:
        super().__init__(RULES, State.CALLING, now, reliable)

    def receive(self, status: int, now: float) -> tuple[Do, ...]:
        return self.step(_input_of(status), now)

    def undelivered(self, now: float) -> tuple[Do, ...]:
        """The INVITE could not be sent."""
        return self.step(Input.UNDELIVERED, now)

    def cancel(self, now: float) -> None:
        """A CANCEL for this INVITE is on its way."""
        self.step(Input.CANCEL, now)


def _input_of(status: int) -> Input:
    if status < 200:
        return Input.PROVISIONAL
    return Input.SUCCESS if status < 300 else Input.REFUSAL
