from datetime import timedelta, timezone
from math import inf

from engine.instants import Instants, instant
from tests.rig.contacts import NOON


def test_a_moment_is_told_in_utc_with_milliseconds() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=2))) + timedelta(milliseconds=7)
    assert instant(there) == "2026-11-22T12:00:00.007Z"
    assert instant(None) is None


def test_monotonic_seconds_are_told_by_the_clock_and_those_of_ever_ago_are_not() -> None:
    instants = Instants(NOON, now=1000.0)
    assert instants.of(940.5) == "2026-11-22T11:59:00.500Z"
    assert instants.of(-inf) is None
    assert instants.of(None) is None
