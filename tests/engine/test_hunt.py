from __future__ import annotations

from typing import Any

import pytest

from config import Agent, DiallingSettings, Trunk
from engine.dialling import DialPlan, Route
from engine.hunt import MAX_REDIRECTIONS, NOT_NOW, Hunt, Way

BERLIN, MUNICH, PARIS = "+49301234567", "+49897654321", "+33123456789"
AGENT = Agent(username="ann", password="x", may_dial=("+49",), outbound_queue="support")  # type: ignore[arg-type]


def trunk(name: str, **values: Any) -> Trunk:
    given = {"host": "10.0.0.9", "allowed": ("+",), "caller_id": "+49301111111", **values}
    return Trunk(name=name, **given)


A, B = trunk("a", country_code="49"), trunk("b")


def hunt(*trunks: Trunk) -> Hunt:
    plan = DialPlan(DiallingSettings(country_code="49"), trunks)
    route = plan.route(BERLIN, AGENT, ())
    assert isinstance(route, Route)
    return Hunt(plan, AGENT, route, private=False)


def hunting(*trunks: Trunk) -> Hunt:
    """The first way has been taken."""
    one = hunt(*trunks)
    assert one.next(()) == one.first == Way(BERLIN, trunks[0])
    return one


def test_trunks_are_tried_one_after_the_other_but_for_those_that_are_unusable() -> None:
    one = hunt(A, B)
    assert [one.next(()), one.next(()), one.next(())] == [Way(BERLIN, A), Way(BERLIN, B), None]
    assert hunt(A, B).next({"a"}) == Way(BERLIN, B)


@pytest.mark.parametrize("status", [None, 408, 500, 503])
def test_what_a_trunk_says_of_itself_leads_to_the_next_one(status: int | None) -> None:
    one = hunting(A, B)
    one.failed(status, (), ())
    assert one.next(()) == Way(BERLIN, B)


@pytest.mark.parametrize("status", [404, 486, 603])
def test_what_a_trunk_says_of_the_called_is_final(status: int) -> None:
    one = hunting(A, B)
    one.failed(status, (), ())
    assert one.next(()) is None
    assert one.status == status


@pytest.mark.parametrize("status", [None, 401, 407, 422, 491])
def test_what_is_ours_to_do_is_no_news_for_who_dialled(status: int | None) -> None:
    one = hunting(A)
    one.failed(status, (), ())
    assert one.status == 503


def test_a_redirection_is_read_as_numbers_and_goes_by_every_trunk_again() -> None:
    one = hunting(A, B)
    one.failed(302, ["sip:0897654321@192.0.2.1;user=phone"], ())
    assert [one.next(()), one.next(()), one.next(())] == [Way(MUNICH, A), Way(MUNICH, B), None]


@pytest.mark.parametrize(
    ("contact", "status"),
    [
        (f"sip:{PARIS}@10.0.0.9", 403),
        ("sip:boss@10.0.0.9", 404),
        ("sip:10.0.0.9", 404),
        (f"sip:{BERLIN}@10.0.0.9", NOT_NOW),
        ("mailto:ann@example.com", NOT_NOW),
    ],
)
def test_a_redirection_to_what_may_not_be_dialled_or_was_ends_it(contact: str, status: int) -> None:
    one = hunting(A, B)
    one.failed(302, [contact], ())
    assert one.next(()) is None
    assert one.status == status


def test_of_several_contacts_those_that_may_be_dialled_are() -> None:
    one = hunting(A)
    one.failed(300, [f"sip:{PARIS}@x", f"sip:{MUNICH}@x", f"sip:{MUNICH}@y"], ())
    assert [one.next(()), one.next(())] == [Way(MUNICH, A), None]


def test_redirections_come_to_an_end() -> None:
    one = hunting(A)
    for number in range(MAX_REDIRECTIONS):
        one.failed(302, [f"sip:{MUNICH}{number}@x"], ())
        assert one.next(()) == Way(f"{MUNICH}{number}", A)
    one.failed(302, [f"sip:{MUNICH}9@x"], ())
    assert one.next(()) is None
