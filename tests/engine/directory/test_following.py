from __future__ import annotations

import pytest

from engine.directory import Directory, Kind, Store
from engine.directory.following import Following
from engine.records import Records
from tests.engine.directory.desk import ARN
from tests.rig.patience import until


async def test_what_one_engine_makes_the_other_knows_soon(records: Records) -> None:
    first, second = (Directory(Store(records), ARN) for _ in range(2))
    following = Following(second, seconds=0.01)
    following.start()
    await first.create(Kind.HIERARCHY_GROUP, "north", {"Tags": {}})
    await until(lambda: second.resources.named(Kind.HIERARCHY_GROUP, "north"))
    await following.stop()


async def test_a_database_that_is_away_for_a_while_is_asked_again(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said: list[str] = []

    def failures() -> int:
        said.append(capsys.readouterr().out)
        return "".join(said).count("cannot look at the directory")

    nowhere = Records("sqlite+aiosqlite:////nowhere/at/all.sqlite")
    following = Following(Directory(Store(nowhere), ARN), seconds=0.01)
    following.start()
    await until(lambda: failures() > 1)
    await following.stop()
    await nowhere.close()
