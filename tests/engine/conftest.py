"""A database of contacts for whoever asks for one: once on SQLite, once on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from engine.records import Records
from tests.rig.postgres import Postgres, postgres


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    """One for all tests of this process."""
    with postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of an empty database with all tables."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/earshot.sqlite"
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.fresh()


@pytest.fixture
async def records(database_url: str) -> AsyncIterator[Records]:
    one = Records(database_url)
    await one.open()
    yield one
    await one.close()
