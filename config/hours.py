"""Hours of operation: when queues are open, in the time of a place. Pure.

An opening is written "Mon-Fri 09:00-17:30" or "Sat 22:00-02:00", which ends on the day after; a
week may go over its end, as in "Sat-Mon". 24:00 is the end of a day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from config.section import Section

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MINUTES = 24 * 60
_OPENING = re.compile(r"(\w{3})(?:-(\w{3}))? (\d\d):(\d\d)-(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class Opening:
    """From one minute of each of these days (0 is Monday) to another, after midnight if need be."""

    days: frozenset[int]
    begins: int
    ends: int

    @classmethod
    def parse(cls, text: str) -> Opening:
        """Raises ValueError."""
        found = _OPENING.fullmatch(text)
        if not found or not {found[1], found[2] or found[1]} <= set(DAYS):
            raise ValueError('hours such as "Mon-Fri 09:00-17:30" or "Sat 10:00-14:00"')
        first, last = DAYS.index(found[1]), DAYS.index(found[2] or found[1])
        days = frozenset((first + n) % 7 for n in range((last - first) % 7 + 1))
        times = [int(found[n]) * 60 + int(found[n + 1]) for n in (3, 5)]
        if any(int(found[n]) > 59 for n in (4, 6)) or max(times) > DAY_MINUTES:
            raise ValueError("times from 00:00 to 24:00")
        if times[0] == times[1]:
            raise ValueError("an end that is not the beginning; all day is 00:00-24:00")
        return cls(days, *times)

    def holds(self, weekday: int, minute: int) -> bool:
        if self.begins < self.ends:
            return weekday in self.days and self.begins <= minute < self.ends
        late = weekday in self.days and minute >= self.begins
        return late or ((weekday - 1) % 7 in self.days and minute < self.ends)


def opening(text: str) -> str:
    Opening.parse(text)
    return text


def zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("a time zone such as Europe/Berlin") from None
    return name


class Hours(Section):
    name: Annotated[str, Field(min_length=1, max_length=127)]
    time_zone: Annotated[str, AfterValidator(zone)] = "UTC"
    open: tuple[Annotated[str, AfterValidator(opening)], ...]
    """Empty: never."""
    closed: tuple[date, ...] = ()
    """Whole days there, such as holidays; what began on the day before ends at midnight."""

    def open_at(self, instant: datetime) -> bool:
        """`instant` has a time zone, any."""
        there = instant.astimezone(ZoneInfo(self.time_zone))
        minute = there.hour * 60 + there.minute
        return there.date() not in self.closed and any(
            Opening.parse(each).holds(there.weekday(), minute) for each in self.open
        )
