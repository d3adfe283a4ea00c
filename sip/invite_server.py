"""INVITE server transaction: RFC 3261 §17.2.1, with the Accepted state of RFC 6026 §7.1.

Its user sends the 100 when nothing else is said for 200 ms. In `ACCEPTED` the session resends its
own 2xx (§13.3.1.4); this machine only swallows repeats of the INVITE.
"""

from __future__ import annotations

from enum import IntEnum

from sip.transaction import T1, T2, T4, TIMEOUT, Machine, Resend, Rules

State = IntEnum("State", "PROCEEDING ACCEPTED COMPLETED CONFIRMED TERMINATED")
Input = IntEnum("Input", "INVITE ACK PROVISIONAL SUCCESS REFUSAL EXPIRED")
Do = IntEnum("Do", "SEND DELIVER_ACK")

TABLE: dict[tuple[State, Input], tuple[State, tuple[Do, ...]]] = {
    (State.PROCEEDING, Input.INVITE): (State.PROCEEDING, (Do.SEND,)),
    (State.PROCEEDING, Input.PROVISIONAL): (State.PROCEEDING, (Do.SEND,)),
    (State.PROCEEDING, Input.SUCCESS): (State.ACCEPTED, (Do.SEND,)),
    (State.PROCEEDING, Input.REFUSAL): (State.COMPLETED, (Do.SEND,)),
    (State.ACCEPTED, Input.SUCCESS): (State.ACCEPTED, (Do.SEND,)),
    (State.ACCEPTED, Input.ACK): (State.ACCEPTED, (Do.DELIVER_ACK,)),  # it reused our branch
    (State.ACCEPTED, Input.EXPIRED): (State.TERMINATED, ()),  # Timer L
    (State.COMPLETED, Input.INVITE): (State.COMPLETED, (Do.SEND,)),
    (State.COMPLETED, Input.ACK): (State.CONFIRMED, ()),
    (State.COMPLETED, Input.EXPIRED): (State.TERMINATED, ()),  # Timer H
    (State.CONFIRMED, Input.EXPIRED): (State.TERMINATED, ()),  # Timer I
}

RULES = Rules(
    table=TABLE,
    start=(State.PROCEEDING,),
    final=State.TERMINATED,
    lifetime={
        State.ACCEPTED: TIMEOUT,
        State.COMPLETED: TIMEOUT,
        State.CONFIRMED: T4,
    },  # PROCEEDING has no limit here: the session that is offered has one
    expired=Input.EXPIRED,
    resend={State.COMPLETED: Resend(T1, T2)},  # Timer G
    again=Do.SEND,
    absorbs=frozenset({State.CONFIRMED}),
)


class InviteServer(Machine[State, Input, Do]):
    __slots__ = ()

    def __init__(self, now: float, reliable: bool) -> None:
        super().__init__(RULES, State.PROCEEDING, now, reliable)

    def receive(self, method: str, now: float) -> tuple[Do, ...]:
        """An INVITE or ACK that matched this transaction."""
        return self.step(Input.ACK if method == "ACK" else Input.INVITE, now)

    def respond(self, status: int, now: float) -> tuple[Do, ...]:
        if status < 200:
            return self.step(Input.PROVISIONAL, now)
        return self.step(Input.SUCCESS if status < 300 else Input.REFUSAL, now)
