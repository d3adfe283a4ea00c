"""What must hold for the table; calls in which it matters are in test_session_early."""

from __future__ import annotations

import pytest

from sip.dialog import Dialog
from sip.early_dialog import OFFERED, TABLE, WAITS, EarlyDialog, Input, State
from tests.sip.raw import SDP, arrived, request


def early(state: State) -> EarlyDialog:
    return EarlyDialog(Dialog.from_invite(arrived(request("INVITE", body=SDP)), "ours"), state)


@pytest.mark.parametrize(
    ("start", "inputs"),
    [
        (State.OURS, (Input.GET,)),  # our INVITE, their reliable answer
        (State.NOTHING, (Input.GET, Input.ANSWER)),  # their reliable offer, our PRACK
        (State.THEIRS, (Input.GIVE, Input.CONFIRM)),  # their INVITE, our reliable answer, PRACK
        (State.NOTHING, (Input.GIVE, Input.GET)),  # our reliable offer, their PRACK
    ],
)
def test_each_of_the_four_ways_to_agree_leads_there(
    start: State, inputs: tuple[Input, ...]
) -> None:
    dialog = early(start)
    for event in inputs:
        assert not dialog.is_agreed
        assert dialog.step(event)
    assert dialog.is_agreed and dialog.state is State.AGREED


@pytest.mark.parametrize("event", [Input.ASK, Input.ASKED])
def test_a_later_offer_needs_an_agreement_and_keeps_any_other_out(event: Input) -> None:
    for state in set(State) - {State.AGREED}:
        assert not early(state).step(event)
    dialog = early(State.AGREED)
    assert dialog.step(event)
    assert not dialog.step(Input.ASK) and not dialog.step(Input.ASKED)
    assert dialog.step(Input.SETTLE) and dialog.state is State.AGREED


def test_what_is_not_allowed_changes_nothing() -> None:
    for state in State:
        for event in Input:
            dialog = early(state)
            assert dialog.step(event) is ((state, event) in TABLE)
            assert dialog.state is TABLE.get((state, event), state)


def test_a_2xx_waits_for_whoever_still_has_to_speak() -> None:
    assert not WAITS & {State.NOTHING, State.THEIRS, State.AGREED}
    assert OFFERED <= WAITS
