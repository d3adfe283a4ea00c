"""Stories of transfers on a bad wire: each is told its outcome once, and nobody is left behind."""

from __future__ import annotations

import pytest

from tests.rig.wire import Address
from tests.simulation.party import USER
from tests.simulation.world import CALLEE, SETTLED, World, seeds

THIRD: Address = ("10.0.0.6", 5060)
NOBODY: Address = ("10.0.0.66", 5060)


@pytest.mark.parametrize("seed", seeds(60))
def test_a_blind_transfer_ends_where_it_was_sent_or_leaves_the_call_as_it_was(seed: int) -> None:
    world = World(seed)
    third = world.add(THIRD)
    for party in world.parties:
        party.calm = True
    world.caller.call()
    world.run(SETTLED)
    referrer = world.dice.choice((world.caller, world.callee))
    third.calm = seed % 2 == 0  # else it may refuse
    world.disturb(loss=world.dice.choice((0.0, 0.1, 0.3)))
    target = NOBODY if seed % 5 == 0 else THIRD
    (talk,) = referrer.alive
    referrer.refer(talk, f"sip:{USER}@{target[0]}:{target[1]}")
    if seed % 7 == 0:
        world.run(world.dice.uniform(0, 5))
        referrer.reoffer(talk)
    world.run(120.0)
    world.agenda.clear()
    world.calm_down()
    world.check_agreement()
    assert len(talk.outcomes) <= 1
    assert talk.outcomes or not talk.alive, "nobody knows what became of it"
    if talk.outcomes and talk.outcomes[0] == 200:
        assert not referrer.alive
    for party in world.parties:
        for each in party.alive:
            party.hang_up(each)
    world.end()


@pytest.mark.parametrize("seed", seeds(40))
def test_an_attended_transfer_leaves_the_one_who_made_it(seed: int) -> None:
    world = World(seed)
    world.caller.calm = world.callee.calm = True
    one, two = world.caller.call(), world.caller.call()
    world.run(SETTLED)
    world.disturb(loss=world.dice.choice((0.0, 0.1, 0.3)))
    world.caller.refer(one, f"sip:{USER}@{CALLEE[0]}:{CALLEE[1]}", two)
    if seed % 4 == 0:
        world.run(world.dice.uniform(0, 1))
        world.caller.hang_up(two)  # so that it may come too late
    world.run(60.0)
    world.calm_down()
    world.check_agreement()
    assert len(one.outcomes) <= 1
    assert one.outcomes or not one.alive
    assert one.alive == (one.outcomes != [200])
    world.end()


@pytest.mark.parametrize("seed", seeds(40))
def test_a_call_that_replaces_another_is_the_only_one_left(seed: int) -> None:
    world = World(seed)
    world.caller.calm = world.callee.calm = True
    first = world.caller.call()
    world.run(SETTLED)
    lossy = seed % 2 == 1
    world.disturb(loss=0.3 if lossy else 0.0)
    second = world.caller.call(replaces=first.session)
    if seed % 5 == 0:
        world.run(world.dice.uniform(0, 9))
        world.callee.hang_up(world.callee.alive[0])  # the very call that is to be replaced
    world.run(60.0)
    world.calm_down()
    world.check_agreement()
    assert not (first.alive and second.up)
    if not lossy and seed % 5:
        assert second.up
    world.end()
