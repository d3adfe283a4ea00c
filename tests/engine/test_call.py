from math import inf

import pytest

from engine.call import TABLE, WHISPER_SECONDS, Call, Input, State
from engine.call_actions import Do


def walked(*events: Input, ring_seconds: float = 20.0) -> tuple[Call, tuple[Do, ...]]:
    call, last = Call(ring_seconds), ()
    for event in events:
        last = call.step(event, now=0.0)
    return call, last


TO_THE_BRIDGE = (Input.CONFIRMED, Input.QUEUED, Input.AGENT_OFFERED, Input.AGENT_ANSWERED)


def test_a_call_goes_from_the_flow_through_the_queue_to_an_agent() -> None:
    call, last = walked(*TO_THE_BRIDGE)
    assert call.state is State.BRIDGED
    assert last == (Do.TAKE_AGENT, Do.BRIDGE, Do.START_RECORDING)


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
    assert last[:2] == (Do.CANCEL_AGENT, Do.LEAVE_QUEUE)
    assert last[-2:] == (Do.HANG_UP_CUSTOMER, Do.CLOSE)
    assert call.ended_by is Input.CUSTOMER_LEFT


@pytest.mark.parametrize("ending", [Input.CUSTOMER_LEFT, Input.AGENT_LEFT, Input.AGENT_LOST])
def test_whoever_ends_the_conversation_recording_and_monitors_end_with_it(ending: Input) -> None:
    _, last = walked(*TO_THE_BRIDGE, ending)
    assert {Do.STOP_RECORDING, Do.END_MONITORS, Do.RELEASE_AGENT, Do.HANG_UP_CUSTOMER} < set(last)


def test_a_transfer_to_a_queue_frees_the_agent_at_once_and_the_recording_goes_on() -> None:
    call, last = walked(*TO_THE_BRIDGE, Input.TO_QUEUE)
    assert call.state is State.WAITING
    assert last == (Do.RELEASE_AGENT, Do.JOIN_QUEUE)


def test_a_transfer_to_a_number_runs_its_flow() -> None:
    call, last = walked(*TO_THE_BRIDGE, Input.TO_NUMBER)
    assert call.state is State.FLOW
    assert last == (Do.RELEASE_AGENT, Do.START_FLOW)


def test_the_agent_who_transfers_keeps_the_contact_until_the_other_one_answers() -> None:
    call, last = walked(*TO_THE_BRIDGE, Input.TO_AGENT)
    assert last == (Do.HOLD_CUSTOMER, Do.RING_AGENT)
    last = call.step(Input.AGENT_ANSWERED, now=1.0)
    assert call.state is State.BRIDGED
    assert last[:3] == (Do.REPORT_SUCCESS, Do.RELEASE_AGENT, Do.TAKE_AGENT)


def test_the_agent_gets_the_contact_back_when_nobody_answers() -> None:
    call, _ = walked(*TO_THE_BRIDGE, Input.TO_AGENT)
    assert call.deadline == 20.0
    assert call.tick(20.0) == (Do.CANCEL_AGENT, Do.PASS_OVER, Do.REPORT_FAILURE, Do.BRIDGE)
    assert call.state is State.BRIDGED


@pytest.mark.parametrize("gone", [Input.AGENT_LEFT, Input.AGENT_LOST])
def test_an_agent_who_hangs_up_while_it_rings_leaves_the_contact_to_whoever_answers(
    gone: Input,
) -> None:
    call, _ = walked(*TO_THE_BRIDGE, Input.TO_AGENT)
    assert call.step(gone, now=5.0) == (Do.RELEASE_AGENT,)
    assert call.deadline == 20.0  # the phone does not ring longer because of it
    assert call.step(Input.AGENT_ANSWERED, now=6.0)[0] is Do.TAKE_AGENT
    assert call.state is State.BRIDGED


def test_without_an_agent_to_go_back_to_the_contact_waits_in_its_queue_again() -> None:
    call, last = walked(*TO_THE_BRIDGE, Input.TO_AGENT, Input.AGENT_LEFT, Input.AGENT_MISSED)
    assert call.state is State.WAITING
    assert last == (Do.CANCEL_AGENT, Do.PASS_OVER, Do.JOIN_QUEUE)


def test_a_third_party_has_the_customer_when_they_answer_and_the_agent_has_left() -> None:
    call, last = walked(*TO_THE_BRIDGE, Input.TO_THIRD_PARTY)
    assert last == (Do.HOLD_CUSTOMER, Do.RING_THIRD_PARTY)
    assert call.deadline == 20.0
    last = call.step(Input.THIRD_PARTY_ANSWERED, now=1.0)
    assert (call.state, call.deadline) == (State.FORWARDED, inf)
    assert last[:2] == (Do.REPORT_SUCCESS, Do.RELEASE_AGENT)
    assert last[2:] == (
        Do.STOP_FLOW,
        Do.STOP_RECORDING,
        Do.END_MONITORS,
        Do.JOIN_THIRD_PARTY,
    )


def test_a_third_party_whom_the_agent_has_asked_has_the_contact_at_once() -> None:
    call, last = walked(*TO_THE_BRIDGE, Input.THIRD_PARTY_ANSWERED)
    assert call.state is State.FORWARDED
    assert last == (
        Do.RELEASE_AGENT,
        Do.STOP_FLOW,
        Do.STOP_RECORDING,
        Do.END_MONITORS,
        Do.JOIN_THIRD_PARTY,
    )


@pytest.mark.parametrize("ending", [Input.THIRD_PARTY_LEFT, Input.CUSTOMER_LEFT, Input.SHUT_DOWN])
def test_whoever_of_the_two_hangs_up_the_other_is_hung_up_on(ending: Input) -> None:
    call, last = walked(
        *TO_THE_BRIDGE, Input.TO_THIRD_PARTY, Input.AGENT_LEFT, Input.THIRD_PARTY_ANSWERED, ending
    )
    assert call.state is State.ENDED
    assert {Do.RELEASE_THIRD_PARTY, Do.HANG_UP_CUSTOMER, Do.CLOSE} < set(last)


def test_an_attended_transfer_changes_the_agent_and_nothing_else() -> None:
    call, last = walked(*TO_THE_BRIDGE, Input.JOINED)
    assert call.state is State.BRIDGED
    assert last == (Do.RELEASE_AGENT, Do.ADOPT_AGENT, Do.BRIDGE, Do.START_RECORDING)


def test_an_agent_who_calls_a_colleague_is_answered_when_the_colleague_is_there() -> None:
    call, last = walked(Input.COLLEAGUE_DIALLED)
    assert last == (Do.RING_AGENT,)
    assert call.step(Input.AGENT_ANSWERED, now=1.0)[:2] == (Do.ANSWER_CALLER, Do.TAKE_AGENT)


def test_a_colleague_who_does_not_answer_is_the_end_of_the_call() -> None:
    call, last = walked(Input.COLLEAGUE_DIALLED, Input.AGENT_MISSED)
    assert call.state is State.ENDED
    assert last[:3] == (Do.CANCEL_AGENT, Do.PASS_OVER, Do.REFUSE_CALLER)


def test_recording_and_monitors_end_with_the_contact_wherever_it_has_got_to() -> None:
    for state, actions in TABLE.values():
        ends = state in (State.ENDED, State.FORWARDED)
        assert ({Do.STOP_RECORDING, Do.END_MONITORS} <= set(actions)) == ends


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


CALLED_OUTSIDE = (Input.CUSTOMER_DIALLED, Input.CUSTOMER_ANSWERED)


def test_somebody_outside_hears_the_whisper_before_the_agent_who_called_is_answered() -> None:
    call, last = walked(*CALLED_OUTSIDE)
    assert (call.state, last) == (State.WHISPERING, (Do.START_WHISPER,))
    last = call.step(Input.FLOW_ENDED, now=1.0)
    assert call.state is State.BRIDGED
    assert last[1:] == (Do.ANSWER_CALLER, Do.ADOPT_AGENT, Do.BRIDGE, Do.START_RECORDING)


def test_an_agent_is_told_why_nobody_outside_was_reached() -> None:
    call, last = walked(CALLED_OUTSIDE[0], Input.CUSTOMER_MISSED)
    assert last[:2] == (Do.REFUSE_CALLER, Do.RELEASE_AGENT)
    assert call.state is State.ENDED


@pytest.mark.parametrize("steps", [1, 2])
@pytest.mark.parametrize("ending", [Input.AGENT_LEFT, Input.AGENT_LOST, Input.SHUT_DOWN])
def test_an_agent_who_gives_up_hangs_up_outside(ending: Input, steps: int) -> None:
    call, last = walked(*CALLED_OUTSIDE[:steps], ending)
    assert call.state is State.ENDED
    assert {Do.RELEASE_AGENT, Do.HANG_UP_CUSTOMER, Do.CLOSE} < set(last)


def test_a_phone_outside_rings_as_long_as_the_agent_waits() -> None:
    call, _ = walked(CALLED_OUTSIDE[0])
    assert call.deadline == inf


def test_who_is_sent_outside_stays_until_that_call_is_answered() -> None:
    call, last = walked(*TO_THE_BRIDGE, Input.TO_OUTSIDE)
    assert (call.state, last) == (State.SENDING, (Do.REFER_CUSTOMER,))
    last = call.step(Input.GONE_OUTSIDE, now=1.0)
    assert (call.state, last[0], last[-1]) == (State.ENDED, Do.REPORT_SUCCESS, Do.CLOSE)


def test_who_cannot_go_outside_has_the_agent_back_or_waits_for_another() -> None:
    call, last = walked(*TO_THE_BRIDGE, Input.TO_OUTSIDE, Input.OUTSIDE_FAILED)
    assert (call.state, last) == (State.BRIDGED, (Do.REPORT_FAILURE, Do.BRIDGE))
    call, last = walked(*TO_THE_BRIDGE, Input.TO_OUTSIDE, Input.AGENT_LEFT, Input.OUTSIDE_FAILED)
    assert (call.state, last) == (State.WAITING, (Do.JOIN_QUEUE,))


WHISPERS = (*TO_THE_BRIDGE[:3], Input.AGENT_LISTENS)


def test_who_is_whispered_to_talks_when_both_have_heard_it() -> None:
    call, last = walked(*WHISPERS)
    assert last == (Do.START_BRIEFING,)
    last = call.step(Input.WHISPERED, now=1.0)
    assert last == (Do.STOP_BRIEFING, Do.STOP_FLOW, Do.TAKE_AGENT, Do.START_GREETING)
    last = call.step(Input.WHISPERED, now=2.0)
    assert last == (Do.STOP_FLOW, Do.BRIDGE, Do.START_RECORDING)
    assert (call.state, call.deadline) == (State.BRIDGED, inf)


def test_an_agent_who_leaves_while_briefed_leaves_the_customer_at_their_place() -> None:
    call, last = walked(*WHISPERS, Input.AGENT_MISSED)
    assert call.state is State.WAITING
    assert last == (Do.STOP_BRIEFING, Do.CANCEL_AGENT, Do.REJOIN_QUEUE)


@pytest.mark.parametrize("ending", [Input.CUSTOMER_LEFT, Input.AGENT_LEFT])
def test_whoever_leaves_while_the_customer_is_greeted_ends_the_contact(ending: Input) -> None:
    _, last = walked(*WHISPERS, Input.WHISPERED, ending)
    assert last[:2] == (Do.STOP_FLOW, Do.RELEASE_AGENT)


def test_a_whisper_that_never_ends_is_cut_short() -> None:
    call, _ = walked(*WHISPERS)
    assert call.deadline == WHISPER_SECONDS
    call.tick(WHISPER_SECONDS)
    assert (call.state, call.deadline) == (State.GREETING, 2 * WHISPER_SECONDS)
    call.tick(2 * WHISPER_SECONDS)
    assert call.state is State.BRIDGED


def test_a_customer_may_go_on_in_a_flow_when_the_agent_hangs_up() -> None:
    call, last = walked(*TO_THE_BRIDGE, Input.CUSTOMER_REMAINS)
    assert call.state is State.FLOW
    assert last == (Do.RELEASE_AGENT, Do.START_REMAINING)
    assert call.step(Input.QUEUED, now=1.0) == (Do.JOIN_QUEUE,)


@pytest.mark.parametrize("seen", [TO_THE_BRIDGE[:2], TO_THE_BRIDGE[:3], WHISPERS])
def test_a_flow_may_hang_up_on_who_waits(seen: tuple[Input, ...]) -> None:
    call, last = walked(*seen, Input.FLOW_ENDED)
    assert call.ended_by is Input.FLOW_ENDED
    assert Do.LEAVE_QUEUE in last


def test_a_flow_may_change_the_queue_even_while_an_agent_rings() -> None:
    call, last = walked(*TO_THE_BRIDGE[:2], Input.REQUEUED)
    assert last == (Do.LEAVE_QUEUE, Do.JOIN_QUEUE)
    call, last = walked(*TO_THE_BRIDGE[:3], Input.REQUEUED)
    assert last == (Do.CANCEL_AGENT, Do.LEAVE_QUEUE, Do.JOIN_QUEUE)
    assert (call.state, call.deadline) == (State.WAITING, inf)


IN_THE_FLOW = (Input.CONFIRMED,)


def test_a_flow_hands_the_contact_to_a_third_party_for_good() -> None:
    call, last = walked(*IN_THE_FLOW, Input.FLOW_FORWARDS)
    assert last == (Do.RING_THIRD_PARTY,)
    last = call.step(Input.THIRD_PARTY_ANSWERED, now=1.0)
    assert (call.state, call.deadline) == (State.FORWARDED, inf)
    assert Do.STOP_FLOW in last and last[-1] is Do.JOIN_THIRD_PARTY
    call.step(Input.THIRD_PARTY_LEFT, now=2.0)
    assert call.ended_by is Input.THIRD_PARTY_LEFT


def test_a_flow_has_the_customer_back_from_a_third_party_and_is_recorded_on() -> None:
    call, _ = walked(*IN_THE_FLOW, Input.FLOW_LENDS)
    assert call.step(Input.THIRD_PARTY_ANSWERED, now=1.0) == (Do.JOIN_THIRD_PARTY,)
    assert call.deadline == inf
    last = call.step(Input.THIRD_PARTY_LEFT, now=2.0)
    assert last == (Do.RELEASE_THIRD_PARTY, Do.CONTINUE_FLOW)
    assert call.state is State.FLOW


@pytest.mark.parametrize("wish", [Input.FLOW_FORWARDS, Input.FLOW_LENDS])
def test_a_third_party_who_cannot_be_had_leaves_the_customer_to_the_flow(wish: Input) -> None:
    call, last = walked(*IN_THE_FLOW, wish, Input.AGENT_MISSED)
    assert (call.state, last) == (State.FLOW, (Do.CANCEL_AGENT, Do.FAIL_FLOW))
    call.ring_outside(7.0)
    call.step(wish, now=1.0)
    assert call.tick(7.9) == ()
    assert call.tick(8.0) == (Do.CANCEL_AGENT, Do.EXPIRE_FLOW)
    assert (call.state, call.deadline) == (State.FLOW, inf)


@pytest.mark.parametrize(
    ("seen", "torn_down"),
    [((), Do.CANCEL_AGENT), ((Input.THIRD_PARTY_ANSWERED,), Do.RELEASE_THIRD_PARTY)],
)
def test_a_customer_may_leave_while_a_flow_has_a_third_party(
    seen: tuple[Input, ...], torn_down: Do
) -> None:
    call, last = walked(*IN_THE_FLOW, Input.FLOW_LENDS, *seen, Input.CUSTOMER_LEFT)
    assert call.state is State.ENDED
    assert {Do.STOP_FLOW, torn_down} <= set(last)


def test_a_callback_has_its_agent_first_and_then_the_customer_who_hears_the_whisper_flow() -> None:
    call, last = walked(Input.CALLED_BACK)
    assert last == (Do.START_BRIEFING,)
    assert call.step(Input.WHISPERED, now=0.5) == ()
    assert (call.state, call.deadline) == (State.CALLING_BACK, inf)
    last = call.step(Input.CUSTOMER_ANSWERED, now=1.0)
    assert last == (Do.STOP_BRIEFING, Do.ADOPT_AGENT, Do.START_WHISPER)
    last = call.step(Input.FLOW_ENDED, now=2.0)
    assert last == (Do.STOP_FLOW, Do.BRIDGE, Do.START_RECORDING)
    assert call.state is State.BRIDGED


def test_a_callback_that_nobody_answers_frees_the_agent_and_may_be_made_again() -> None:
    call, last = walked(Input.CALLED_BACK, Input.CUSTOMER_MISSED)
    assert last[0] is Do.RELEASE_AGENT and last[-1] is Do.CLOSE
    assert call.ended_by is Input.CUSTOMER_MISSED


def test_whom_the_api_calls_is_in_the_flow_when_they_answer() -> None:
    call, last = walked(Input.API_DIALLED, Input.CUSTOMER_ANSWERED)
    assert (call.state, last, call.deadline) == (State.FLOW, (Do.START_FLOW,), inf)


def test_whom_the_api_calls_is_rung_for_a_while() -> None:
    call = Call(20.0)
    call.ring_outside(60.0)
    call.step(Input.API_DIALLED, now=1.0)
    assert call.deadline == 61.0
    assert call.tick(61.0)[-1] is Do.CLOSE
    assert (call.state, call.ended_by) == (State.ENDED, Input.CUSTOMER_MISSED)


@pytest.mark.parametrize("rings", [(), (Input.AGENT_OFFERED,)])
def test_a_queue_flow_lends_the_customer_who_keeps_the_place_in_the_queue(
    rings: tuple[Input, ...],
) -> None:
    call, last = walked(Input.CONFIRMED, Input.QUEUED, *rings, Input.FLOW_LENDS)
    assert last[-2:] == (Do.STEP_ASIDE, Do.RING_THIRD_PARTY)
    assert (Do.CANCEL_AGENT in last) is bool(rings)
    assert call.step(Input.AGENT_OFFERED, now=1.0) == ()
    assert call.step(Input.THIRD_PARTY_ANSWERED, now=2.0) == (Do.JOIN_THIRD_PARTY,)
    assert call.step(Input.THIRD_PARTY_LEFT, now=3.0) == (
        *(Do.RELEASE_THIRD_PARTY, Do.STEP_BACK, Do.CONTINUE_FLOW),
    )
    assert call.state is State.WAITING


@pytest.mark.parametrize("asks", [Input.FLOW_LENDS, Input.FLOW_FORWARDS])
@pytest.mark.parametrize(
    ("outcome", "told"),
    [(Input.AGENT_MISSED, Do.FAIL_FLOW), (Input.THIRD_PARTY_LATE, Do.EXPIRE_FLOW)],
)
def test_a_queue_flow_that_reaches_nobody_outside_goes_on_in_the_queue(
    asks: Input, outcome: Input, told: Do
) -> None:
    call, _ = walked(Input.CONFIRMED, Input.QUEUED, asks)
    assert call.step(outcome, now=1.0) == (Do.CANCEL_AGENT, Do.STEP_BACK, told)
    assert call.state is State.WAITING


def test_whom_a_queue_flow_gives_away_for_good_leaves_the_queue() -> None:
    call, last = walked(
        *(Input.CONFIRMED, Input.QUEUED, Input.FLOW_FORWARDS, Input.THIRD_PARTY_ANSWERED)
    )
    assert call.state is State.FORWARDED
    assert last[0] is Do.LEAVE_QUEUE and last[-1] is Do.JOIN_THIRD_PARTY


def test_a_flow_transfers_to_one_agent_or_not_at_all() -> None:
    call, last = walked(Input.CONFIRMED, Input.FLOW_SUMMONS)
    assert last == (Do.STOP_FLOW, Do.HOLD_CUSTOMER, Do.RING_AGENT)
    assert call.deadline < inf
    assert Do.CLOSE in call.tick(call.deadline) and call.ended_by is Input.AGENT_MISSED
    call, last = walked(Input.CONFIRMED, Input.FLOW_SUMMONS, Input.AGENT_ANSWERED)
    assert call.state is State.BRIDGED and last[0] is Do.TAKE_AGENT
