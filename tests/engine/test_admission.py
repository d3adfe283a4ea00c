from dataclasses import replace

import pytest

from engine.admission import Admission, Decision, Verdict

HOUSE = Admission(
    numbers={"support"},
    people={"agent1", "agent2", "manager1"},
    agents={"agent1", "agent2"},
    max_calls=2,
)


def decide(
    number: str,
    username: str | None = None,
    *,
    trunk: bool = False,
    calls: int = 0,
    draining: bool = False,
) -> Decision:
    return HOUSE.decide(number, username, trunk=trunk, calls=calls, draining=draining)


def test_anybody_may_dial_a_number() -> None:
    assert decide("support").verdict is Verdict.ACCEPT
    assert decide("support", "agent1").verdict is Verdict.ACCEPT
    assert decide("support", trunk=True).verdict is Verdict.ACCEPT


def test_an_unknown_number_is_not_found_not_even_for_an_agent_or_a_trunk() -> None:
    assert decide("+15550100", "agent1").status == 404
    assert decide("+15550100", trunk=True).status == 404


@pytest.mark.parametrize("number", ["agent1", "manager1", "sales", "+15550100", ""])
def test_a_stranger_who_dials_anything_else_is_asked_for_a_password(number: str) -> None:
    for circumstances in ({}, {"calls": 2}, {"draining": True}):
        assert decide(number, **circumstances) == Decision(Verdict.CHALLENGE)  # type: ignore[arg-type]


def test_a_trunk_does_not_reach_extensions() -> None:
    assert decide("agent1", trunk=True).status == 403


def test_agents_may_call_each_other() -> None:
    assert decide("agent2", "agent1").verdict is Verdict.CONSULT


@pytest.mark.parametrize(
    ("number", "caller"), [("agent1", "manager1"), ("manager1", "agent1"), ("manager1", "manager1")]
)
def test_supervisors_neither_dial_extensions_nor_are_dialled(number: str, caller: str) -> None:
    assert decide(number, caller).status == 403


@pytest.mark.parametrize(("number", "caller"), [("support", None), ("agent2", "agent1")])
def test_no_new_call_beyond_the_limit_or_while_draining(number: str, caller: str | None) -> None:
    assert decide(number, caller, calls=1).verdict in (Verdict.ACCEPT, Verdict.CONSULT)
    assert decide(number, caller, calls=2).status == 503
    assert decide(number, caller, draining=True).status == 503


def test_where_trunks_lead_outside_an_agent_may_dial_what_nobody_here_has() -> None:
    house = replace(HOUSE, leads_outside=True)

    def decide(number: str, username: str | None) -> Decision:
        return house.decide(number, username, trunk=False, calls=0, draining=False)

    assert decide("+15550100", "agent1").verdict is Verdict.DIAL
    assert decide("+15550100", "manager1").status == 404
    assert decide("+15550100", None).verdict is Verdict.CHALLENGE
    assert decide("support", "agent1").verdict is Verdict.ACCEPT
    assert decide("agent2", "agent1").verdict is Verdict.CONSULT
    assert decide("manager1", "agent1").status == 403
