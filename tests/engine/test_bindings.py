from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.app import Running
from engine.bindings import Bindings
from engine.records import BindingRecord, Records
from tests.rig.house import engine, phone
from tests.rig.patience import until

FACTS = {
    "uri": "sip:agent1@127.0.0.1:5999",
    "flow": {"transport": "UDP", "host": "127.0.0.1", "port": 5999, "connection": None},
    "behind_nat": False,
    "call_id": "c",
    "cseq": 1,
    "path": [],
}


async def register(one: Running) -> None:
    async with phone(one, "agent1") as agent:
        await agent.register()


def record(username: str = "agent1", seconds: float = 600.0) -> BindingRecord:
    return BindingRecord(username, datetime.now(UTC) + timedelta(seconds=seconds), FACTS)


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    """The database that `engine(tmp_path)` has, too."""
    records = Records(f"sqlite+aiosqlite:///{tmp_path}/earshot.sqlite")
    await records.open()
    yield records
    await records.close()


async def test_a_restart_loses_no_registration(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        await register(one)
        assert one.house.sip.is_registered("agent1")
    async with engine(tmp_path) as one:
        assert one.house.sip.is_registered("agent1")
        assert not one.house.sip.is_registered("agent2")


async def test_a_crash_loses_at_most_the_last_seconds(tmp_path: Path, records: Records) -> None:
    async def gone() -> bool:
        return not await records.bindings()

    async with engine(tmp_path) as one, phone(one, "agent1") as agent:
        await agent.register()
        (written,) = await until(records.bindings)
        assert (written.username, written.facts["flow"]["transport"]) == ("agent1", "UDP")
        left = (written.until - datetime.now(UTC)).total_seconds()
        assert 3000 < left <= 3600
        await agent.register(expires=0)
        await until(gone)


async def test_what_has_expired_or_belongs_to_nobody_is_not_restored(
    tmp_path: Path, records: Records
) -> None:
    users = {
        "agent1": [record()],
        "agent2": [record("agent2", -1.0)],
        "left": [record("left")],
    }
    await records.save_bindings(users)
    async with engine(tmp_path) as one:
        found = [name for name in users if one.house.sip.is_registered(name)]
        assert found == ["agent1"]


async def test_what_the_database_refuses_is_kept_and_written_when_it_is_back(
    tmp_path: Path,
) -> None:
    elsewhere = Records(f"sqlite+aiosqlite:///{tmp_path}/later.sqlite")
    async with engine(tmp_path) as one:
        bindings = Bindings(one.house.sip, elsewhere)
        await register(one)
        assert not await bindings.flush()  # it has no tables yet
        await elsewhere.open()
        assert await bindings.flush()
    assert [one.username for one in await elsewhere.bindings()] == ["agent1"]
    await elsewhere.close()


async def test_the_bindings_of_a_user_are_written_as_a_whole(records: Records) -> None:
    await records.save_bindings({"agent1": [record(), record()], "agent2": [record("agent2")]})
    await records.save_bindings({"agent1": [record(seconds=5.0)]})
    assert [one.username for one in await records.bindings()] == ["agent1", "agent2"]
    await records.save_bindings({"agent1": []})
    assert [one.username for one in await records.bindings()] == ["agent2"]
