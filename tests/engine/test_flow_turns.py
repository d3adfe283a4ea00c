from __future__ import annotations

import asyncio
from collections.abc import Callable

from engine.flow_turns import FlowTurns
from tests.rig.patience import until


def appends(done: list[int], number: int) -> Callable[[], None]:
    return lambda: done.append(number)


async def test_what_is_within_the_share_is_done_at_once() -> None:
    turns, done = FlowTurns(share_seconds=60.0), list[int]()
    for number in range(3):
        turns.take(appends(done, number))
        assert done == [*range(number + 1)]


async def test_what_is_beyond_it_waits_its_turn_in_order_and_the_loop_goes_on_between() -> None:
    turns, done = FlowTurns(share_seconds=1e-9), list[int]()
    for number in range(4):
        turns.take(appends(done, number))
    seen = [len(done)]
    while len(done) < 4:
        await asyncio.sleep(0)
        seen.append(len(done))
    assert seen == [1, 2, 3, 4]
    assert done == [0, 1, 2, 3]


async def test_what_follows_from_a_deed_waits_behind_those_that_wait_already() -> None:
    turns, done = FlowTurns(share_seconds=1e-9), list[int]()

    def deed() -> None:
        done.append(1)
        turns.take(appends(done, 3))

    turns.take(appends(done, 0))
    turns.take(deed)
    turns.take(appends(done, 2))
    await until(lambda: len(done) == 4)
    assert done == [0, 1, 2, 3]


async def test_a_new_turn_has_a_new_share() -> None:
    turns, done = FlowTurns(share_seconds=1e-9), list[int]()
    turns.take(appends(done, 0))
    await asyncio.sleep(0)
    turns.take(appends(done, 1))
    assert done == [0, 1]
