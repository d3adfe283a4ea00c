from datetime import UTC, date, datetime

import pytest

from config.hours import Hours
from engine.directory.opening_hours import effective, facts_of, is_open

HOURS = Hours(
    name="office",
    time_zone="Europe/Berlin",
    open=("Mon-Fri 09:00-17:30", "Sat 22:00-02:00", "Sun 12:00-24:00"),
    closed=(datetime(2026, 12, 25, tzinfo=UTC).date(),),
)


def test_the_configuration_is_said_as_the_api_says_it() -> None:
    facts = facts_of(HOURS)
    assert facts["TimeZone"] == "Europe/Berlin"
    assert [each["Day"] for each in facts["Config"]][:2] == ["MONDAY", "TUESDAY"]
    assert facts["Config"][0]["EndTime"] == {"Hours": 17, "Minutes": 30}
    assert facts["Config"][-1] == {
        "Day": "SUNDAY",
        "StartTime": {"Hours": 12, "Minutes": 0},
        "EndTime": {"Hours": 0, "Minutes": 0},
    }


def test_hours_of_a_day_are_those_of_its_weekday_unless_it_is_closed() -> None:
    facts, noon = facts_of(HOURS), {"Hours": 12, "Minutes": 0}
    late = [{"Start": {"Hours": 22, "Minutes": 0}, "End": {"Hours": 2, "Minutes": 0}}]
    assert effective(facts, date(2026, 12, 26)) == late  # until the next day
    assert [each["Start"] for each in effective(facts, date(2026, 12, 27))][-1] == noon
    assert effective(facts, date(2026, 12, 25)) == []  # a Friday


@pytest.mark.parametrize("month", [1, 7])
@pytest.mark.parametrize("day", range(1, 29))
def test_it_is_open_when_the_configuration_says_so(month: int, day: int) -> None:
    facts = facts_of(HOURS)
    for hour in range(24):
        instant = datetime(2026, month, day, hour, 59, tzinfo=UTC)
        assert is_open(facts, instant) is HOURS.open_at(instant)


def test_a_closed_day_is_closed_and_midnight_to_midnight_is_all_day() -> None:
    assert not is_open(facts_of(HOURS), datetime(2026, 12, 25, 11, tzinfo=UTC))
    midnight = {"Hours": 0, "Minutes": 0}
    config = [{"Day": "FRIDAY", "StartTime": midnight, "EndTime": midnight}]
    facts = {"TimeZone": "UTC", "Config": config}
    for hour in (0, 23):
        assert is_open(facts, datetime(2026, 12, 25, hour, 59, tzinfo=UTC))
    assert not is_open(facts, datetime(2026, 12, 26, 0, 0, tzinfo=UTC))
