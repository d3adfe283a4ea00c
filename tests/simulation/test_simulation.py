"""Stories on a bad wire, one for each seed: whatever happens, all agree and nothing is left.

`SIMULATION=17:1 pytest tests/simulation` tells one again, `SIMULATION=0:5000` tells many.
"""

from __future__ import annotations

import pytest

from tests.simulation.early_party import EarlyParty
from tests.simulation.world import OUTCOME, SETTLED, World, seeds


@pytest.mark.parametrize("seed", seeds(120))
def test_whatever_two_sides_do_they_agree_in_the_end_and_nothing_is_left(seed: int) -> None:
    world = World(seed, tcp=seed % 4 == 3)
    world.disturb(loss=world.dice.choice((0.0, 0.1, 0.3)))
    for _ in range(world.dice.randint(1, 3)):
        world.agenda.after(world.dice.uniform(0, 20), world.caller.call)
    world.run(world.dice.uniform(5, 120))
    world.agenda.clear()
    world.calm_down()
    world.check_agreement()
    world.end()


@pytest.mark.parametrize("seed", seeds(120))
def test_whatever_is_offered_before_the_answer_both_agree_on_it(seed: int) -> None:
    world = World(seed, tcp=seed % 4 == 3, kind=EarlyParty)
    world.disturb(loss=world.dice.choice((0.0, 0.1, 0.3)))
    for _ in range(world.dice.randint(1, 3)):
        world.agenda.after(world.dice.uniform(0, 20), world.caller.call)
    world.run(world.dice.uniform(5, 120))
    world.agenda.clear()
    world.calm_down()
    world.check_agreement()
    world.end()


@pytest.mark.parametrize("seed", seeds(80))
def test_a_bridged_call_under_30_percent_loss_completes_or_fails_in_time(seed: int) -> None:
    world = World(seed, bridged=True)
    world.disturb(loss=0.3)
    world.callee.calm = seed % 2 == 0
    talk = world.caller.call()
    while talk.alive and not talk.up:
        world.run(1.0)
        assert world.wire.now < OUTCOME, f"neither up nor over: {talk}"
    world.run(world.dice.uniform(0, 60))
    world.agenda.clear()
    world.calm_down()
    world.check_agreement()
    assert len({party.alive != [] for party in world.parties}) == 1, "a leg outlived the other"
    world.end()


@pytest.mark.parametrize("seed", seeds(20))
def test_refreshes_keep_a_call_up_for_three_hours_at_20_percent_loss(seed: int) -> None:
    world = World(seed, bridged=seed % 2 == 0)
    world.caller.calm = world.callee.calm = True
    talk = world.caller.call()
    world.run(SETTLED)
    world.disturb(loss=0.2)
    world.run(3 * 3600.0)
    assert talk.up
    world.calm_down()
    world.check_agreement()
    world.end()


@pytest.mark.parametrize("seed", seeds(40))
def test_two_who_hang_up_or_hold_in_the_same_instant_still_agree(seed: int) -> None:
    world = World(seed)
    world.caller.calm = world.callee.calm = True
    calling = world.caller.call()
    world.run(SETTLED)
    (called,) = world.callee.alive
    lossy = world.dice.random() < 0.5  # then a re-INVITE may never arrive, and ends the call
    world.disturb(loss=0.3 if lossy else 0.0)
    for party, talk in ((world.caller, calling), (world.callee, called)):
        (party.reoffer if seed % 2 else party.hang_up)(talk)
    world.run(60.0)
    world.calm_down()
    world.check_agreement()
    if not lossy:
        assert calling.up == (seed % 2 == 1)
    world.end()


@pytest.mark.parametrize("seed", seeds(40))
def test_a_caller_who_gives_up_at_any_moment_leaves_nobody_behind(seed: int) -> None:
    world = World(seed, bridged=seed % 2 == 0)
    world.disturb(loss=0.3)
    world.caller.calm = True
    talk = world.caller.call()
    world.run(world.dice.choice((0.0, world.dice.uniform(0, 12))))
    if talk.alive:
        world.caller.hang_up(talk)
    world.run(60.0)
    world.calm_down()
    assert [party.alive for party in world.parties if party.alive] == []
    world.end()
