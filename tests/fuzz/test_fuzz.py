"""A short run of every fuzz target, the same inputs each time; `make fuzz` is the long one."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.dice import Dice
from tests.fuzz.mutation import MAX_OCTETS, NASTY, mutate
from tests.fuzz.run import CRASHES
from tests.fuzz.seeds import MESSAGES
from tests.fuzz.targets import TARGETS, generated
from tests.sip.effort import cheap

RUNS = {"endpoint": 500}  # of generated inputs; 1500 of every other
SLOWEST = 0.25  # CPU seconds for one input; the longest of 64 kB take a fifth of that

every_target = pytest.mark.parametrize("name", TARGETS)


@every_target
def test_nothing_we_can_think_of_fails_or_takes_long(name: str) -> None:
    random = Random(7)
    for _ in range(RUNS.get(name, 1500)):
        data = generated(name, random)
        assert cheap(lambda data=data: TARGETS[name].run(data), SLOWEST), data


@every_target
def test_what_it_starts_from_does_not_fail(name: str) -> None:
    for data in TARGETS[name].seeds:
        TARGETS[name].run(data)


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=200)
def test_any_octets_tell_a_conversation_that_leaves_nothing(octets: bytes) -> None:
    TARGETS["endpoint"].run(octets)


@given(st.sampled_from(MESSAGES), st.binary(max_size=80))
@settings(deadline=None, max_examples=200)
def test_any_damage_to_a_message_is_borne(data: bytes, octets: bytes) -> None:
    damaged = mutate(data, Dice(octets))
    assert len(damaged) <= MAX_OCTETS
    TARGETS["message"].run(damaged)


@pytest.mark.parametrize("data", [b"", *NASTY])
@every_target
def test_nothing_much_at_all_is_borne(name: str, data: bytes) -> None:
    TARGETS[name].run(data)


def test_what_failed_once_does_not_fail_again() -> None:
    for file in CRASHES.glob("*-*"):
        TARGETS[file.name.partition("-")[0]].run(file.read_bytes())


def test_the_same_octets_make_the_same_decisions() -> None:
    assert mutate(MESSAGES[0], Dice(b"\x01\x02\x03\x04" * 9)) == mutate(
        MESSAGES[0], Dice(b"\x01\x02\x03\x04" * 9)
    )
    dice = Dice(b"\x05")
    assert (dice.below(3), dice.used_up, dice.below(3)) == (2, True, 0)
