"""A directory of its own for a test, on a database in its folder, or in memory only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from config import Settings
from engine.directory import Directory, Resources, Store, seed, wanted
from engine.records import Records
from tests.rig.house import settings

ARN = "arn:aws:connect:local:000000000000:instance/earshot"
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def seeded(given: Settings) -> Resources:
    """What is there at the first start, without a database."""
    resources = Resources(ARN)
    for one in seed(given, resources, NOON):
        resources.put(one)
    return resources


@asynccontextmanager
async def directory(folder: Path, given: Settings | None = None) -> AsyncIterator[Directory]:
    """As the engine opens it; the settings are those of the rig unless others are given."""
    chosen = given or settings(folder)
    records = Records(chosen.database.url)
    await records.open()
    try:
        one = Directory(Store(records), ARN)
        await one.open(lambda there: wanted(chosen, there, NOON))
        yield one
    finally:
        await records.close()
