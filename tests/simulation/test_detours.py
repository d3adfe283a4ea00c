"""Stories of calls that find their callee by a detour: a redirection, a fork, a second server."""

from __future__ import annotations

import pytest

from sip.locate import Kind, Question, Srv
from tests.rig.wire import Address
from tests.simulation.party import USER
from tests.simulation.proxies import Fork, Redirector
from tests.simulation.world import CALLEE, OUTCOME, World, seeds

PROXY: Address = ("10.0.0.5", 5060)
SECOND: Address = ("10.0.0.6", 5060)
AT_PROXY = f"sip:{USER}@{PROXY[0]}:{PROXY[1]}"
PATIENCE = 4.0  # seconds until the next server is tried


@pytest.mark.parametrize("seed", seeds(30))
def test_a_redirected_call_reaches_whom_it_was_redirected_to(seed: int) -> None:
    world = World(seed)
    redirector = Redirector(f"sip:{USER}@{CALLEE[0]}:{CALLEE[1]}")
    world.wire.attach(redirector, PROXY)
    world.caller.calm = world.callee.calm = True
    world.disturb(loss=world.dice.choice((0.0, 0.3)))
    first = world.caller.call(AT_PROXY)
    world.run(60.0)
    world.calm_down()
    assert not first.alive
    world.check_agreement()
    if len(world.caller.talks) == 2:  # else the redirector was never heard
        assert [talk.up for talk in world.caller.alive] == [True] * len(world.callee.alive)
    world.end()


@pytest.mark.parametrize("seed", seeds(60))
def test_of_two_who_answer_a_forked_call_one_at_most_is_left(seed: int) -> None:
    world = World(seed)
    second = world.add(SECOND)
    world.wire.attach(Fork(PROXY, (CALLEE, SECOND)), PROXY)
    world.caller.calm = world.callee.calm = second.calm = True
    world.disturb(loss=world.dice.choice((0.0, 0.1, 0.3)))
    talk = world.caller.call(AT_PROXY)
    world.run(world.dice.choice((60.0, world.dice.uniform(0, 10))))
    if talk.alive and seed % 3 == 0:
        world.caller.hang_up(talk)
    world.calm_down(OUTCOME)
    called = [*world.callee.alive, *second.alive]
    assert [each.up for each in called] == [True] * len(world.caller.alive)
    if called:
        agreed = (talk.mine, talk.theirs) == (called[0].theirs, called[0].mine)
        assert agreed, f"{talk} against {called[0]}"
    world.end(by=world.caller)


@pytest.mark.parametrize("seed", seeds(60))
def test_of_two_phones_of_a_user_one_at_most_is_left(seed: int) -> None:
    world = World(seed)
    second = world.add(SECOND)
    world.introduce(world.caller.side.address, SECOND)
    world.caller.calm, calm = True, seed % 2 == 0
    world.callee.calm = second.calm = calm
    world.disturb(loss=world.dice.choice((0.0, 0.1, 0.3)))
    talk = world.caller.call()
    world.run(world.dice.choice((60.0, world.dice.uniform(0, 10))))
    if talk.alive and seed % 3 == 0:
        world.caller.hang_up(talk)
    world.calm_down(OUTCOME)
    called = [*world.callee.alive, *second.alive]
    assert [each.up for each in called] == [True] * len(world.caller.alive)
    if called and calm:
        agreed = (talk.mine, talk.theirs) == (called[0].theirs, called[0].mine)
        assert agreed, f"{talk} against {called[0]}"
    world.end(by=world.caller)


@pytest.mark.parametrize("seed", seeds(60))
def test_where_one_server_of_a_name_is_silent_the_other_takes_the_call(seed: int) -> None:
    world = World(seed)
    second = world.add(SECOND)
    world.caller.calm = world.callee.calm = second.calm = True
    _name_both(world)
    dead = world.dice.choice((CALLEE, SECOND, None))  # without one, loss alone may have it move on
    world.wire.drop = lambda passed: passed.target == dead
    world.disturb(loss=world.dice.choice((0.0, 0.3)))
    talk = world.caller.call("sip:support@service.example", patience=PATIENCE)
    while talk.alive and not talk.up:
        world.run(1.0)
        assert world.wire.now < OUTCOME, f"neither up nor over: {talk}"
    if world.wire.loss == 0.0:
        assert talk.up
    world.wire.drop = lambda passed: False
    world.calm_down(OUTCOME)
    called = [*world.callee.alive, *second.alive]
    assert [each.up for each in called] == [True] * len(world.caller.alive)
    world.end(by=world.caller)


def _name_both(world: World) -> None:
    hosts = {"one.example": CALLEE[0], "two.example": SECOND[0]}
    servers = tuple(Srv(number, 0, 5060, host) for number, host in enumerate(hosts))
    world.wire.zone[Question("_sip._udp.service.example", Kind.SRV)] = servers
    for host, address in hosts.items():
        world.wire.zone[Question(host, Kind.A)] = (address,)
