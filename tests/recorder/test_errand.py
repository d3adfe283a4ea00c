from __future__ import annotations

from datetime import UTC, datetime, timedelta

from recorder.errand import LONGEST_DELAY, Errand, State, Task

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DAYS = timedelta(days=14)


def errand() -> Errand:
    return Errand("one", "contact", Task.UPLOAD, since=NOON, due=NOON)


def test_a_store_that_is_away_for_days_is_tried_again_later_and_later_then_given_up() -> None:
    one, delays = errand(), []
    while one.state is State.WAITING:
        now = one.due
        one = one.fail("away", now, DAYS)
        delays.append((one.due - now).total_seconds())
    assert delays[:11] == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]
    assert set(delays[10:]) == {LONGEST_DELAY.total_seconds()}
    assert (one.state, one.error) == (State.DEAD, "away")
    assert DAYS <= one.due - NOON - LONGEST_DELAY < DAYS + LONGEST_DELAY
    assert one.attempts == len(delays)


def test_what_works_is_done() -> None:
    assert errand().succeed().state is State.DONE


def test_what_can_never_work_is_a_dead_letter_at_once() -> None:
    one = errand().refuse("another object lies there")
    assert (one.state, one.attempts, one.error) == (State.DEAD, 1, "another object lies there")


def test_a_dead_letter_stays_one_until_an_operator_wants_it_tried_again() -> None:
    dead = errand().refuse("no")
    later = NOON + 3 * DAYS
    assert dead.succeed().state is State.DEAD
    again = dead.retry(later)
    assert (again.state, again.due, again.since) == (State.WAITING, later, later)
    assert again.fail("no", later, DAYS).state is State.WAITING


def test_one_that_waits_may_be_hurried() -> None:
    waiting = errand().fail("away", NOON, DAYS)
    assert waiting.due > NOON
    assert waiting.retry(NOON).due == NOON
