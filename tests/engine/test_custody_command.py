from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from engine.__main__ import app
from engine.custody import Custody
from engine.records import RecordingStatus, Records
from recorder import Vault
from recorder.data_key import MasterKeys
from recorder.errand import Errand, Task
from tests.recorder.shelf import recorded
from tests.rig.contacts import NOON, contact_record

CONTACT = contact_record().contact_id
NAME = f"{CONTACT}_20261122T12:00_UTC"


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """Of an instance with one recorded contact."""
    file = tmp_path / "earshot.toml"
    file.write_text(f'[database]\nurl = "{url(tmp_path)}"\n')
    asyncio.run(fill(tmp_path))
    yield file


def url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/earshot.sqlite"


async def fill(folder: Path) -> None:
    records = Records(url(folder))
    await records.open()
    await records.save_contact(replace(contact_record(), contact_id=CONTACT))
    await records.start_recording(CONTACT, f"/{NAME}.wav", NOON)
    await records.finish_recording(CONTACT, RecordingStatus.AVAILABLE, NOON, frames=1)
    await records.close()


async def add(folder: Path, *errands: Errand) -> None:
    records = Records(url(folder))
    for one in errands:
        await Custody(records).add(one)
    await records.close()


def errand(name: str) -> Errand:
    return Errand(name, CONTACT, Task.UPLOAD, since=NOON, due=NOON)


def say(config: Path, *arguments: str) -> tuple[int, str]:
    outcome = CliRunner().invoke(app, ["recordings", *arguments, "--config", str(config)])
    return outcome.exit_code, outcome.output


def test_what_waits_and_what_is_dead_is_listed_and_tried_again_on_demand(
    config: Path, tmp_path: Path
) -> None:
    assert say(config, "uploads") == (0, "0 waiting, 0 dead letters\n")
    waiting = errand("one").fail("the store is away", NOON, timedelta(days=14))
    asyncio.run(add(tmp_path, waiting, errand("two").refuse("something else is there")))
    assert say(config, "uploads") == (
        1,
        "one  upload  due 2026-11-22T12:00:05Z  1 attempts: the store is away\n"
        "two  upload  dead  1 attempts: something else is there\n"
        "1 waiting, 1 dead letters\n",
    )
    assert say(config, "uploads", "--retry-dead") == (0, "1 to be tried again\n")
    assert say(config, "uploads", "--retry", "one") == (0, "1 to be tried again\n")
    assert "2 waiting, 0 dead letters" in say(config, "uploads")[1]


def test_a_contact_is_held_and_released_and_its_recordings_deleted(config: Path) -> None:
    reason = ("--who", "ann", "--why", "court 7")
    assert say(config, "hold", CONTACT, *reason)[0] == 0
    assert f"{CONTACT}  since 20" in say(config, "holds")[1]
    code, said = say(config, "delete", CONTACT, *reason)
    assert code == 2 and "is held: court 7 (ann" in said
    assert say(config, "release", CONTACT, *reason)[0] == 0
    code, said = say(config, "delete", CONTACT, *reason)
    assert code == 0 and f"{NAME} is deleted" in said
    assert f"{NAME}  erase  due" in say(config, "uploads")[1]


def test_what_cannot_be_done_is_exit_code_two(config: Path) -> None:
    reason = ("--who", "ann", "--why", "asked")
    assert say(config, "delete", "nobody", *reason)[0] == 2
    assert say(config, "release", CONTACT, *reason)[0] == 2
    assert say(config, "delete", CONTACT)[0] == 2


def test_keys_are_wrapped_anew_by_the_key_on_top(config: Path, tmp_path: Path) -> None:
    old, new = (b64encode(bytes([n]) * 32).decode() for n in (1, 2))
    keys, directory = tmp_path / "master.key", tmp_path / "recordings"
    assert say(config, "rewrap")[0] == 2
    keys.touch(mode=0o600)
    keys.write_text(old)
    with config.open("a") as file:
        file.write(f'[recording]\ndirectory = "{directory}"\n')
        file.write(f'[encryption]\nmaster_key = "file:{keys}"\n')
    recorded(directory, 1, vault=Vault(MasterKeys.parse([old])))
    assert say(config, "rewrap") == (0, "0 keys wrapped anew\n")
    keys.write_text(f"{new}\n{old}\n")
    assert say(config, "rewrap") == (0, "1 keys wrapped anew\n")
    keys.write_text(new)
    assert say(config, "rewrap") == (0, "0 keys wrapped anew\n")
    keys.write_text(old)
    code, said = say(config, "rewrap")
    assert code == 2 and "which is not here" in said and old not in said
