from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from config.hours import Hours

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def is_open(hours: Hours, day: int, time: str) -> bool:
    """On a day after that Monday, by UTC."""
    hour, minute = map(int, time.split(":"))
    return hours.open_at(MONDAY.replace(day=23 + day, hour=hour, minute=minute))


@pytest.mark.parametrize(
    ("written", "day", "time", "wanted"),
    [
        ("Mon-Fri 09:00-17:30", 0, "09:00", True),
        ("Mon-Fri 09:00-17:30", 0, "08:59", False),
        ("Mon-Fri 09:00-17:30", 4, "17:29", True),
        ("Mon-Fri 09:00-17:30", 4, "17:30", False),
        ("Mon-Fri 09:00-17:30", 5, "12:00", False),
        ("Sat-Mon 00:00-24:00", 6, "23:59", True),
        ("Sat-Mon 00:00-24:00", 0, "00:00", True),
        ("Sat-Mon 00:00-24:00", 1, "00:00", False),
        ("Fri 22:00-02:00", 4, "23:00", True),
        ("Fri 22:00-02:00", 5, "01:59", True),
        ("Fri 22:00-02:00", 5, "22:30", False),
        ("Fri 22:00-02:00", 4, "01:00", False),
    ],
)
def test_it_is_open_within_the_times_of_its_days(
    written: str, day: int, time: str, wanted: bool
) -> None:
    assert is_open(Hours(name="a", open=(written,)), day, time) is wanted


def test_the_time_is_that_of_the_place_in_summer_and_in_winter() -> None:
    berlin = Hours(name="a", time_zone="Europe/Berlin", open=("Mon-Sun 09:00-10:00",))
    assert berlin.open_at(datetime(2026, 1, 5, 8, 30, tzinfo=UTC))
    assert not berlin.open_at(datetime(2026, 7, 6, 8, 30, tzinfo=UTC))
    assert berlin.open_at(datetime(2026, 7, 6, 7, 30, tzinfo=UTC))


def test_a_holiday_is_closed_and_so_is_who_never_opens() -> None:
    hours = Hours.model_validate(
        {"name": "a", "open": ["Mon-Sun 00:00-24:00"], "closed": ["2026-11-24"]}
    )
    assert [is_open(hours, day, "12:00") for day in (0, 1, 2)] == [True, False, True]
    assert not is_open(Hours(name="a", open=()), 0, "12:00")


@pytest.mark.parametrize(
    "written",
    [
        *("", "Mon", "9-17", "Mo 09:00-17:00", "Mon-Xyz 09:00-17:00", "Mon 09:00-24:01"),
        *("Mon 09:60-10:00", "Mon 09:00-09:00", "Mon,Tue 09:00-10:00"),
    ],
)
def test_what_is_not_understood_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        Hours(name="a", open=(written,))


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd"])
def test_a_time_zone_that_is_not_known_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="a time zone such as"):
        Hours(name="a", time_zone=name, open=())
