"""What must hold for every row; what single rows do is seen in test_session and its neighbours."""

from __future__ import annotations

from sip.session_table import TABLE, Do, Input, State

ENDINGS = {do for do in Do if do.name.startswith("END_")}
TOLD = {State.QUEUED, State.CANCELLING, State.UNACKED, State.CLOSING, State.ENDED}
"""States in which the user has been told that the session is over."""
ALIVE = set(State) - TOLD


def test_every_state_answers_every_request_of_the_peer() -> None:
    for state in set(State) - {State.ENDED}:
        for event in (Input.BYE, Input.REINVITE, Input.UPDATE, Input.REFER):
            assert (state, event) in TABLE, (state, event)


def test_a_bye_is_always_answered_200_and_first() -> None:
    for (state, event), (_, todo) in TABLE.items():
        if event is Input.BYE:
            assert todo[0] is Do.SEND_BYE_OK, state


def test_the_end_is_told_exactly_when_a_session_leaves_the_states_that_live() -> None:
    unheard = {(State.OFFERED, Input.CHALLENGE)}  # the peer comes back with a new INVITE
    for (state, event), (to, todo) in TABLE.items():
        told = len(ENDINGS.intersection(todo))
        leaves = state in ALIVE and to in TOLD and (state, event) not in unheard
        assert told == int(leaves), (state, event)


def test_the_end_is_told_after_everything_was_sent() -> None:
    for _, todo in TABLE.values():
        assert not ENDINGS.intersection(todo[:-1])


def test_the_user_can_always_hang_up_what_is_alive() -> None:
    for state in ALIVE:
        to, _ = TABLE[state, Input.HANG_UP]
        assert to in TOLD


def test_what_the_peer_left_open_gets_a_final_response_when_the_session_ends() -> None:
    final = {
        *(Do.SEND_REFUSAL, Do.SEND_UNAVAILABLE, Do.SEND_TERMINATED, Do.SEND_TIMED_OUT),
        Do.SEND_OK,
    }
    for (state, event), (to, todo) in TABLE.items():
        waiting = (State.OFFERED, State.PROMISED, State.REINVITED, State.UPDATED)
        if state in waiting and to is not state and to is not State.PROMISED:
            assert final.intersection(todo), (state, event)


def test_a_2xx_with_an_offer_is_always_answered_in_its_ack() -> None:
    answers = {Do.SEND_ANSWER, Do.SEND_NO_ANSWER}
    for (state, event), (to, todo) in TABLE.items():
        if state is State.OWING and to is not state:
            assert len(answers.intersection(todo)) == 1, event


def test_a_promised_answer_only_goes_out_when_all_is_agreed() -> None:
    for (state, event), (_, todo) in TABLE.items():
        if state is State.PROMISED:
            assert (Do.SEND_OK in todo) == (event is Input.AGREED)


def test_a_2xx_to_our_invite_is_acknowledged_in_every_state_that_waits_for_one() -> None:
    for state in (State.CALLING, State.PROCEEDING, State.QUEUED, State.CANCELLING):
        assert TABLE[state, Input.SUCCESS][1][0] is Do.SEND_ACK


def test_no_cancel_goes_out_before_a_provisional_response() -> None:
    for (state, event), (_, todo) in TABLE.items():
        if Do.SEND_CANCEL in todo:
            late = (state, event) == (State.REOFFERED, Input.EXPIRED)  # Timer B would be sooner
            assert late or state is State.PROCEEDING or event in (Input.TRYING, Input.PROGRESS)


def test_no_bye_goes_out_before_the_ack_of_our_2xx_or_its_timeout() -> None:
    for (state, event), (_, todo) in TABLE.items():
        if Do.SEND_BYE in todo and state in (State.ANSWERED, State.REANSWERED, State.UNACKED):
            assert event in (Input.ACK, Input.EXPIRED)


def test_a_session_that_lapses_ends_in_every_state_its_timer_can_run_in() -> None:
    before_it_starts = {State.OFFERED, State.PROMISED, State.CALLING, State.PROCEEDING}
    before_it_can_lapse = {State.ANSWERED}  # 64*T1 is less than the shortest session
    for state in ALIVE - before_it_starts - before_it_can_lapse:
        to, _ = TABLE[state, Input.LAPSED]
        assert to in TOLD, state
