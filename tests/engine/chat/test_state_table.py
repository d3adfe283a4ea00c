"""The life of a chat, step by step."""

from __future__ import annotations

import pytest

from engine.chat.state_table import TABLE, Do, Input, State, step


def test_a_chat_goes_from_its_flow_through_the_queue_to_an_agent_and_ends() -> None:
    state, done = State.FLOW, list[Do]()
    for event in (Input.ENQUEUED, Input.OFFERED, Input.ACCEPTED, Input.ENDED):
        state, actions = step(state, event)
        done += actions
    assert state is State.ENDED
    assert done == [
        *(Do.JOIN_QUEUE, Do.RUN_QUEUE_FLOW, Do.RING, Do.STOP_FLOW, Do.TAKE, Do.PART, Do.CLOSE)
    ]


def test_a_chat_that_is_missed_goes_back_to_the_queue() -> None:
    assert step(State.OFFERED, Input.MISSED) == (State.QUEUED, (Do.MISS,))


def test_whoever_is_late_changes_nothing() -> None:
    assert step(State.QUEUED, Input.ACCEPTED) == (State.QUEUED, ())
    for event in Input:
        assert step(State.ENDED, event) == (State.ENDED, ())


@pytest.mark.parametrize("state", [each for each in State if each is not State.ENDED])
def test_a_chat_can_end_in_every_state_and_closes_then(state: State) -> None:
    after, actions = step(state, Input.ENDED)
    assert after is State.ENDED and actions[-1] is Do.CLOSE


def test_an_agent_who_leaves_leaves_once() -> None:
    leaving = {event for (state, event), (_, done) in TABLE.items() if Do.PART in done}
    assert leaving == {Input.ENQUEUED, Input.SENT, Input.ENDED}
    for (state, _), (_, actions) in TABLE.items():
        assert (Do.PART in actions) <= (state is State.CONNECTED)
