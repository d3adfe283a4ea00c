"""Hours of operation: from the configuration to what the API has for them, and whether it is open.

Pure. `Config` has a beginning and an end for days of the week; midnight as an end is that of the
day. Whole days that are closed the configuration knows, and no operation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from config.hours import DAY_MINUTES, Hours, Opening

DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
Facts = Mapping[str, Any]


def facts_of(hours: Hours) -> dict[str, Any]:
    openings = [Opening.parse(each) for each in hours.open]
    return {
        "TimeZone": hours.time_zone,
        "Config": [
            {"Day": DAYS[day], "StartTime": _time(each.begins), "EndTime": _time(each.ends)}
            for each in openings
            for day in sorted(each.days)
        ],
        "Closed": [day.isoformat() for day in hours.closed],
        "Tags": {},
    }


def is_open(facts: Facts, instant: datetime) -> bool:
    """`instant` has a time zone, any."""
    there = instant.astimezone(ZoneInfo(facts["TimeZone"]))
    minute = there.hour * 60 + there.minute
    return there.date() not in closed(facts) and any(
        _opening(each).holds(there.weekday(), minute) for each in facts["Config"]
    )


def effective(facts: Facts, day: date) -> list[Facts]:
    """When it is open on this day, there; as the API has it, the earliest first."""
    if day in closed(facts):
        return []
    wanted = [each for each in facts["Config"] if each["Day"] == DAYS[day.weekday()]]
    wanted.sort(key=lambda each: _minutes(each["StartTime"]))
    return [{"Start": each["StartTime"], "End": each["EndTime"]} for each in wanted]


def closed(facts: Facts) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, facts.get("Closed", ())))


def _opening(given: Facts) -> Opening:
    day, begins, ends = DAYS.index(given["Day"]), given["StartTime"], given["EndTime"]
    return Opening(frozenset({day}), _minutes(begins), _minutes(ends) or DAY_MINUTES)


def _minutes(time: Mapping[str, int]) -> int:
    return time["Hours"] * 60 + time["Minutes"]


def _time(minutes: int) -> dict[str, int]:
    hours, rest = divmod(minutes % DAY_MINUTES, 60)
    return {"Hours": hours, "Minutes": rest}
