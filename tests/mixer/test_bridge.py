"""Who hears whom."""

from __future__ import annotations

from itertools import product

from mixer.bridge import Bridge, Ear, Leg, Mode, Role
from mixer.graph import Route
from mixer.ports import Port

CUSTOMER, AGENT, SUPERVISOR, LEFT, RIGHT = (Port(slot, 1) for slot in range(5))
LEGS = (Leg(CUSTOMER, Role.CUSTOMER), Leg(AGENT, Role.AGENT))
TALK = {Route(CUSTOMER, AGENT), Route(AGENT, CUSTOMER)}


def test_two_legs_hear_each_other_and_not_themselves() -> None:
    assert Bridge(LEGS).routes() == TALK


def test_a_lone_leg_hears_nothing() -> None:
    assert Bridge(LEGS[:1]).routes() == set()


def test_a_listener_hears_both_and_is_heard_by_nobody() -> None:
    routes = Bridge(LEGS, (Ear(SUPERVISOR),)).routes()
    assert routes == TALK | {Route(CUSTOMER, SUPERVISOR), Route(AGENT, SUPERVISOR)}


def test_a_coach_is_heard_by_the_agent_only_and_a_barger_by_all() -> None:
    overhear = {Route(CUSTOMER, SUPERVISOR), Route(AGENT, SUPERVISOR)}
    coached = Bridge(LEGS, (Ear(SUPERVISOR, mode=Mode.COACH),)).routes()
    barged = Bridge(LEGS, (Ear(SUPERVISOR, mode=Mode.BARGE),)).routes()
    assert coached - TALK - overhear == {Route(SUPERVISOR, AGENT)}
    assert barged - TALK - overhear == {Route(SUPERVISOR, AGENT), Route(SUPERVISOR, CUSTOMER)}


def test_a_recording_has_one_role_on_each_side() -> None:
    ears = (Ear(LEFT, frozenset({Role.CUSTOMER})), Ear(RIGHT, frozenset({Role.AGENT})))
    assert Bridge(LEGS, ears).routes() == TALK | {Route(CUSTOMER, LEFT), Route(AGENT, RIGHT)}


def test_who_may_not_send_is_heard_by_nobody_and_who_may_not_hear_hears_nobody() -> None:
    for may_send, may_hear in product((False, True), repeat=2):
        held = Leg(CUSTOMER, Role.CUSTOMER, may_send=may_send, may_hear=may_hear)
        routes = Bridge((held, LEGS[1]), (Ear(SUPERVISOR, mode=Mode.BARGE),)).routes()
        assert any(route.source == CUSTOMER for route in routes) is may_send
        assert any(route.sink == CUSTOMER for route in routes) is may_hear


def test_no_mode_lets_one_ear_hear_another() -> None:
    for modes in product(Mode, repeat=2):
        ears = tuple(Ear(Port(10 + n, 1), mode=mode) for n, mode in enumerate(modes))
        ports = {ear.port for ear in ears}
        assert not [r for r in Bridge(LEGS, ears).routes() if {r.source, r.sink} <= ports]


def test_a_muted_leg_is_silent_to_all_and_all_are_as_loud_as_they_are_to_be() -> None:
    muted = Leg(CUSTOMER, Role.CUSTOMER, gain=512, muted=True)
    loud = Leg(AGENT, Role.AGENT, gain=512)
    routes = Bridge((muted, loud), (Ear(SUPERVISOR, mode=Mode.BARGE),)).routes()
    gains = {(route.source, route.sink): route.gain for route in routes}
    assert gains == {
        (CUSTOMER, AGENT): 0,
        (CUSTOMER, SUPERVISOR): 0,
        (AGENT, CUSTOMER): 512,
        (AGENT, SUPERVISOR): 512,
        (SUPERVISOR, CUSTOMER): 256,
        (SUPERVISOR, AGENT): 256,
    }


def test_in_a_conference_each_hears_all_others() -> None:
    legs = tuple(Leg(Port(slot, 1), Role.AGENT) for slot in range(64))
    routes = Bridge(legs).routes()
    assert len(routes) == 64 * 63 and not any(route.source == route.sink for route in routes)
