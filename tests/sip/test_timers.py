from __future__ import annotations

from math import inf

import pytest

from sip.timers import MAX_RINGS, SLACK, Timed, Timers


class Clock(Timed):
    """Rings at each of its times."""

    def __init__(self, *times: float) -> None:
        super().__init__()
        self.times = list(times)
        self.rang: list[float] = []

    @property
    def deadline(self) -> float:
        return self.times[0] if self.times else inf

    def tick(self, now: float) -> None:
        self.times.pop(0)
        self.rang.append(now)


def ring(timers: Timers, now: float) -> None:
    for timed in timers.due(now):
        timed.tick(now)


def test_the_earliest_deadline_comes_first() -> None:
    timers, late, early = Timers(), Clock(5.0), Clock(2.0)
    assert timers.deadline == inf
    timers.watch(late)
    timers.watch(early)
    assert timers.deadline == 2.0
    ring(timers, 2.0)
    assert (early.rang, late.rang, timers.deadline) == ([2.0], [], 5.0)


def test_one_that_has_more_to_do_is_watched_on() -> None:
    timers, clock = Timers(), Clock(1.0, 2.0, 3.0)
    timers.watch(clock)
    ring(timers, 2.5)
    assert clock.rang == [2.5, 2.5]
    assert timers.deadline == 3.0


def test_a_deadline_that_moved_back_is_looked_at_again_and_does_not_ring() -> None:
    timers, clock = Timers(), Clock(1.0)
    timers.watch(clock)
    clock.times = [9.0]
    timers.watch(clock)
    assert timers.deadline == 1.0  # early is harmless
    ring(timers, 1.0)
    assert (clock.rang, timers.deadline) == ([], 9.0)


def test_a_deadline_that_came_nearer_rings_once_and_in_time() -> None:
    timers, clock = Timers(), Clock(9.0)
    timers.watch(clock)
    clock.times = [1.0]
    timers.watch(clock)
    ring(timers, 1.0)
    ring(timers, 9.0)
    assert clock.rang == [1.0]


def test_one_without_a_deadline_is_not_kept() -> None:
    timers = Timers()
    timers.watch(Clock())
    assert timers.deadline == inf


def test_a_forgotten_one_does_not_ring_and_can_be_watched_again() -> None:
    timers, clock = Timers(), Clock(1.0)
    timers.watch(clock)
    timers.forget(clock)
    ring(timers, 1.0)
    assert clock.rang == []
    timers.watch(clock)
    ring(timers, 2.0)
    assert clock.rang == [2.0]


def test_one_may_forget_another_while_both_are_due() -> None:
    timers = Timers()

    class Jealous(Clock):
        def tick(self, now: float) -> None:
            super().tick(now)
            timers.forget(other)

    jealous, other = Jealous(1.0), Clock(1.0)
    timers.watch(jealous)
    timers.watch(other)
    ring(timers, 1.0)
    assert (jealous.rang, other.rang) == ([1.0], [])


def test_one_that_stays_due_is_given_up_and_the_others_go_on() -> None:
    timers, other = Timers(), Clock(1.0)

    class Stuck(Clock):
        def tick(self, now: float) -> None:
            self.rang.append(now)

    stuck = Stuck(0.5)
    timers.watch(stuck)
    timers.watch(other)
    with pytest.raises(AssertionError, match="stays due"):
        ring(timers, 1.0)
    ring(timers, 1.0)
    assert (len(stuck.rang), other.rang, timers.deadline) == (MAX_RINGS, [1.0], inf)


def test_forgotten_alarms_do_not_pile_up() -> None:
    timers = Timers()
    keeper = Clock(1e9)
    timers.watch(keeper)
    for number in range(10_000):
        clock = Clock(1e6 + number)
        timers.watch(clock)
        timers.forget(clock)
    assert len(timers) <= 2 * SLACK
