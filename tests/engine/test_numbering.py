from __future__ import annotations

from typing import Any

import pytest

from config import NumberPlan, Trunk
from engine.numbering import normal, written

NOWHERE = NumberPlan()
GERMANY = NumberPlan(country_code="49")
AMERICA = NumberPlan(country_code="1", national_prefixes=("1", ""), international_prefix="011")
DIGITS = NumberPlan(country_code="49", international_prefix="")


@pytest.mark.parametrize(
    ("plan", "dialled", "number"),
    [
        (NOWHERE, "+49301234567", "+49301234567"),
        (NOWHERE, "0049301234567", "+49301234567"),
        (NOWHERE, "0301234567", None),
        (GERMANY, "+49 (30) 123-45.67", "+49301234567"),
        (GERMANY, "0301234567", "+49301234567"),
        (GERMANY, "004312345678", "+4312345678"),
        (GERMANY, "1234567", None),
        (GERMANY, "112", "112"),
        (GERMANY, "0112", "0112"),
        (AMERICA, "12125550100", "+12125550100"),
        (AMERICA, "2125550100", "+12125550100"),
        (AMERICA, "01149301234567", "+49301234567"),
        (AMERICA, "911", "911"),
        (AMERICA, "555010", "555010"),
        (DIGITS, "49301234567", "+49301234567"),
        (DIGITS, "0301234567", "+49301234567"),
        (DIGITS, "110", "110"),
    ],
)
def test_a_number_is_read_by_the_plan_of_where_it_was_dialled(
    plan: NumberPlan, dialled: str, number: str | None
) -> None:
    assert normal(dialled, plan) == number


@pytest.mark.parametrize(
    "dialled",
    [
        *("", "+", "1", "+0301234567", "+49 30 123456789012", "++49301234567", "support", "*97"),
        *("+49301234567;ext=1", "+4930a234567", "+٤٩٣٠١٢٣٤٥٦٧", "0049301234567\r\n", "#1"),
    ],
)
def test_what_is_no_number(dialled: str) -> None:
    assert normal(dialled, GERMANY) is None


@pytest.mark.parametrize(
    ("wanted", "home", "abroad"),
    [
        ("e164", "+49301234567", "+4312345678"),
        ("digits", "49301234567", "4312345678"),
        ("international", "0049301234567", "004312345678"),
        ("national", "0301234567", "004312345678"),
    ],
)
def test_a_number_is_written_as_the_trunk_wants_it(wanted: Any, home: str, abroad: str) -> None:
    trunk = Trunk(name="carrier", host="h", country_code="49", outgoing_format=wanted)
    assert written("+49301234567", trunk) == home
    assert written("+4312345678", trunk) == abroad
    assert written("112", trunk) == "112"


def test_what_was_written_is_read_as_the_same_number() -> None:
    for wanted in ("e164", "international", "national"):
        trunk = Trunk(name="t", host="h", country_code="49", outgoing_format=wanted)  # type: ignore[arg-type]
        for number in ("+49301234567", "+4312345678", "112"):
            assert normal(written(number, trunk), trunk) == number
