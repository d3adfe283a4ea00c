from math import inf

import pytest

from engine.call import TABLE, Call, Do, Input, State


def walked(*events: Input, ring_seconds: float = 20.0) -> tuple[Call, tuple[Do, ...]]:
    call, last = Call(ring_seconds), ()
    for event in events:
        last = call.step(event, now=0.0)
    return call, last


TO_THE_BRIDGE = (Input.CONFIRMED, Input.QUEUED, Input.AGENT_OFFERED, Input.AGENT_ANSWERED)


def test_a_call_goes_from_the_flow_through_the_queue_to_an_agent() -> None:
    call, last = walked(*TO_THE_BRIDGE)
    assert call.state is State.BRIDGED
    assert last == (Do.TAKE_FROM_QUEUE, Do.BRIDGE, Do.START_RECORDING)


def test_an_agent_who_does_not_answer_in_time_is_passed_over_and_the_caller_waits_on() -> None:
    call, _ = walked(*TO_THE_BRIDGE[:3])
    assert call.deadline == 20.0
    assert call.tick(19.9) == ()
    assert call.tick(20.0) == (Do.CANCEL_AGENT, Do.REJOIN_QUEUE)
    assert call.state is State.WAITING
    assert call.deadline == inf


def test_an_answer_that_crosses_the_end_of_ringing_changes_nothing() -> None:
    call, _ = walked(*TO_THE_BRIDGE[:3], Input.AGENT_MISSED)
    assert call.step(Input.AGENT_ANSWERED, now=20.1) == ()
    assert call.state is State.WAITING


def test_a_customer_who_gives_up_while_it_rings_frees_the_agent() -> None:
    call, last = walked(*TO_THE_BRIDGE[:3], Input.CUSTOMER_LEFT)
    assert last == (Do.CANCEL_AGENT, Do.LEAVE_QUEUE, Do.HANG_UP_CUSTOMER, Do.CLOSE)
    assert call.ended_by is Input.CUSTOMER_LEFT


@pytest.mark.parametrize("ending", [Input.CUSTOMER_LEFT, Input.AGENT_LEFT, Input.AGENT_LOST])
def test_whoever_ends_the_conversation_recording_and_monitors_end_with_it(ending: Input) -> None:
    _, last = walked(*TO_THE_BRIDGE, ending)
    assert {Do.STOP_RECORDING, Do.END_MONITORS, Do.RELEASE_AGENT, Do.HANG_UP_CUSTOMER} < set(last)


def test_the_first_ending_is_the_one_that_counts() -> None:
    call, _ = walked(*TO_THE_BRIDGE, Input.AGENT_LEFT)
    assert call.step(Input.CUSTOMER_LEFT, now=1.0) == ()
    assert call.ended_by is Input.AGENT_LEFT


def test_every_state_is_reached_and_every_living_state_can_end() -> None:
    assert {state for state, _ in TABLE.values()} == set(State) - {State.ARRIVED}
    for state in set(State) - {State.ENDED}:
        assert TABLE[state, Input.CUSTOMER_LEFT][0] is State.ENDED
        assert TABLE[state, Input.SHUT_DOWN][0] is State.ENDED
    assert not any(state is State.ENDED for state, _ in TABLE)


def test_only_the_end_closes_the_contact() -> None:
    for state, actions in TABLE.values():
        assert (Do.CLOSE in actions) == (state is State.ENDED)


def test_everything_that_can_be_asked_for_is_asked_for_somewhere() -> None:
    assert {do for _, actions in TABLE.values() for do in actions} == set(Do)
