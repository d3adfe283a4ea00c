from __future__ import annotations

from sip.census import Census, Limits


def census(total: int = 100, per_source: int = 100, half_open: int = 100) -> Census:
    return Census(Limits(total, per_source, half_open, idle_seconds=60.0))


def test_no_more_may_enter_than_in_all_whoever_opened_them() -> None:
    few = census(total=2)
    assert few.enter(1, "10.0.0.1") and few.enter(2, None)
    assert not few.enter(3, "10.0.0.3") and not few.enter(4, None)
    few.leave(1)
    assert few.enter(5, None)


def test_one_source_may_not_take_the_place_of_others() -> None:
    few = census(per_source=2)
    assert few.enter(1, "10.0.0.1") and few.enter(2, "10.0.0.1")
    assert not few.enter(3, "10.0.0.1")
    assert few.enter(4, "10.0.0.2") and few.enter(5, None)
    few.leave(3)  # it never entered
    assert not few.enter(6, "10.0.0.1")
    few.leave(1)
    assert few.enter(7, "10.0.0.1")


def test_a_network_of_ipv6_is_one_source() -> None:
    few = census(per_source=1)
    assert few.enter(1, "2001:db8::1")
    assert not few.enter(2, "2001:db8::2:1")
    assert few.enter(3, "2001:db8:0:1::1")
    assert few.enter(4, "fe80::1%lo") and not few.enter(5, "fe80::2%lo")


def test_of_too_many_that_say_nothing_the_oldest_is_surplus() -> None:
    few = census(half_open=2)
    for number in (1, 2, 3):
        few.enter(number, f"10.0.0.{number}")
    assert few.surplus == 1
    few.prove(1)
    assert few.surplus is None
    few.enter(4, None)  # ours are never half-open
    assert few.surplus is None
    few.enter(5, "10.0.0.5")
    assert few.surplus == 2
    few.leave(2)
    assert few.surplus is None
