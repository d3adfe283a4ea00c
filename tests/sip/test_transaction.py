"""Every machine is a table, and every table is sound."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum
from math import inf
from typing import Any

import pytest

from sip import invite_client, invite_server, request_client, request_server, session_table
from sip.transaction import RUNS_ON, Machine, Resend, Rules

TABLES: dict[str, Rules[Any, Any, Any]] = {
    "INVITE client": invite_client.RULES,
    "INVITE server": invite_server.RULES,
    "request client": request_client.RULES,
    "request server": request_server.RULES,
    "session": session_table.RULES,
}
UNLIMITED = {
    "INVITE client": set(),
    "INVITE server": {invite_server.State.PROCEEDING},  # the session has a limit
    "request client": set(),
    "request server": set(),
    "session": {
        session_table.State.UP,  # a call lasts as long as it likes
        session_table.State.CALLING,  # these six end with their transaction
        session_table.State.UPDATING,
        session_table.State.WITHDRAWN,
        session_table.State.QUEUED,
        session_table.State.CANCELLING,
        session_table.State.CLOSING,
    },
}
every_table = pytest.mark.parametrize("name", TABLES)


def states(rules: Rules[Any, Any, Any]) -> set[Enum]:
    return {state for pair in rules.table.items() for state in (pair[0][0], pair[1][0])}


def reached_from(rules: Rules[Any, Any, Any], start: Enum) -> set[Enum]:
    seen, new = set(), {start}
    while new:
        seen |= new
        new = {to for (state, _), (to, _) in rules.table.items() if state in new} - seen
    return seen


@every_table
def test_every_state_can_be_reached(name: str) -> None:
    rules = TABLES[name]
    assert states(rules) == set(type(rules.final).__members__.values())
    assert set().union(*(reached_from(rules, start) for start in rules.start)) == states(rules)


@every_table
def test_every_state_has_a_way_to_the_end(name: str) -> None:
    rules = TABLES[name]
    assert all(rules.final in reached_from(rules, state) for state in states(rules))


@every_table
def test_nothing_happens_after_the_end(name: str) -> None:
    rules = TABLES[name]
    assert not [state for state, _ in rules.table if state is rules.final]


@every_table
def test_every_state_that_waits_has_a_lifetime_or_is_listed_as_unlimited(name: str) -> None:
    rules = TABLES[name]
    assert states(rules) - rules.lifetime.keys() - {rules.final} == UNLIMITED[name]


@every_table
def test_a_lifetime_ends_somewhere_else(name: str) -> None:
    rules = TABLES[name]
    for state in rules.lifetime:
        assert rules.table[state, rules.expired][0] is not state


@every_table
def test_a_timer_that_runs_on_was_started_by_every_state_before(name: str) -> None:
    rules = TABLES[name]
    lives_on = {state for state, seconds in rules.lifetime.items() if seconds == RUNS_ON}
    resends_on = {state for state, resend in rules.resend.items() if resend.first == RUNS_ON}
    for (state, _), (to, _) in rules.table.items():
        if to is not state:
            assert to not in lives_on or state in rules.lifetime
            assert to not in resends_on or state in rules.resend


@every_table
def test_what_is_resent_and_absorbed_are_states_of_the_table(name: str) -> None:
    rules = TABLES[name]
    assert rules.resend.keys() | rules.absorbs <= states(rules) - {rules.final}
    assert bool(rules.resend) == (rules.again is not None)


@every_table
def test_every_input_and_every_thing_to_do_occurs(name: str) -> None:
    rules = TABLES[name]
    assert {event for _, event in rules.table} == set(type(rules.expired).__members__.values())


def test_every_thing_to_do_is_asked_for_somewhere() -> None:
    asked = {do for rules in TABLES.values() for _, todo in rules.table.values() for do in todo}
    asked |= {rules.again for rules in TABLES.values() if rules.again}
    for vocabulary in (invite_client.Do, invite_server.Do, session_table.Do):
        assert set(vocabulary) <= asked


Lamp = Enum("Lamp", "OFF ON DIMMED BROKEN")
Event = Enum("Event", "PRESS DIM EXPIRED")
Do = Enum("Do", "CLICK BLINK")
LAMP = Rules(
    table={
        (Lamp.OFF, Event.PRESS): (Lamp.ON, (Do.CLICK,)),
        (Lamp.ON, Event.DIM): (Lamp.DIMMED, ()),
        (Lamp.ON, Event.EXPIRED): (Lamp.BROKEN, (Do.CLICK,)),
        (Lamp.DIMMED, Event.EXPIRED): (Lamp.BROKEN, ()),
    },
    start=(Lamp.OFF,),
    final=Lamp.BROKEN,
    lifetime={Lamp.ON: 10.0, Lamp.DIMMED: RUNS_ON},
    expired=Event.EXPIRED,
    resend={Lamp.ON: Resend(1.0, 4.0), Lamp.DIMMED: Resend(RUNS_ON, 4.0)},
    again=Do.BLINK,
    absorbs=frozenset({Lamp.ON}),
)


def run(machine: Machine[Any, Any, Any]) -> list[tuple[float, Enum]]:
    seen = []
    while (now := machine.deadline) < inf:
        seen += [(now, do) for do in machine.tick(now)]
    return seen


def test_an_input_the_table_does_not_name_changes_nothing() -> None:
    lamp = Machine(LAMP, Lamp.OFF, 0.0, reliable=False)
    assert lamp.step(Event.DIM, 1.0) == ()
    assert lamp.state is Lamp.OFF
    assert lamp.deadline == inf


def test_gaps_double_up_to_the_longest_until_the_lifetime_ends() -> None:
    lamp = Machine(LAMP, Lamp.OFF, 0.0, reliable=False)
    assert lamp.step(Event.PRESS, 5.0) == (Do.CLICK,)
    assert run(lamp) == [(6.0, Do.BLINK), (8.0, Do.BLINK), (12.0, Do.BLINK), (15.0, Do.CLICK)]
    assert lamp.over


def test_timers_that_run_on_keep_their_time_and_their_gap() -> None:
    lamp = Machine(LAMP, Lamp.OFF, 0.0, reliable=False)
    lamp.step(Event.PRESS, 0.0)
    assert lamp.tick(1.0) == (Do.BLINK,)
    lamp.step(Event.DIM, 1.5)
    assert run(lamp) == [(3.0, Do.BLINK), (7.0, Do.BLINK)]
    assert lamp.over


def test_a_gap_is_never_shorter_than_the_state_allows() -> None:
    slow = replace(LAMP, resend={Lamp.ON: Resend(1.0, 8.0, shortest=4.0)})
    lamp = Machine(slow, Lamp.OFF, 0.0, reliable=False)
    lamp.step(Event.PRESS, 0.0)
    assert run(lamp) == [(1.0, Do.BLINK), (5.0, Do.BLINK), (10.0, Do.CLICK)]


def test_a_reliable_transport_resends_nothing_and_absorbs_nothing() -> None:
    lamp = Machine(LAMP, Lamp.OFF, 0.0, reliable=True)
    lamp.step(Event.PRESS, 2.0)
    assert run(lamp) == [(2.0, Do.CLICK)]


def test_a_tick_before_its_time_does_nothing() -> None:
    lamp = Machine(LAMP, Lamp.OFF, 0.0, reliable=False)
    lamp.step(Event.PRESS, 0.0)
    assert lamp.tick(0.9) == ()
    assert lamp.deadline == 1.0


def test_a_state_may_be_given_another_end_than_its_lifetime() -> None:
    machine = Machine(session_table.RULES, session_table.State.OFFERED, 0.0, reliable=False)
    machine.expire_at(3.0)
    assert machine.deadline == 3.0
    machine.step(session_table.Input.ANSWER, 1.0)
    assert machine.deadline == 1.5  # the next state has its own
