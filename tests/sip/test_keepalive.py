from __future__ import annotations

from math import inf

from sip.keepalive import PING_SECONDS, PONG_SECONDS, Do, Keepalive

NEXT = PING_SECONDS + PONG_SECONDS


def test_who_never_answers_a_ping_is_pinged_all_the_same_and_not_given_up() -> None:
    keepalive = Keepalive(now=0.0)
    pings = []
    while (now := keepalive.deadline) < 3 * NEXT:
        pings += [now for do in keepalive.tick(now) if do is Do.PING]
    assert pings == [PING_SECONDS, NEXT + PING_SECONDS, 2 * NEXT + PING_SECONDS]
    assert not keepalive.over


def test_who_answered_once_and_then_no_more_is_gone() -> None:
    keepalive = Keepalive(now=0.0)
    assert keepalive.tick(PING_SECONDS) == (Do.PING,)
    keepalive.heard(96.0, pong=True)
    assert keepalive.tick(96.0 + PING_SECONDS) == (Do.PING,)
    assert keepalive.deadline == 96.0 + NEXT
    assert keepalive.tick(96.0 + NEXT) == (Do.CLOSE,)
    assert (keepalive.over, keepalive.deadline) == (True, inf)


def test_anything_that_is_heard_shows_life() -> None:
    keepalive = Keepalive(now=0.0)
    keepalive.tick(PING_SECONDS)
    keepalive.heard(96.0)  # no pong: it may know none
    keepalive.heard(96.0, pong=True)
    keepalive.tick(96.0 + PING_SECONDS)
    keepalive.heard(200.0)
    assert keepalive.tick(96.0 + NEXT) == ()
    assert keepalive.deadline == 200.0 + PING_SECONDS
