from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from engine.audit import AuditRecord
from engine.audit_command import audit_app
from engine.records import Records


async def write(folder: Path) -> None:
    records = Records(f"sqlite+aiosqlite:///{folder}/var/earshot.sqlite")
    await records.open()
    for action in ("login", "recording.play"):
        await records.audit(AuditRecord(datetime.now(UTC), "ann", action))
    await records.close()


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration file, and a database with two lines beside it."""
    asyncio.run(write(tmp_path))
    file = tmp_path / "earshot.toml"
    file.write_text("")
    return file


def verify(config: Path, *more: str) -> Result:
    return CliRunner().invoke(audit_app, ["verify", "--config", str(config), *more])


def test_a_whole_trail_is_told_with_its_head_which_is_an_anchor(config: Path) -> None:
    first = verify(config)
    assert first.exit_code == 0
    assert "2 lines" in first.output and "--anchor" in first.output
    head = first.output.partition("Head: ")[2].split()[0]
    again = verify(config, "--anchor", head)
    assert (again.exit_code, "--anchor" in again.output) == (0, False)
    assert verify(config, "--anchor", "2:" + "f" * 64).exit_code == 1
    assert verify(config, "--anchor", "nonsense").exit_code == 2


def test_a_broken_one_is_told_by_its_first_broken_link(config: Path) -> None:
    database = sqlite3.connect(config.parent / "var/earshot.sqlite")
    database.execute("DROP TRIGGER audit_no_update")
    database.execute("UPDATE audit SET who = 'nobody' WHERE number = 1")
    database.commit()
    database.close()
    broken = verify(config)
    assert (broken.exit_code, "line 1" in broken.output) == (1, True)


def test_without_a_database_it_says_so(tmp_path: Path) -> None:
    file = tmp_path / "earshot.toml"
    file.write_text("[database]\nurl = 'nowhere'\n")
    assert verify(file).exit_code == 2
