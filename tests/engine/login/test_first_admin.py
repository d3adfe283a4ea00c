from __future__ import annotations

from pathlib import Path

import pytest

from engine.directory import Kind
from engine.login import Credentials, Hasher
from engine.login.first_admin import first_admin
from engine.records import Records
from tests.engine.directory.desk import directory
from tests.rig.house import engine, settings


async def test_the_first_start_prints_a_password_for_one_login_and_the_next_does_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with engine(tmp_path, login={"admin": "root"}) as one:
        root = one.house.directory.resources.named(Kind.USER, "root")
        assert root and root.facts["SecurityProfileIds"] == ["Admin"]
        kept = await Credentials(one.house.records).of(root.id)
    password = capsys.readouterr().out.partition("root, once, with ")[2].split()[0]
    assert kept and kept.must_change and await Hasher().verify(kept.hash, password)
    async with engine(tmp_path, login={"admin": "root"}):
        assert "once" not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["agent1", "admin"])
async def test_nobody_becomes_admin_by_a_name_or_beside_another(tmp_path: Path, name: str) -> None:
    async with directory(tmp_path, settings(tmp_path)) as one:
        if name != "agent1":
            await one.change(Kind.USER, "manager1", {"SecurityProfileIds": ["Admin"]})
        before = one.resources.all(Kind.USER)
        # it is not even asked for credentials, so there are none
        assert await first_admin(one, None, name) is None  # type: ignore[arg-type]
        assert one.resources.all(Kind.USER) == before


async def test_of_two_engines_that_start_at_once_one_makes_the_admin(tmp_path: Path) -> None:
    async with directory(tmp_path) as first, directory(tmp_path) as second:
        records = Records(settings(tmp_path).database.url)
        await second.catch_up()  # what the configuration says is the same for both by now
        await first.catch_up()
        made = [await first_admin(each, Credentials(records), "root") for each in (first, second)]
        assert [password is None for password in made] == [False, True]
        assert second.resources.named(Kind.USER, "root")
        await records.close()
