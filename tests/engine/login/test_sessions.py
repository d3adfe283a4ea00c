from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from config import LoginSettings
from engine.login.rows import SessionRow
from engine.login.sessions import Sessions
from engine.records import Records

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SETTINGS = LoginSettings(idle_seconds=600, max_seconds=3600, max_sessions=3)


@pytest.fixture
def sessions(records: Records) -> Sessions:
    return Sessions(records, SETTINGS)


async def test_a_session_is_found_by_its_token_alone(sessions: Sessions) -> None:
    token = await sessions.open("ann", NOON, limited=True, source="192.0.2.1", agent="Firefox")
    found = await sessions.find(token, NOON + MINUTE)
    assert found and (found.user_id, found.limited, found.source) == ("ann", True, "192.0.2.1")
    assert await sessions.find(token[:-1], NOON) is None
    assert await sessions.find("", NOON) is None


async def test_the_database_does_not_know_the_token(sessions: Sessions, records: Records) -> None:
    token = await sessions.open("ann", NOON, limited=False)
    async with records.reading("look") as session:
        [row] = (await session.execute(select(SessionRow.__table__))).all()
    assert token not in map(str, row)


async def test_a_session_that_is_used_lasts_and_one_that_is_not_does_not(
    sessions: Sessions,
) -> None:
    token = await sessions.open("ann", NOON, limited=False)
    for minutes in (9, 18, 27):
        assert await sessions.find(token, NOON + minutes * MINUTE)
    assert await sessions.find(token, NOON + 38 * MINUTE) is None


async def test_none_lasts_longer_than_the_limit(sessions: Sessions) -> None:
    token = await sessions.open("ann", NOON, limited=False)
    for minutes in range(0, 60, 9):
        assert await sessions.find(token, NOON + minutes * MINUTE)
    assert await sessions.find(token, NOON + 61 * MINUTE) is None


async def test_of_one_user_the_oldest_makes_room_and_what_is_over_is_forgotten(
    sessions: Sessions,
) -> None:
    other = await sessions.open("ben", NOON, limited=False)
    tokens = [await sessions.open("ann", NOON + n * MINUTE, limited=False) for n in range(4)]
    there = [bool(await sessions.find(token, NOON + 5 * MINUTE)) for token in tokens]
    assert there == [False, True, True, True]
    assert await sessions.find(other, NOON + 5 * MINUTE)
    await sessions.open("ann", NOON + 60 * MINUTE, limited=False)
    assert (len(await sessions.of("ann")), await sessions.of("ben")) == (1, [])


async def test_one_or_all_can_be_ended(sessions: Sessions) -> None:
    first, second = [await sessions.open("ann", NOON, limited=False) for _ in range(2)]
    found = await sessions.find(first, NOON)
    assert found
    await sessions.close(found.digest)
    assert await sessions.find(first, NOON) is None
    assert await sessions.find(second, NOON)
    await sessions.close_all("ann")
    assert await sessions.find(second, NOON) is None
