"""A call: the state table of one contact over its two legs.

    ARRIVED -> FLOW -> WAITING <-> OFFERING -> BRIDGED <-> TRANSFERRING
       |        ^         ^                     ^ ^ |           |
       |        +---------+----- transfers -----|-|-+           v
       +--> DIALLING ---------------------------+ | <------ HANDED_OVER
       +--> CALLING -> WHISPERING ----------------+
       +--> CALLING_BACK -> GREETING
       +--> REACHING -> FLOW

    OFFERING -> BRIEFING -> GREETING -> BRIDGED
    BRIDGED <-> SENDING -> SENT_ALONE -> WAITING
    TRANSFERRING -> FORWARDED <- HANDED_OVER, BRIDGED
    FLOW <-> FORWARDING -> FORWARDED
    FLOW <-> LENDING -> LENT -> FLOW
    FLOW -> SUMMONING -> BRIDGED
    FORWARDED <- QUEUE_FORWARDING <-> WAITING <-> QUEUE_LENDING -> QUEUE_LENT -> WAITING
    every state -> ENDED

DIALLING rings the colleague whom an agent calls, CALLING somebody outside, who may hear a prompt of
our own before the agent (WHISPERING); CALLING_BACK calls them for an agent who was called first,
REACHING for a flow alone. In
BRIEFING the agent who has answered hears one first, then, in GREETING, the customer. While
TRANSFERRING the next agent's phone rings and the first still has the contact; in HANDED_OVER the
first has hung up already. While SENDING the customer's own side calls somebody outside; in
SENT_ALONE the agent has hung up already. FORWARDED is the customer's
talk with a third party outside, for whom the agent has left, or whom a flow has called (FORWARDING)
for good; from one whom it calls (LENDING) to go on afterwards (LENT) it gets the customer back.
Where a queue flow calls them, the contact keeps its place in the queue until it is back
(QUEUE_LENDING, QUEUE_LENT) or gone (QUEUE_FORWARDING). While SUMMONING a flow has one agent's
phone rung, and nobody else's will.

Pure: it knows nothing of media, SIP or flows beyond the names of the things it asks for.
What is asked for is done by `performer`, in order.
"""

from __future__ import annotations

from enum import Enum
from math import inf

from engine.call_actions import Do

State = Enum(
    "State",
    "ARRIVED FLOW WAITING OFFERING BRIEFING GREETING BRIDGED DIALLING CALLING WHISPERING"
    " TRANSFERRING HANDED_OVER FORWARDED SENDING SENT_ALONE FORWARDING LENDING LENT"
    " QUEUE_FORWARDING QUEUE_LENDING QUEUE_LENT SUMMONING CALLING_BACK REACHING ENDED",
)
RINGING = frozenset(
    {State.OFFERING, State.DIALLING, State.TRANSFERRING, State.HANDED_OVER, State.SUMMONING}
)
"""A phone rings that is to take the contact, and may do so for a while only."""
RUNG_OUTSIDE = (
    *(State.FORWARDING, State.LENDING, State.QUEUE_FORWARDING, State.QUEUE_LENDING),
    State.REACHING,
)
WHISPER_SECONDS = 120.0
"""Longer than this nobody waits for the end of a whisper flow."""


class Input(Enum):
    """What may happen to a call. The last group ends it, from whatever state."""

    CONFIRMED = "the customer's phone acknowledged our answer"
    REQUEUED = "the queue flow transferred the contact to another queue"
    QUEUED = "the flow transferred the contact to its queue"
    AGENT_OFFERED = "an agent was found"
    COLLEAGUE_DIALLED = "the caller is an agent who dialled another"
    CUSTOMER_DIALLED = "an agent dialled a number outside"
    API_DIALLED = "the API has a number outside called, for a flow"
    CALLED_BACK = "the number of a callback is called, for an agent who has answered"
    CUSTOMER_ANSWERED = "whoever was dialled outside answered"
    CUSTOMER_MISSED = "whoever was dialled outside was busy, refused or could not be reached"
    AGENT_ANSWERED = "the agent's phone answered"
    AGENT_LISTENS = "it answered, and somebody is to hear a whisper flow first"
    WHISPERED = "a whisper flow has ended"
    AGENT_MISSED = "the agent's phone was busy, refused, failed or rang too long"
    TO_AGENT = "the agent transfers the contact to another agent"
    TO_QUEUE = "the agent transfers the contact to a queue"
    TO_NUMBER = "the agent transfers the contact to a number of ours"
    TO_OUTSIDE = "the customer is to go on outside, by a call of their own side"
    TO_THIRD_PARTY = "the agent transfers the contact to somebody outside, whom we call"
    FLOW_SUMMONS = "the flow transfers the contact to one agent, and no other"
    FLOW_FORWARDS = "the flow transfers the contact to somebody outside, whom we call"
    FLOW_LENDS = "the same, but the flow goes on when they have hung up"
    THIRD_PARTY_ANSWERED = "they answered, or have talked with the agent before"
    THIRD_PARTY_LATE = "they have not answered in the time that the flow gives them"
    THIRD_PARTY_LEFT = "they hung up, or their phone vanished"
    GONE_OUTSIDE = "that call was answered"
    OUTSIDE_FAILED = "that call, or the wish for it, was refused"
    JOINED = "the agent joins the contact with the colleague they had called"
    HANDED_ON = "whoever an agent called has that agent's contact now"
    CUSTOMER_REMAINS = "the agent hung up, and a flow is to run for the customer"
    FLOW_ENDED = "the flow disconnected the contact"
    CUSTOMER_LEFT = "the customer hung up"
    CUSTOMER_LOST = "the customer's phone vanished"
    AGENT_LEFT = "the agent hung up"
    AGENT_LOST = "the agent's phone vanished"
    SHUT_DOWN = "the engine stops, or this call failed inside"


Row = tuple[State, tuple[Do, ...]]

_TAKEN = (Do.TAKE_AGENT, Do.BRIDGE, Do.START_RECORDING)

_FORWARDED = (Do.STOP_FLOW, Do.STOP_RECORDING, Do.END_MONITORS, Do.JOIN_THIRD_PARTY)
"""What is said without an agent is recorded and overheard by nobody."""


def _loan(
    home: State,
    away: tuple[State, State, State],
    aside: tuple[Do, ...] = (),
    back: tuple[Do, ...] = (),
    gone: tuple[Do, ...] = (),
) -> dict[tuple[State, Input], Row]:
    """A flow gives the customer to somebody outside, for good or for a while."""
    forwarding, lending, lent = away
    failed, late = (Do.CANCEL_AGENT, *back, Do.FAIL_FLOW), (Do.CANCEL_AGENT, *back, Do.EXPIRE_FLOW)
    return {
        (home, Input.FLOW_FORWARDS): (forwarding, (*aside, Do.RING_THIRD_PARTY)),
        (home, Input.FLOW_LENDS): (lending, (*aside, Do.RING_THIRD_PARTY)),
        (forwarding, Input.THIRD_PARTY_ANSWERED): (State.FORWARDED, (*gone, *_FORWARDED)),
        (lending, Input.THIRD_PARTY_ANSWERED): (lent, (Do.JOIN_THIRD_PARTY,)),
        (lent, Input.THIRD_PARTY_LEFT): (home, (Do.RELEASE_THIRD_PARTY, *back, Do.CONTINUE_FLOW)),
        **{(calls, Input.AGENT_MISSED): (home, failed) for calls in (forwarding, lending)},
        **{(calls, Input.THIRD_PARTY_LATE): (home, late) for calls in (forwarding, lending)},
    }


_PROGRESS: dict[tuple[State, Input], Row] = {
    (State.ARRIVED, Input.CONFIRMED): (State.FLOW, (Do.START_FLOW,)),
    (State.FLOW, Input.QUEUED): (State.WAITING, (Do.JOIN_QUEUE,)),
    (State.WAITING, Input.REQUEUED): (State.WAITING, (Do.LEAVE_QUEUE, Do.JOIN_QUEUE)),
    (State.OFFERING, Input.REQUEUED): (
        State.WAITING,
        (Do.CANCEL_AGENT, Do.LEAVE_QUEUE, Do.JOIN_QUEUE),
    ),
    (State.WAITING, Input.AGENT_OFFERED): (State.OFFERING, (Do.RING_AGENT,)),
    (State.OFFERING, Input.AGENT_MISSED): (State.WAITING, (Do.CANCEL_AGENT, Do.REJOIN_QUEUE)),
    (State.OFFERING, Input.AGENT_ANSWERED): (State.BRIDGED, _TAKEN),
    # Both may have to hear something first; meanwhile the customer keeps the place in the queue
    (State.OFFERING, Input.AGENT_LISTENS): (State.BRIEFING, (Do.START_BRIEFING,)),
    (State.BRIEFING, Input.AGENT_MISSED): (
        State.WAITING,
        (Do.STOP_BRIEFING, Do.CANCEL_AGENT, Do.REJOIN_QUEUE),
    ),
    (State.BRIEFING, Input.WHISPERED): (
        State.GREETING,
        (Do.STOP_BRIEFING, Do.STOP_FLOW, Do.TAKE_AGENT, Do.START_GREETING),
    ),
    (State.GREETING, Input.WHISPERED): (
        State.BRIDGED,
        (Do.STOP_FLOW, Do.BRIDGE, Do.START_RECORDING),
    ),
    # An agent calls a colleague
    (State.ARRIVED, Input.COLLEAGUE_DIALLED): (State.DIALLING, (Do.RING_AGENT,)),
    (State.DIALLING, Input.AGENT_ANSWERED): (State.BRIDGED, (Do.ANSWER_CALLER, *_TAKEN)),
    # An agent calls somebody outside
    (State.ARRIVED, Input.CUSTOMER_DIALLED): (State.CALLING, ()),
    (State.CALLING, Input.CUSTOMER_ANSWERED): (State.WHISPERING, (Do.START_WHISPER,)),
    (State.WHISPERING, Input.FLOW_ENDED): (
        State.BRIDGED,
        (Do.STOP_FLOW, Do.ANSWER_CALLER, Do.ADOPT_AGENT, Do.BRIDGE, Do.START_RECORDING),
    ),
    # A flow is to run for somebody outside
    (State.ARRIVED, Input.API_DIALLED): (State.REACHING, ()),
    (State.REACHING, Input.CUSTOMER_ANSWERED): (State.FLOW, (Do.START_FLOW,)),
    # An agent takes a callback
    (State.ARRIVED, Input.CALLED_BACK): (State.CALLING_BACK, (Do.START_BRIEFING,)),
    (State.CALLING_BACK, Input.CUSTOMER_ANSWERED): (
        State.GREETING,
        (Do.STOP_BRIEFING, Do.ADOPT_AGENT, Do.START_WHISPER),
    ),
    (State.GREETING, Input.FLOW_ENDED): (
        State.BRIDGED,
        (Do.STOP_FLOW, Do.BRIDGE, Do.START_RECORDING),
    ),
    # The API transfers whom no agent has
    (State.FLOW, Input.TO_NUMBER): (State.FLOW, (Do.START_FLOW,)),
    (State.WAITING, Input.TO_NUMBER): (State.FLOW, (Do.LEAVE_QUEUE, Do.START_FLOW)),
    (State.OFFERING, Input.TO_NUMBER): (
        State.FLOW,
        (Do.CANCEL_AGENT, Do.LEAVE_QUEUE, Do.START_FLOW),
    ),
    # An agent transfers
    (State.BRIDGED, Input.TO_QUEUE): (State.WAITING, (Do.RELEASE_AGENT, Do.JOIN_QUEUE)),
    (State.BRIDGED, Input.TO_NUMBER): (State.FLOW, (Do.RELEASE_AGENT, Do.START_FLOW)),
    (State.BRIDGED, Input.CUSTOMER_REMAINS): (
        State.FLOW,
        (Do.RELEASE_AGENT, Do.START_REMAINING),
    ),
    (State.BRIDGED, Input.TO_AGENT): (State.TRANSFERRING, (Do.HOLD_CUSTOMER, Do.RING_AGENT)),
    (State.BRIDGED, Input.JOINED): (
        State.BRIDGED,
        (Do.RELEASE_AGENT, Do.ADOPT_AGENT, Do.BRIDGE, Do.START_RECORDING),
    ),
    (State.TRANSFERRING, Input.AGENT_ANSWERED): (
        State.BRIDGED,
        (Do.REPORT_SUCCESS, Do.RELEASE_AGENT, *_TAKEN),
    ),
    (State.TRANSFERRING, Input.AGENT_MISSED): (
        State.BRIDGED,
        (Do.CANCEL_AGENT, Do.PASS_OVER, Do.REPORT_FAILURE, Do.BRIDGE),
    ),
    (State.TRANSFERRING, Input.AGENT_LEFT): (State.HANDED_OVER, (Do.RELEASE_AGENT,)),
    (State.TRANSFERRING, Input.AGENT_LOST): (State.HANDED_OVER, (Do.RELEASE_AGENT,)),
    (State.HANDED_OVER, Input.AGENT_ANSWERED): (State.BRIDGED, _TAKEN),
    # The contact goes to a third party; until then it is as with another agent
    (State.BRIDGED, Input.TO_THIRD_PARTY): (
        State.TRANSFERRING,
        (Do.HOLD_CUSTOMER, Do.RING_THIRD_PARTY),
    ),
    (State.TRANSFERRING, Input.THIRD_PARTY_ANSWERED): (
        State.FORWARDED,
        (Do.REPORT_SUCCESS, Do.RELEASE_AGENT, *_FORWARDED),
    ),
    (State.HANDED_OVER, Input.THIRD_PARTY_ANSWERED): (State.FORWARDED, _FORWARDED),
    (State.BRIDGED, Input.THIRD_PARTY_ANSWERED): (
        State.FORWARDED,
        (Do.RELEASE_AGENT, *_FORWARDED),
    ),
    # The same, or for a while, by a flow; one in a queue is offered to nobody meanwhile
    **_loan(State.FLOW, (State.FORWARDING, State.LENDING, State.LENT)),
    **_loan(
        State.WAITING,
        (State.QUEUE_FORWARDING, State.QUEUE_LENDING, State.QUEUE_LENT),
        *((Do.STEP_ASIDE,), (Do.STEP_BACK,), (Do.LEAVE_QUEUE,)),
    ),
    **{
        (State.OFFERING, event): (calls, (Do.CANCEL_AGENT, Do.STEP_ASIDE, Do.RING_THIRD_PARTY))
        for event, calls in (
            (Input.FLOW_FORWARDS, State.QUEUE_FORWARDING),
            (Input.FLOW_LENDS, State.QUEUE_LENDING),
        )
    },
    # To one agent, by a flow
    (State.FLOW, Input.FLOW_SUMMONS): (
        State.SUMMONING,
        (Do.STOP_FLOW, Do.HOLD_CUSTOMER, Do.RING_AGENT),
    ),
    (State.SUMMONING, Input.AGENT_ANSWERED): (State.BRIDGED, _TAKEN),
    # The customer's side is asked to call somebody else
    (State.BRIDGED, Input.TO_OUTSIDE): (State.SENDING, (Do.REFER_CUSTOMER,)),
    (State.SENDING, Input.OUTSIDE_FAILED): (State.BRIDGED, (Do.REPORT_FAILURE, Do.BRIDGE)),
    (State.SENDING, Input.AGENT_LEFT): (State.SENT_ALONE, (Do.RELEASE_AGENT, Do.HOLD_CUSTOMER)),
    (State.SENDING, Input.AGENT_LOST): (State.SENT_ALONE, (Do.RELEASE_AGENT, Do.HOLD_CUSTOMER)),
    (State.SENT_ALONE, Input.OUTSIDE_FAILED): (State.WAITING, (Do.JOIN_QUEUE,)),
    (State.HANDED_OVER, Input.AGENT_MISSED): (
        State.WAITING,
        (Do.CANCEL_AGENT, Do.PASS_OVER, Do.JOIN_QUEUE),
    ),
}

_STOP_RINGING = (Do.CANCEL_AGENT, Do.LEAVE_QUEUE)

_TEAR_DOWN: dict[State, tuple[Do, ...]] = {
    State.ARRIVED: (),
    State.FLOW: (Do.STOP_FLOW,),
    State.WAITING: (Do.LEAVE_QUEUE,),
    State.OFFERING: _STOP_RINGING,
    State.BRIEFING: (Do.STOP_BRIEFING, *_STOP_RINGING),
    State.GREETING: (Do.STOP_FLOW, Do.RELEASE_AGENT),
    State.BRIDGED: (Do.RELEASE_AGENT,),
    State.DIALLING: _STOP_RINGING,
    State.CALLING: (Do.RELEASE_AGENT,),
    State.CALLING_BACK: (Do.RELEASE_AGENT,),
    State.REACHING: (),
    State.WHISPERING: (Do.STOP_FLOW, Do.RELEASE_AGENT),
    State.TRANSFERRING: (*_STOP_RINGING, Do.RELEASE_AGENT),
    State.HANDED_OVER: _STOP_RINGING,
    State.FORWARDED: (Do.RELEASE_THIRD_PARTY,),
    State.SENDING: (Do.RELEASE_AGENT,),
    State.SENT_ALONE: (),
    State.FORWARDING: (Do.CANCEL_AGENT, Do.STOP_FLOW),
    State.LENDING: (Do.CANCEL_AGENT, Do.STOP_FLOW),
    State.LENT: (Do.STOP_FLOW, Do.RELEASE_THIRD_PARTY),
    State.QUEUE_FORWARDING: _STOP_RINGING,
    State.QUEUE_LENDING: _STOP_RINGING,
    State.QUEUE_LENT: (Do.LEAVE_QUEUE, Do.RELEASE_THIRD_PARTY),
    State.SUMMONING: _STOP_RINGING,
}
_FAREWELL = (Do.STOP_RECORDING, Do.END_MONITORS, Do.HANG_UP_CUSTOMER, Do.CLOSE)
"""A contact is recorded and monitored wherever it goes in the house."""

_WITH_AN_AGENT = (
    *(State.GREETING, State.BRIDGED, State.CALLING, State.CALLING_BACK, State.WHISPERING),
)

_ENDINGS: dict[Input, tuple[State, ...]] = {
    Input.CUSTOMER_LEFT: tuple(_TEAR_DOWN),
    Input.CUSTOMER_LOST: tuple(_TEAR_DOWN),
    Input.SHUT_DOWN: tuple(_TEAR_DOWN),
    Input.FLOW_ENDED: (State.FLOW, State.WAITING, State.OFFERING, State.BRIEFING),
    Input.AGENT_LEFT: _WITH_AN_AGENT,
    Input.AGENT_LOST: _WITH_AN_AGENT,
    Input.HANDED_ON: (State.BRIDGED, State.CALLING),
    Input.GONE_OUTSIDE: (State.SENT_ALONE,),
    Input.THIRD_PARTY_LEFT: (State.FORWARDED,),
}

TABLE: dict[tuple[State, Input], Row] = (
    _PROGRESS
    | {
        (state, ending): (State.ENDED, (*_TEAR_DOWN[state], *_FAREWELL))
        for ending, states in _ENDINGS.items()
        for state in states
    }
    | {
        (State.DIALLING, Input.AGENT_MISSED): (
            State.ENDED,
            (Do.CANCEL_AGENT, Do.PASS_OVER, Do.REFUSE_CALLER, *_FAREWELL),
        ),
        (State.CALLING, Input.CUSTOMER_MISSED): (
            State.ENDED,
            (Do.REFUSE_CALLER, Do.RELEASE_AGENT, *_FAREWELL),
        ),
        (State.SUMMONING, Input.AGENT_MISSED): (
            State.ENDED,
            (Do.CANCEL_AGENT, Do.PASS_OVER, *_FAREWELL),
        ),
        (State.CALLING_BACK, Input.CUSTOMER_MISSED): (
            State.ENDED,
            (Do.RELEASE_AGENT, *_FAREWELL),
        ),
        (State.REACHING, Input.CUSTOMER_MISSED): (State.ENDED, _FAREWELL),
        (State.SENDING, Input.GONE_OUTSIDE): (
            State.ENDED,
            (Do.REPORT_SUCCESS, *_TEAR_DOWN[State.SENDING], *_FAREWELL),
        ),
    }
)  # a pair that is not here is dropped: an answer that crosses a hang-up is not an error


LATE: dict[State, Input] = {
    **dict.fromkeys(RINGING, Input.AGENT_MISSED),
    State.BRIEFING: Input.WHISPERED,
    State.GREETING: Input.WHISPERED,
    State.WHISPERING: Input.FLOW_ENDED,
    **dict.fromkeys(RUNG_OUTSIDE, Input.THIRD_PARTY_LATE),
    State.REACHING: Input.CUSTOMER_MISSED,
}
"""What happens when a state has lasted too long."""


class Call:
    """Where one contact stands. `ring_seconds` is how long an agent's phone may ring."""

    def __init__(self, ring_seconds: float) -> None:
        self.state = State.ARRIVED
        self.ended_by: Input | None = None
        self.deadline = inf
        """When tick() is next due, on the clock of `now`; inf when never."""
        self._seconds = {
            **dict.fromkeys(LATE.keys(), WHISPER_SECONDS),
            **dict.fromkeys((*RINGING, *RUNG_OUTSIDE), ring_seconds),
        }

    def ring_outside(self, seconds: float) -> None:
        """Whom a flow calls next, or who is called for one, may be rung for so long."""
        self._seconds |= dict.fromkeys(RUNG_OUTSIDE, seconds)

    def step(self, event: Input, now: float) -> tuple[Do, ...]:
        """Take in what happened at `now` (monotonic seconds); return what to do, in order."""
        state, actions = TABLE.get((self.state, event), (self.state, ()))
        if state is self.state:
            return actions
        rang, self.state = self.state in RINGING, state
        if not (rang and state in RINGING):  # a phone rings no longer because another hung up
            self.deadline = now + self._seconds.get(state, inf)
        if state is State.ENDED:
            self.ended_by = event
        return actions

    def tick(self, now: float) -> tuple[Do, ...]:
        """What took too long is over: a phone that rings, or a whisper flow."""
        return self.step(LATE[self.state], now) if now >= self.deadline else ()
