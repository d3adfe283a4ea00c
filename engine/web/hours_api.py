"""When hours of operation are open from day to day, as Connect's API has it. Pure.

There are no overrides here; whole days that the configuration has closed have no hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from engine.directory import Kind, Resources
from engine.directory.opening_hours import effective
from engine.refused import Refused
from engine.web.caller import Caller
from engine.web.dispatch import Handler
from engine.web.shapes import Json

MAX_DAYS = 366


class HoursApi:
    """Raises Refused."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def handlers(self) -> dict[str, Handler]:
        return {"GetEffectiveHoursOfOperations": self.effective}

    async def effective(self, caller: Caller, given: Mapping[str, Any]) -> Json:
        hours = self._resources.get(Kind.HOURS_OF_OPERATION, given["HoursOfOperationId"])
        first, last = _day(given, "FromDate"), _day(given, "ToDate")
        if not timedelta() <= last - first < timedelta(days=MAX_DAYS):
            raise Refused.invalid(f"ToDate: at most {MAX_DAYS} days, and not before FromDate")
        days = (first + timedelta(days=number) for number in range((last - first).days + 1))
        return {
            "EffectiveHoursOfOperationList": [
                {"Date": day.isoformat(), "OperationalHours": effective(hours.facts, day)}
                for day in days
            ],
            "EffectiveOverrideHoursList": [],
            "TimeZone": hours.facts["TimeZone"],
        }


def _day(given: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(given[name])
    except ValueError:
        raise Refused.invalid(f"{name}: a day of the calendar is expected") from None
