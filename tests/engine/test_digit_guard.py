from math import inf

from engine.digit_guard import TOLD_LATE_SECONDS, DigitGuard


def test_silence_begins_where_the_first_digit_did_and_ends_after_a_quiet_time() -> None:
    guard = DigitGuard(quiet_seconds=5.0)
    assert guard.deadline == inf
    assert guard.digit(0.1, now=100.0) == 100.0 - 0.1 - TOLD_LATE_SECONDS
    assert guard.deadline == 105.0
    assert not guard.tick(104.9)
    assert guard.tick(105.0)
    assert guard.deadline == inf


def test_every_digit_makes_it_last_longer_and_begins_nothing_anew() -> None:
    guard = DigitGuard(quiet_seconds=5.0)
    guard.digit(0.1, now=100.0)
    assert guard.digit(0.1, now=104.0) is None
    assert not guard.tick(105.0)
    assert guard.tick(109.0)
    assert guard.digit(0.1, now=200.0) is not None


def test_what_is_over_is_over_once() -> None:
    guard = DigitGuard(quiet_seconds=5.0)
    guard.digit(0.1, now=100.0)
    assert guard.tick(105.0)
    assert not guard.tick(106.0)
