"""The life of a chat as a table: what may happen in each state, and what is to be done then. Pure.

    FLOW -> QUEUED <-> OFFERED -> CONNECTED -> ENDED
     ^         ^                      |
     +---------+------ transfer ------+

A flow may run for the customer in QUEUED and OFFERED, too: that of the queue.
"""

from __future__ import annotations

from enum import Enum

State = Enum("State", "FLOW QUEUED OFFERED CONNECTED ENDED")
Input = Enum("Input", "ENQUEUED OFFERED MISSED ACCEPTED SENT ENDED")
Do = Enum(
    "Do", "STOP_FLOW RUN_FLOW RUN_QUEUE_FLOW JOIN_QUEUE LEAVE_QUEUE RING MISS TAKE PART CLOSE"
)

TABLE: dict[tuple[State, Input], tuple[State, tuple[Do, ...]]] = {
    (State.FLOW, Input.ENQUEUED): (State.QUEUED, (Do.JOIN_QUEUE, Do.RUN_QUEUE_FLOW)),
    (State.FLOW, Input.SENT): (State.FLOW, (Do.STOP_FLOW, Do.RUN_FLOW)),
    (State.FLOW, Input.ENDED): (State.ENDED, (Do.STOP_FLOW, Do.CLOSE)),
    (State.QUEUED, Input.OFFERED): (State.OFFERED, (Do.RING,)),
    (State.QUEUED, Input.ENQUEUED): (State.QUEUED, (Do.LEAVE_QUEUE, Do.JOIN_QUEUE)),
    (State.QUEUED, Input.ENDED): (State.ENDED, (Do.STOP_FLOW, Do.LEAVE_QUEUE, Do.CLOSE)),
    (State.OFFERED, Input.MISSED): (State.QUEUED, (Do.MISS,)),
    (State.OFFERED, Input.ENQUEUED): (State.QUEUED, (Do.LEAVE_QUEUE, Do.JOIN_QUEUE)),
    (State.OFFERED, Input.ACCEPTED): (State.CONNECTED, (Do.STOP_FLOW, Do.TAKE)),
    (State.OFFERED, Input.ENDED): (State.ENDED, (Do.STOP_FLOW, Do.LEAVE_QUEUE, Do.CLOSE)),
    (State.CONNECTED, Input.ENQUEUED): (
        *(State.QUEUED, (Do.PART, Do.JOIN_QUEUE, Do.RUN_QUEUE_FLOW)),
    ),
    (State.CONNECTED, Input.SENT): (State.FLOW, (Do.PART, Do.RUN_FLOW)),
    (State.CONNECTED, Input.ENDED): (State.ENDED, (Do.PART, Do.CLOSE)),
}  # a pair that is not here is dropped: whoever was late is not an error
WAITING = frozenset({State.QUEUED, State.OFFERED})


def step(state: State, event: Input) -> tuple[State, tuple[Do, ...]]:
    return TABLE.get((state, event), (state, ()))
