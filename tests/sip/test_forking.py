"""Whom to call when, without a message."""

from __future__ import annotations

import pytest

from sip.forking import NEXT_SECONDS, Do, Forking, worth


def test_phones_of_one_q_are_called_together_and_the_others_when_these_have_refused() -> None:
    forking = Forking([0.5, 1.0, 1.0, 0.1])
    assert forking.next(0.0) == [(Do.INVITE, 1), (Do.INVITE, 2)]
    assert forking.refused(1, 486, 1.0) == []
    assert forking.refused(2, None, 2.0) == [(Do.INVITE, 0)]
    assert forking.refused(0, 404, 3.0) == [(Do.INVITE, 3)]
    assert not forking.is_over
    assert forking.refused(3, 480, 4.0) == []
    assert forking.is_over


def test_they_are_called_as_well_when_those_before_ring_for_long() -> None:
    forking = Forking([1.0, 0.5])
    forking.next(1.0)
    forking.heard(0)
    assert forking.deadline == 1.0 + NEXT_SECONDS
    assert forking.tick(forking.deadline - 0.1) == []
    assert forking.tick(forking.deadline) == [(Do.INVITE, 1)]
    assert forking.may_have(0)
    assert forking.may_have(1)
    forking.tick(forking.deadline)
    assert forking.answered(0) == []  # the other has not said a word yet
    assert forking.heard(1) == [(Do.CANCEL, 1)]


def test_the_first_that_answers_ends_it_for_the_others() -> None:
    forking = Forking([1.0, 1.0, 0.5])
    forking.next(0.0)
    forking.heard(0)
    forking.heard(1)
    assert forking.answered(1) == [(Do.CANCEL, 0)]
    assert forking.deadline == float("inf")
    assert not forking.is_over
    assert forking.refused(0, 487, 1.0) == []
    assert forking.is_over


@pytest.mark.parametrize("status", [600, 603, 606])
def test_who_declines_does_so_for_all_phones(status: int) -> None:
    forking = Forking([1.0, 1.0, 0.5])
    forking.next(0.0)
    forking.heard(0)
    assert forking.refused(1, status, 1.0) == [(Do.CANCEL, 0)]
    assert forking.refused(0, 487, 1.0) == []
    assert forking.is_over


def test_an_invite_without_a_word_is_cancelled_when_the_word_comes_and_only_once() -> None:
    forking = Forking([1.0])
    forking.next(0.0)
    assert forking.end() == []
    assert not forking.may_have(0)
    assert forking.heard(0) == [(Do.CANCEL, 0)]
    assert forking.heard(0) == []
    assert forking.end() == []


def test_nobody_is_called_after_the_end() -> None:
    forking = Forking([1.0, 0.5])
    forking.next(0.0)
    forking.end()
    assert forking.refused(0, 487, 1.0) == []
    assert forking.is_over


def test_the_best_refusal_is_the_one_that_says_most() -> None:
    by_worth = sorted([408, 503, 486, 302, 603, 487], key=worth)
    assert by_worth == [603, 302, 486, 408, 487, 503]
