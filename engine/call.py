"""A call: the state table of one contact over its two legs.

    ARRIVED -> FLOW -> WAITING <-> OFFERING -> BRIDGED
       |        |         |           |           |
       +--------+---------+-----------+-----------+----> ENDED

Pure: it knows nothing of media, SIP or flows beyond the names of the things it asks for.
What is asked for is done by `performer`, in order.
"""

from __future__ import annotations

from enum import Enum
from math import inf

State = Enum("State", "ARRIVED FLOW WAITING OFFERING BRIDGED ENDED")


class Input(Enum):
    """What may happen to a call. The last group ends it, from whatever state."""

    CONFIRMED = "the customer's phone acknowledged our answer"
    QUEUED = "the flow transferred the contact to its queue"
    AGENT_OFFERED = "an agent was found"
    AGENT_ANSWERED = "the agent's phone answered"
    AGENT_MISSED = "the agent's phone was busy, refused, failed or rang too long"
    FLOW_ENDED = "the flow disconnected the contact"
    CUSTOMER_LEFT = "the customer hung up"
    CUSTOMER_LOST = "the customer's phone vanished"
    AGENT_LEFT = "the agent hung up"
    AGENT_LOST = "the agent's phone vanished"
    SHUT_DOWN = "the engine stops, or this call failed inside"


class Do(Enum):
    """What is to be done about it."""

    START_FLOW = "run the contact flow of the dialled number"
    STOP_FLOW = "no further block runs, the prompt stops"
    JOIN_QUEUE = "hold music; the contact waits for an agent"
    REJOIN_QUEUE = "wait on, in the old place; the agent missed the contact"
    LEAVE_QUEUE = "nobody needs to be found any more; an agent who was ringing is free"
    TAKE_FROM_QUEUE = "the agent who was ringing has the contact"
    RING_AGENT = "call the agent's phone"
    CANCEL_AGENT = "stop calling the agent's phone"
    BRIDGE = "customer and agent hear each other"
    START_RECORDING = "open the tap, if the flow asked for it"
    STOP_RECORDING = "close the tap"
    END_MONITORS = "hang up every supervisor who listens"
    RELEASE_AGENT = "end the agent's leg, if it is still up; the agent is free"
    HANG_UP_CUSTOMER = "end the customer's leg, if it is still up"
    CLOSE = "write the contact record, forget the contact"


Row = tuple[State, tuple[Do, ...]]

_PROGRESS: dict[tuple[State, Input], Row] = {
    (State.ARRIVED, Input.CONFIRMED): (State.FLOW, (Do.START_FLOW,)),
    (State.FLOW, Input.QUEUED): (State.WAITING, (Do.JOIN_QUEUE,)),
    (State.WAITING, Input.AGENT_OFFERED): (State.OFFERING, (Do.RING_AGENT,)),
    (State.OFFERING, Input.AGENT_MISSED): (State.WAITING, (Do.CANCEL_AGENT, Do.REJOIN_QUEUE)),
    (State.OFFERING, Input.AGENT_ANSWERED): (
        State.BRIDGED,
        (Do.TAKE_FROM_QUEUE, Do.BRIDGE, Do.START_RECORDING),
    ),
}

_TEAR_DOWN: dict[State, tuple[Do, ...]] = {
    State.ARRIVED: (),
    State.FLOW: (Do.STOP_FLOW,),
    State.WAITING: (Do.LEAVE_QUEUE,),
    State.OFFERING: (Do.CANCEL_AGENT, Do.LEAVE_QUEUE),
    State.BRIDGED: (Do.STOP_RECORDING, Do.END_MONITORS, Do.RELEASE_AGENT),
}

_ENDINGS: dict[Input, tuple[State, ...]] = {
    Input.CUSTOMER_LEFT: tuple(_TEAR_DOWN),
    Input.CUSTOMER_LOST: tuple(_TEAR_DOWN),
    Input.SHUT_DOWN: tuple(_TEAR_DOWN),
    Input.FLOW_ENDED: (State.FLOW,),
    Input.AGENT_LEFT: (State.BRIDGED,),
    Input.AGENT_LOST: (State.BRIDGED,),
}

TABLE: dict[tuple[State, Input], Row] = _PROGRESS | {
    (state, ending): (State.ENDED, (*_TEAR_DOWN[state], Do.HANG_UP_CUSTOMER, Do.CLOSE))
    for ending, states in _ENDINGS.items()
    for state in states
}  # a pair that is not here is dropped: an answer that crosses a hang-up is not an error


class Call:
    """Where one contact stands. `ring_seconds` is how long an agent's phone may ring."""

    def __init__(self, ring_seconds: float) -> None:
        self.state = State.ARRIVED
        self.ended_by: Input | None = None
        self.deadline = inf
        """When tick() is next due, on the clock of `now`; inf when never."""
        self._ring_seconds = ring_seconds

    def step(self, event: Input, now: float) -> tuple[Do, ...]:
        """Take in what happened at `now` (monotonic seconds); return what to do, in order."""
        state, actions = TABLE.get((self.state, event), (self.state, ()))
        if state is self.state:
            return actions
        self.state = state
        self.deadline = now + self._ring_seconds if state is State.OFFERING else inf
        if state is State.ENDED:
            self.ended_by = event
        return actions

    def tick(self, now: float) -> tuple[Do, ...]:
        """An agent's phone that rang too long is a missed contact."""
        return self.step(Input.AGENT_MISSED, now) if now >= self.deadline else ()
