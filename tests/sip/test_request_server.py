from __future__ import annotations

import pytest

from sip.invite_server import Do
from sip.request_server import RequestServer


def test_a_copy_that_comes_before_the_answer_is_dropped() -> None:
    tx = RequestServer(now=0.0, reliable=False)
    assert tx.receive("BYE", now=0.5) == ()


def test_a_copy_that_comes_later_gets_the_same_answer_for_32_seconds() -> None:
    tx = RequestServer(now=0.0, reliable=False)
    assert tx.respond(200, now=1.0) == (Do.SEND,)
    assert tx.receive("BYE", now=32.0) == (Do.SEND,)
    assert tx.deadline == 33.0  # Timer J
    tx.tick(33.0)
    assert tx.over


def test_over_tcp_the_answer_ends_it_at_once() -> None:
    tx = RequestServer(now=0.0, reliable=True)
    tx.respond(200, now=1.0)
    tx.tick(tx.deadline)
    assert tx.over


def test_a_request_nobody_answers_is_dropped_in_silence_after_32_seconds() -> None:
    tx = RequestServer(now=0.0, reliable=False)
    assert tx.deadline == 32.0
    assert tx.tick(32.0) == ()
    assert tx.over


def test_a_second_answer_is_not_sent() -> None:
    tx = RequestServer(now=0.0, reliable=False)
    tx.respond(200, now=1.0)
    assert tx.respond(500, now=1.1) == ()


def test_a_provisional_answer_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError, match="4320"):
        RequestServer(now=0.0, reliable=False).respond(100, now=0.0)
