"""Guessing slows down, and nobody good is locked out for ever."""

from __future__ import annotations

from sip.buckets import MAX_KEYS
from sip.events import Throttled
from sip.throttle import REMEMBERED_SECONDS, Stand, Throttle

HERE, THERE = "10.0.0.1", "10.0.0.2"


def throttle() -> Throttle:
    return Throttle(from_source=3, for_user=5, seconds=60.0)


def test_a_source_is_blocked_after_so_many_failures_under_whatever_names() -> None:
    ours = throttle()
    for name in ("a", "b", "c"):
        assert ours.stand(HERE, name, 0.0) is Stand.OPEN
        ours.failed(HERE, name, 0.0)
    assert ours.stand(HERE, "d", 0.0) is Stand.SOURCE_BLOCKED
    assert ours.stand(THERE, "d", 0.0) is Stand.OPEN


def test_a_user_is_blocked_after_so_many_failures_from_wherever() -> None:
    ours = throttle()
    for number in range(5):
        ours.failed(f"10.0.1.{number}", "anna", 0.0)
    assert ours.stand(HERE, "anna", 0.0) is Stand.USER_BLOCKED
    assert ours.stand(HERE, "bob", 0.0) is Stand.OPEN


def test_one_failure_is_forgiven_at_a_time_and_all_in_the_end() -> None:
    ours = throttle()
    for _ in range(3):
        ours.failed(HERE, "a", 0.0)
    assert ours.stand(HERE, "a", 59.9) is Stand.SOURCE_BLOCKED
    assert ours.stand(HERE, "a", 60.0) is Stand.OPEN
    ours.failed(HERE, "a", 60.0)
    assert ours.stand(HERE, "a", 60.0) is Stand.SOURCE_BLOCKED
    for _ in range(3):
        assert ours.stand(HERE, "a", 500.0) is Stand.OPEN
        ours.failed(HERE, "a", 500.0)


def test_a_guesser_gets_no_more_than_the_trickle_in_a_day() -> None:
    ours, looked_at = throttle(), 0
    for second in range(86_400):
        if ours.stand(HERE, f"user{second}", float(second)) is Stand.OPEN:
            looked_at += 1
            ours.failed(HERE, f"user{second}", float(second))
    assert looked_at == 3 + 86_400 // 60 - 1


def test_who_is_known_is_let_through_a_block_of_his_address_and_of_his_name() -> None:
    ours = throttle()
    ours.proven(HERE, "anna", 0.0)
    for number in range(6):
        ours.failed(HERE, f"guess{number}", 1.0)
        ours.failed(f"10.0.1.{number}", "anna", 1.0)
    assert ours.stand(HERE, "anna", 1.0) is Stand.OPEN
    assert ours.stand(HERE, "bob", 1.0) is Stand.SOURCE_BLOCKED
    assert ours.stand(THERE, "anna", 1.0) is Stand.USER_BLOCKED
    assert ours.stand(HERE, "anna", REMEMBERED_SECONDS + 1.0) is Stand.OPEN


def test_being_known_gives_no_free_guesses() -> None:
    ours = throttle()
    ours.proven(HERE, "anna", 0.0)
    looked_at = 0
    while ours.stand(HERE, "anna", 0.0) is Stand.OPEN:
        looked_at += 1
        ours.failed(HERE, "anna", 0.0)
    assert looked_at == 3 + 3  # in her name, then as anybody from there


def test_being_known_ends() -> None:
    ours = throttle()
    ours.proven(HERE, "anna", 0.0)
    later = REMEMBERED_SECONDS + 1.0
    for _ in range(3):
        ours.failed(HERE, "x", later)
    assert ours.stand(HERE, "anna", later) is Stand.SOURCE_BLOCKED


def test_a_siege_is_told_once_and_the_next_one_again() -> None:
    ours = throttle()
    told = []
    for minute in range(60):
        for _ in range(3):
            told += ours.failed(HERE, f"u{minute}", minute * 60.0)
    assert told == [Throttled(host=HERE, username=None)]
    for _ in range(3):
        told += ours.failed(HERE, "u", 10_000.0)
    assert told == [Throttled(host=HERE, username=None)] * 2


def test_memory_is_bounded() -> None:
    ours = throttle()
    for number in range(MAX_KEYS + 10):
        ours.proven(HERE, f"u{number}", 0.0)
    for _ in range(3):
        ours.failed(HERE, "x", 0.0)
    assert ours.stand(HERE, "u0", 0.0) is Stand.SOURCE_BLOCKED  # forgotten
    assert ours.stand(HERE, f"u{MAX_KEYS + 9}", 0.0) is Stand.OPEN
