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
    claimed: str = "",
    calls: int = 0,
    draining: bool = False,
) -> Decision:
    return HOUSE.decide(number, username or claimed, username, calls=calls, draining=draining)


def test_anybody_may_dial_a_number() -> None:
    assert decide("support").verdict is Verdict.ACCEPT
    assert decide("support", "agent1").verdict is Verdict.ACCEPT


def test_an_unknown_number_is_not_found_not_even_for_an_agent() -> None:
    assert decide("sales").status == 404
    assert decide("+15550100", "agent1").status == 404


def test_a_stranger_who_dials_an_extension_is_asked_for_a_password() -> None:
    assert decide("agent1").verdict is Verdict.CHALLENGE


def test_who_claims_to_be_one_of_us_is_asked_for_a_password_whatever_they_dial() -> None:
    for number in ("support", "agent2", "nobody"):
        assert decide(number, claimed="agent1").verdict is Verdict.CHALLENGE


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
        return house.decide(number, username or "", username, calls=0, draining=False)

    assert decide("+15550100", "agent1").verdict is Verdict.DIAL
    assert decide("+15550100", "manager1").status == 404
    assert decide("+15550100", None).status == 404
    assert decide("support", "agent1").verdict is Verdict.ACCEPT
    assert decide("agent2", "agent1").verdict is Verdict.CONSULT
    assert decide("manager1", "agent1").status == 403
