from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from config import Settings
from engine.directory import Kind, Origin, Resource, Resources
from engine.phone_numbers import FLOW, Kindred, PhoneNumbers, kindred
from flows import Flow, read
from tests.rig.house import to_queue

ARN = "arn:aws:connect:local:000000000000:instance/earshot"
OURS, OTHER, FREE = "+49305550100", "+49305550101", "+49305550102"
TRUNK = {"name": "carrier", "host": "carrier.example", "caller_id": OURS}
RUNS = read(json.dumps(to_queue()), "menu", "CONTACT_FLOW")


def claimed(number: str, flow: str | None = None) -> Resource:
    facts = {"Tags": {}} | ({FLOW: flow} if flow else {})
    return Resource(Kind.PHONE_NUMBER, number, number, facts, Origin.API, datetime.now(UTC))


def numbers(
    configured: Sequence[str] = (), given: Sequence[Resource] = (), **sections: Any
) -> PhoneNumbers:
    trunks = [{**TRUNK, "numbers": [OTHER, FREE]}]
    settings = Settings(**{"trunks": trunks, **sections})
    library: dict[str, Flow] = {"menu": RUNS}
    flows = dict.fromkeys(configured, RUNS)
    return PhoneNumbers(settings, flows, library.get, Resources(ARN, given))


def test_those_of_the_configuration_and_those_with_a_published_flow_can_be_dialled() -> None:
    there = [claimed(OURS, "menu"), claimed(OTHER), claimed(FREE, "gone")]
    assert list(numbers(["support"], there)) == ["support", OURS]
    assert OTHER not in numbers([], there) and FREE not in numbers([], there)


def test_a_number_of_the_configuration_runs_its_file_whatever_the_api_says() -> None:
    one = numbers([OURS], [claimed(OURS, "gone")])
    assert one[OURS] is RUNS and len(one) == 1


def test_free_are_those_that_a_trunk_or_a_queue_names_and_nobody_has() -> None:
    queue = {"name": "support", "caller_id": "+49305550109"}
    assert numbers(queues=[queue]).free() == [OURS, OTHER, FREE, "+49305550109"]
    assert numbers([OURS], [claimed(FREE)]).free() == [OTHER]


def test_a_number_that_the_configuration_has_in_another_spelling_is_not_free() -> None:
    plan = {"country_code": "49"}
    assert numbers(["0305550101"], dialling=plan).free() == [OURS, FREE]


def test_shown_may_be_what_is_ours_already() -> None:
    one = numbers(["support"], [claimed(OTHER)])
    assert one.is_ours(OURS) and one.is_ours(OTHER) and one.is_ours("support")
    assert not one.is_ours(FREE) and not one.is_ours("+49301234567")


@pytest.mark.parametrize(
    ("number", "known"),
    [
        ("+49305550100", Kindred("DE", "DID")),
        ("+498001234567", Kindred("DE", "TOLL_FREE")),
        ("+12125550100", Kindred("US", "DID")),
        ("+14165550100", Kindred("CA", "DID")),
        ("+80012345678", Kindred(None, "UIFN")),
        ("+491801123456", Kindred("DE", "SHARED")),
        ("+9990000000", Kindred(None, "DID")),
    ],
)
def test_country_and_type_are_those_of_the_numbering_plan(number: str, known: Kindred) -> None:
    assert kindred(number) == known
