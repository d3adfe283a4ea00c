"""Pages of a transcript, in both directions and both orders."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.chat.items import Item, Participant, Role
from engine.chat.transcript import WantedPage, page
from engine.refused import Refused

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
CARLA = Participant("p-1", Role.CUSTOMER, "Carla")
ITEMS = [
    Item(str(number), NOON + timedelta(minutes=number), "text/plain", CARLA, "hello")
    for number in range(7)
]


def ids(**wanted: Any) -> tuple[str, str | None]:
    found, token = page(ITEMS, WantedPage(**wanted))
    return "".join(item.id for item in found), token


def test_without_a_position_the_latest_come_first() -> None:
    assert ids(most=3) == ("654", "3")
    assert ids(most=3, token="3") == ("321", "0")
    assert ids(most=3, token="0") == ("0", None)


def test_forward_it_goes_from_the_oldest_on() -> None:
    assert ids(most=4, backward=False, descending=False) == ("0123", "4")
    assert ids(most=4, backward=False, descending=False, token="4") == ("456", None)


def test_a_page_begins_at_an_item_at_a_moment_or_so_many_from_the_end() -> None:
    forward = {"backward": False, "descending": False}
    assert ids(position={"Id": "5"}, **forward) == ("56", None)
    at = {"AbsoluteTime": "2026-01-02T12:02:30Z"}
    assert ids(position=at, **forward) == ("3456", None)
    assert ids(position=at, descending=False) == ("012", None)
    assert ids(position={"MostRecent": 2}, **forward) == ("56", None)
    assert ids(position={"MostRecent": 99}, **forward) == ("0123456", None)


def test_of_nothing_there_is_an_empty_page() -> None:
    assert page([], WantedPage()) == ([], None)
    assert page(ITEMS, WantedPage(backward=False, token="99")) == ([], None)
    before = WantedPage(position={"AbsoluteTime": "2025-01-01T00:00:00Z"})
    assert page(ITEMS, before) == ([], None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"position": {"Id": "none"}},
        {"position": {"AbsoluteTime": "noon"}},
        {"position": {"AbsoluteTime": "2026-01-02T12:00:00"}},
        {"position": {"Id": "1", "MostRecent": 1}},
        {"token": "-1"},
        {"token": "x"},
    ],
)
def test_a_position_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        ids(**wrong)
    assert refused.value.error == "ValidationException"
