from __future__ import annotations

import pytest

from config.trunks import DENIED
from engine.toll_policy import permits, reach


@pytest.mark.parametrize(
    ("number", "destinations", "length"),
    [
        ("+49301234567", ("+",), 1),
        ("+49301234567", ("+", "+49", "+4930", "+43"), 5),
        ("+49301234567", ("+43", "49", "112"), -1),
        ("+49301234567", (), -1),
        ("112", ("+",), -1),
        ("112", ("112",), 3),
        ("112", ("11", "1125"), -1),
        ("+112", ("112",), -1),
    ],
)
def test_the_longest_beginning_counts_and_a_short_number_only_in_full(
    number: str, destinations: tuple[str, ...], length: int
) -> None:
    assert reach(number, destinations) == length


@pytest.mark.parametrize(
    ("number", "agent", "trunk", "permitted"),
    [
        ("+49301234567", ("+49",), ("+49",), True),
        ("+49301234567", ("+",), ("+",), True),
        ("+49301234567", (), ("+",), False),
        ("+49301234567", ("+",), (), False),
        ("+49301234567", ("+43",), ("+49",), False),
        ("+499001234567", ("+",), ("+49",), False),  # premium rate
        ("+499001234567", ("+",), ("+49900",), True),
        ("+499001234567", ("+",), ("+499001",), True),
        ("+499001234567", ("+49900",), ("+49",), False),
        ("+18095550100", ("+1",), ("+1",), False),  # looks like North America
        ("+18095550100", ("+1",), ("+1", "+1809"), True),
        ("+88213300000", ("+",), ("+",), False),  # a satellite
        ("112", ("+",), ("+",), False),
        ("112", ("+",), ("+", "112"), False),
        ("112", ("+", "112"), ("+", "112"), True),
    ],
)
def test_all_have_to_allow_it_and_the_trunk_at_least_as_closely_as_it_is_denied(
    number: str, agent: tuple[str, ...], trunk: tuple[str, ...], permitted: bool
) -> None:
    assert permits(number, agent=agent, trunk=trunk, denied=DENIED) is permitted
