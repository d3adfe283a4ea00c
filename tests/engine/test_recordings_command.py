from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config import StoreSettings
from engine.recordings_command import recordings_app
from engine.records import MAX_ROWS, RecordingStatus, Records
from recorder import Archive, Facts, Finished
from recorder.object_store import ObjectStore
from recorder.sound_file import LiveFile
from recorder.space import Watermarks
from recorder.store import Marked, Store
from recorder.upload import key_of, let_go, upload
from tests.rig.contacts import NOON, contact_record

FRAMES = 800


class Instance:
    """An instance's configuration, database and recordings in a folder."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "earshot.toml"
        self.directory = folder / "recordings"
        self.directory.mkdir()
        self._url = f"sqlite+aiosqlite:///{folder / 'earshot.sqlite'}"
        self.config.write_text(
            f'[recording]\ndirectory = "{self.directory}"\n[database]\nurl = "{self._url}"\n'
        )

    def say(self, *arguments: str) -> tuple[int, str]:
        outcome = CliRunner().invoke(recordings_app, [*arguments, "--config", str(self.config)])
        return outcome.exit_code, outcome.output

    def record(self, *, row: bool = True, seal: bool = True) -> Finished:
        """One recorded contact, as the engine leaves it."""
        contact = contact_record()
        store = Store(self.directory, Watermarks.above(0))
        file = LiveFile(store.reserve(contact.contact_id, NOON))
        file.write(bytes(4 * FRAMES))
        file.close()
        finished = Finished(contact.contact_id, file.path, FRAMES, 8000, 0)
        store.advance(Marked(NOON, finished))
        if seal:
            Archive(self.directory).seal(finished, Facts(NOON))
        if row:
            asyncio.run(self._write_row(finished))
        return finished

    async def _write_row(self, finished: Finished) -> None:
        records = Records(self._url)
        await records.open()
        contact = replace(
            contact_record(),
            contact_id=finished.contact_id,
            initial_contact_id=finished.contact_id,
        )
        await records.save_contact(contact)
        await records.start_recording(finished.contact_id, str(finished.path), NOON)
        await records.finish_recording(
            finished.contact_id,
            RecordingStatus.AVAILABLE,
            NOON + timedelta(seconds=0.1),
            frames=FRAMES,
        )
        await records.close()

    async def move(self, finished: Finished, location: str) -> None:
        records = Records(self._url)
        await records.move_recording(finished.contact_id, location)
        await records.close()

    async def save_contacts(self, count: int) -> None:
        records = Records(self._url)
        await records.open()
        for _ in range(count):
            await records.save_contact(contact_record())
        await records.close()


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    return Instance(tmp_path)


def test_a_clean_archive_is_said_to_be_clean_with_its_head_and_its_limits(
    instance: Instance,
) -> None:
    instance.record()
    instance.record()
    code, said = instance.say("verify", "--all")
    assert code == 0
    assert "2 sealed recordings, 0 findings\nHead: 2:" in said
    assert "Not proven:\n- that no recording was removed together with the head" in said


def test_a_flipped_byte_is_said_and_the_exit_code_is_one(instance: Instance) -> None:
    finished = instance.record()
    content = bytearray(finished.path.read_bytes())
    content[100] ^= 1
    finished.path.write_bytes(content)
    for which in (("--all",), ("--contact", finished.contact_id)):
        code, said = instance.say("verify", *which)
        assert code == 1
        assert f"{finished.path.name} was altered" in said


def test_a_kept_head_and_a_kept_key_prove_more(instance: Instance, tmp_path: Path) -> None:
    instance.record()
    kept = tmp_path / "kept.pub"
    kept.write_bytes((instance.directory / "Keys" / "signing.pub").read_bytes())
    _, said = instance.say("verify", "--all")
    (head,) = (line.removeprefix("Head: ") for line in said.splitlines() if "Head: " in line)
    code, said = instance.say("verify", "--all", "--anchor", head, "--public-key", str(kept))
    assert (code, "older head" in said) == (0, False)
    code, said = instance.say("verify", "--all", "--anchor", f"2:{'0' * 64}")
    assert code == 1
    assert "number 2: the anchor is not in the chain" in said


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((), "one of --contact ID and --all"),
        (("--all", "--contact", "x"), "one of --contact ID and --all"),
        (("--all",), "no public key"),
    ],
)
def test_what_cannot_be_done_is_exit_code_two(
    instance: Instance, arguments: tuple[str, ...], reason: str
) -> None:
    code, said = instance.say("verify", *arguments)
    assert code == 2
    assert reason in said


def test_an_anchor_that_is_none_is_exit_code_two(instance: Instance) -> None:
    instance.record()
    code, said = instance.say("verify", "--all", "--anchor", "12")
    assert code == 2
    assert "NUMBER:DIGEST" in said


def test_a_wrong_configuration_is_exit_code_two(instance: Instance) -> None:
    instance.config.write_text("[recording]\ndirektory = 1\n")
    for command in (("verify", "--all"), ("reconcile",)):
        code, said = instance.say(*command)
        assert code == 2
        assert "recording.direktory" in said


def test_rows_files_and_marks_that_agree_are_exit_code_zero(instance: Instance) -> None:
    instance.record()
    assert instance.say("reconcile") == (0, "0 discrepancies\n")


def test_each_orphan_is_named(instance: Instance) -> None:
    without_row = instance.record(row=False)
    without_file = instance.record()
    without_file.path.unlink()
    unsealed = instance.record(seal=False)
    left = Store(instance.directory, Watermarks.above(0)).reserve(contact_record().contact_id, NOON)
    left.touch()
    os.utime(left, (0, 0))
    code, said = instance.say("reconcile")
    assert code == 1
    assert sorted(said.splitlines()) == sorted(
        [
            f"file without a row: {without_row.path}",
            f"row without a file: {without_file.path}",
            f"finished, but without a manifest: {unsealed.path}",
            f"file without a row: {left}",
            f"marked as being written, but nobody writes it: {left}",
            "5 discrepancies",
        ]
    )


def test_an_engine_at_work_is_no_discrepancy(instance: Instance) -> None:
    instance.record()
    asyncio.run(begin_recording(instance))
    assert instance.say("reconcile") == (0, "0 discrepancies\n")


async def begin_recording(instance: Instance) -> None:
    contact = contact_record()
    path = Store(instance.directory, Watermarks.above(0)).reserve(contact.contact_id, NOON)
    LiveFile(path).close()
    records = Records(f"sqlite+aiosqlite:///{instance.config.parent / 'earshot.sqlite'}")
    await records.save_contact(contact)
    await records.start_recording(contact.contact_id, str(path), NOON)
    await records.close()


def test_more_contacts_than_a_page_at_one_instant_are_a_clear_refusal(instance: Instance) -> None:
    instance.record()
    asyncio.run(instance.save_contacts(MAX_ROWS))
    code, said = instance.say("reconcile")
    assert code == 2
    assert "at one instant" in said


def test_a_database_that_is_not_there_is_exit_code_two(instance: Instance) -> None:
    code, said = instance.say("reconcile")
    assert code == 2
    assert "cannot list contacts" in said


def move_to_store(instance: Instance, finished: Finished) -> Path:
    """As the engine does; the path of the copy."""
    folder = instance.config.parent / "store"
    with instance.config.open("a") as file:
        file.write(f'[store]\nlocation = "file://{folder}"\n')
    store = ObjectStore(StoreSettings(location=f"file://{folder}"))
    url = asyncio.run(upload(store, instance.directory, finished.path.stem))
    asyncio.run(instance.move(finished, url))
    let_go(finished.path)
    return folder / key_of(finished.path.name)


def test_what_is_in_the_store_is_read_there(instance: Instance) -> None:
    copy = move_to_store(instance, instance.record())
    code, said = instance.say("verify", "--all")
    assert (code, "1 of them are not on this disk" in said) == (0, True)
    assert instance.say("reconcile") == (0, "0 discrepancies\n")
    copy.write_bytes(b"another")
    code, said = instance.say("verify", "--all")
    assert (code, "was altered in the store" in said) == (1, True)


def test_what_is_missing_in_the_store_or_in_no_row_is_named(instance: Instance) -> None:
    copy = move_to_store(instance, instance.record())
    orphan = copy.with_name(f"{contact_record().contact_id}_20261122T12:00_UTC.wav")
    copy.rename(orphan)
    code, said = instance.say("reconcile")
    assert code == 1
    assert sorted(said.splitlines()) == sorted(
        [
            f"file without a row: file://{orphan}",
            f"row without a file: file://{copy}",
            "2 discrepancies",
        ]
    )
    assert "is missing" in instance.say("verify", "--all")[1]


def test_what_was_deleted_is_said_and_is_no_finding(instance: Instance) -> None:
    finished = instance.record()
    Archive(instance.directory).bury(finished.path.stem, "ann", "asked", NOON)
    code, said = instance.say("verify", "--all")
    assert (code, "1 of them were deleted" in said) == (0, True)
