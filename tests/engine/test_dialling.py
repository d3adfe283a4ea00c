from __future__ import annotations

from typing import Any

import pytest

from config import Agent, DiallingSettings, Trunk
from engine.dialling import Denied, DialPlan, Route, tries_next

BERLIN = "+49301234567"


def agent(*may_dial: str, queue: str | None = "support") -> Agent:
    return Agent(username="ann", password="x", may_dial=may_dial, outbound_queue=queue)  # type: ignore[arg-type]


def trunk(name: str, *allowed: str, **values: Any) -> Trunk:
    caller_id = "+49301111111"
    return Trunk(name=name, host="10.0.0.9", allowed=allowed, caller_id=caller_id, **values)


def plan(*trunks: Trunk, **settings: Any) -> DialPlan:
    return DialPlan(DiallingSettings(**{"country_code": "49", **settings}), trunks)


def names(route: Route | Denied) -> list[str]:
    assert isinstance(route, Route), route
    return [each.name for each in route.trunks]


def status(route: Route | Denied) -> int:
    assert isinstance(route, Denied), route
    return route.status


def test_a_number_goes_by_every_trunk_that_allows_it_in_the_order_of_priority() -> None:
    trunks = trunk("b", "+49"), trunk("c", "+43"), trunk("d", "+"), trunk("a", "+49", priority=1)
    route = plan(*trunks).route("030 1234567", agent("+"), ())
    assert names(route) == ["a", "b", "d"]
    assert isinstance(route, Route)
    assert route.number == BERLIN


def test_a_trunk_that_is_down_or_full_is_passed_over() -> None:
    dial = plan(trunk("a", "+"), trunk("b", "+"))
    assert names(dial.route(BERLIN, agent("+"), {"a"})) == ["b"]
    assert status(dial.route(BERLIN, agent("+"), {"a", "b"})) == 503


@pytest.mark.parametrize("who", [None, agent(), agent("+", queue=None), agent("+43")])
def test_who_is_not_permitted_calls_nobody(who: Agent | None) -> None:
    assert status(plan(trunk("a", "+")).route(BERLIN, who, ())) == 403


@pytest.mark.parametrize(
    ("dialled", "expected"),
    [
        ("+431234567", 403),
        ("+499001234567", 403),
        ("112", 403),
        ("support", 404),
        ("1234567", 404),
        ("+4930123456789012", 404),
    ],
)
def test_what_is_not_allowed_or_no_number_is_not_called(dialled: str, expected: int) -> None:
    assert status(plan(trunk("a", "+49")).route(dialled, agent("+", "112"), ())) == expected


def test_who_is_not_permitted_does_not_learn_what_is_a_number() -> None:
    assert status(plan(trunk("a", "+")).route("support", agent(), ())) == 403


def test_without_a_trunk_that_allows_anything_nothing_leads_outside() -> None:
    assert plan(trunk("a", "+49")).leads_outside
    assert not plan(Trunk(name="a", host="h")).leads_outside
    assert not plan().leads_outside


def test_what_a_trunk_says_of_itself_is_tried_elsewhere_and_what_the_called_say_is_final() -> None:
    assert all(tries_next(status) for status in (None, 408, 500, 502, 503, 504))
    assert not any(tries_next(status) for status in (302, 403, 404, 480, 484, 486, 488, 603))
