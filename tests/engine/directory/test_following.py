from __future__ import annotations

from pathlib import Path

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


async def test_a_database_that_has_nothing_for_a_while_is_asked_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records, said = Records(f"sqlite+aiosqlite:///{tmp_path}/late.sqlite"), list[str]()

    def failures() -> int:
        said.append(capsys.readouterr().out)
        return "".join(said).count("cannot look at the directory")

    late = Directory(Store(records), ARN)
    following = Following(late, seconds=0.01)
    following.start()
    await until(lambda: failures() > 1)
    await records.open()
    await Directory(Store(records), ARN).create(Kind.HIERARCHY_GROUP, "north", {"Tags": {}})
    await until(lambda: late.resources.named(Kind.HIERARCHY_GROUP, "north"))
    await following.stop()
    await records.close()
