from __future__ import annotations

import pytest

from engine.call_limit import CallLimit


def taken(limit: CallLimit, times: list[float]) -> list[bool]:
    done = []
    for now in times:
        done.append(limit.has_room(now))
        if done[-1]:
            limit.take(now)
    return done


def test_so_many_calls_at_the_same_time_and_room_for_one_more_when_one_ends() -> None:
    limit = CallLimit(2, 100.0)
    assert taken(limit, [0.0, 0.0, 1.0]) == [True, True, False]
    limit.give()
    assert taken(limit, [1.0]) == [True]
    assert limit.calls == 2


def test_so_many_new_ones_in_a_second_with_a_burst_of_as_many() -> None:
    limit = CallLimit(100, 2.0)
    assert taken(limit, [0.0, 0.0, 0.0, 0.4, 0.5, 0.6, 60.0, 60.0, 60.0]) == [
        *(True, True, False, False, True, False),
        *(True, True, False),
    ]


def test_less_than_one_in_a_second_is_one_now_and_then() -> None:
    limit = CallLimit(100, 0.1)
    assert taken(limit, [0.0, 1.0, 9.9, 10.0, 11.0]) == [True, False, False, True, False]


def test_a_call_beyond_the_limit_or_given_back_twice_is_a_bug_of_ours() -> None:
    limit = CallLimit(1, 1.0)
    with pytest.raises(AssertionError):
        limit.give()
    limit.take(0.0)
    with pytest.raises(AssertionError):
        limit.take(5.0)
