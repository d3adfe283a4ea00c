"""Moments as browsers read them: ISO 8601, UTC, milliseconds. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import isinf


def instant(at: datetime | None) -> str | None:
    if at is None:
        return None
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Instants:
    """Tells of monotonic seconds when they were, and of the same always the same."""

    def __init__(self, utc: datetime, now: float) -> None:
        """`utc` is what the clock says at `now`."""
        self._beginning = utc - timedelta(seconds=now)

    def of(self, since: float | None) -> str | None:
        """None where it was never, or ever ago."""
        if since is None or isinf(since):
            return None
        return instant(self._beginning + timedelta(seconds=since))
