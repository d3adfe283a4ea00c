from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from config import StoreSettings
from engine.custody import Custody
from engine.errands import Errands
from engine.records import RecordingStatus, Records
from recorder import Archive, Facts, Finished, Marked, RecordingError
from recorder.archive import manifest_path, tombstone_path
from recorder.errand import State, Task
from recorder.space import Watermarks
from recorder.store import Mark, Store
from tests.recorder.shelf import recorded
from tests.recorder.sources import STARTED, contact_id
from tests.rig.contacts import contact_record
from tests.rig.faulty_store import FaultyStore, Mood, faulty_store
from tests.rig.patience import until
from tests.rig.s3_server import S3Server


@pytest.fixture
def faulty() -> Iterator[FaultyStore]:
    with faulty_store() as one:
        yield one


class Instance:
    """Rows, files and errands of an engine that has no calls."""

    def __init__(self, folder: Path, store: StoreSettings) -> None:
        self.directory = folder / "recordings"
        self.directory.mkdir(exist_ok=True)
        self.records = Records(f"sqlite+aiosqlite:///{folder}/earshot.sqlite")
        self.custody = Custody(self.records)
        self.archive = Archive(self.directory)
        self.errands = Errands(self.custody, self.archive, store, 0.05)

    async def record(self, number: int) -> Path:
        """A contact whose recording has its lasting format; the path of its manifest."""
        finished = recorded(self.directory, number)
        self.archive.seal(finished, Facts(STARTED))
        path = manifest_path(finished.path)
        self.archive.converted(path)
        contact = replace(contact_record(), contact_id=contact_id(number))
        await self.records.save_contact(contact)
        await self.records.start_recording(contact_id(number), str(finished.path), STARTED)
        await self.records.finish_recording(
            contact_id(number), RecordingStatus.AVAILABLE, STARTED, frames=1
        )
        return path

    async def location(self, number: int) -> str:
        contact = await self.records.contact(contact_id(number))
        assert contact
        return contact.recordings[0].location

    async def idle(self) -> bool:
        return not await self.custody.errands()

    async def dead(self) -> str | None:
        return next(
            (one.error for one in await self.custody.errands() if one.state is State.DEAD), None
        )


@asynccontextmanager
async def instance(folder: Path, store: StoreSettings) -> AsyncIterator[Instance]:
    one = Instance(folder, store)
    await one.records.open()
    try:
        yield one
    finally:
        await one.errands.stop()
        await one.records.close()


def settings(faulty: FaultyStore, folder: Path) -> StoreSettings:
    settings = S3Server(faulty.url).settings(folder / "credentials")
    return settings.model_copy(update={"timeout_seconds": 0.3})


async def test_a_recording_goes_to_the_store_and_leaves_the_disk(
    faulty: FaultyStore, tmp_path: Path
) -> None:
    async with instance(tmp_path, settings(faulty, tmp_path)) as one:
        one.errands.start()
        manifest = await one.record(1)
        await one.errands.upload(manifest.stem, contact_id(1))
        await until(one.idle)
        assert await one.location(1) == (
            f"s3://recordings/connect/x/CallRecordings/2024/02/29/{manifest.stem}.wav"
        )
        assert not manifest.with_suffix(".wav").exists() and manifest.exists()
        assert len(faulty.objects) == 2


@pytest.mark.parametrize("mood", [Mood.STALLING, Mood.REFUSING, Mood.BROKEN, Mood.FORGETFUL])
async def test_while_a_store_is_ill_nothing_leaves_the_disk_and_when_it_is_well_all_does(
    faulty: FaultyStore, tmp_path: Path, mood: Mood, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recorder.errand.FIRST_DELAY", timedelta(milliseconds=1))
    monkeypatch.setattr("recorder.errand.LONGEST_DELAY", timedelta(milliseconds=50))
    async with instance(tmp_path, settings(faulty, tmp_path)) as one:
        faulty.mood = mood
        manifests = [await one.record(number) for number in (1, 2, 3)]
        one.errands.start()

        async def failed() -> bool:
            errands = await one.custody.errands()
            return len(errands) == 3 and all(each.attempts for each in errands)

        await until(failed, within=15.0)
        assert all(path.with_suffix(".wav").exists() for path in manifests)
        locations = [await one.location(number) for number in (1, 2, 3)]
        assert locations == [str(path.with_suffix(".wav")) for path in manifests]
        faulty.mood = Mood.WELL
        faulty.over.set()
        await until(one.idle, within=15.0)
        assert not any(path.with_suffix(".wav").exists() for path in manifests)
        assert sum(key.endswith(".wav") for key in faulty.objects) == 3


async def test_what_was_altered_on_the_disk_is_a_dead_letter_that_stays_there(
    faulty: FaultyStore, tmp_path: Path
) -> None:
    async with instance(tmp_path, settings(faulty, tmp_path)) as one:
        manifest = await one.record(1)
        manifest.with_suffix(".wav").write_bytes(b"something else")
        one.errands.start()
        assert "is not what was sealed" in await until(one.dead)
        assert manifest.with_suffix(".wav").exists()
        assert faulty.objects == {}


async def test_what_a_crash_left_on_the_disk_is_found_at_the_start_but_not_what_waits(
    faulty: FaultyStore, tmp_path: Path
) -> None:
    async with instance(tmp_path, settings(faulty, tmp_path)) as one:
        left, waits = await one.record(1), await one.record(2)
        sound = waits.with_suffix(".wav")
        marked = Marked(STARTED, Finished(contact_id(2), sound, 1, 8000, 0))
        Store(one.directory, Watermarks.above(0)).note(marked, Mark.UNCONVERTED)
        one.errands.start()
        await until(lambda: not left.with_suffix(".wav").exists())
        await until(one.idle)
        assert waits.with_suffix(".wav").exists()


async def test_a_deletion_reaches_what_is_in_the_store_and_what_is_on_the_disk(
    faulty: FaultyStore, tmp_path: Path
) -> None:
    async with instance(tmp_path, settings(faulty, tmp_path)) as one:
        one.errands.start()
        there, here = await one.record(1), await one.record(2)
        await one.errands.upload(there.stem, contact_id(1))
        await until(one.idle)
        for number in (1, 2):
            await one.custody.delete(contact_id(number), "ann", "asked", datetime.now(UTC))
        await until(one.idle)
        for manifest in (there, here):
            assert tombstone_path(manifest).exists()
            assert not manifest.with_suffix(".wav").exists()
        assert not any(key.endswith(".wav") for key in faulty.objects)


async def test_what_lies_in_a_store_that_is_not_configured_any_more_is_not_called_erased(
    faulty: FaultyStore, tmp_path: Path
) -> None:
    async with instance(tmp_path, settings(faulty, tmp_path)) as one:
        one.errands.start()
        manifest = await one.record(1)
        await one.errands.upload(manifest.stem, contact_id(1))
        await until(one.idle)
    async with instance(tmp_path, StoreSettings()) as one:
        await one.custody.delete(contact_id(1), "ann", "asked", datetime.now(UTC))
        one.errands.start()

        async def refused() -> str | None:
            return (await one.custody.errands())[0].error

        assert "not configured" in await until(refused)
        assert [each.task for each in await one.custody.errands()] == [Task.ERASE]


async def test_without_a_store_nothing_is_uploaded(tmp_path: Path) -> None:
    async with instance(tmp_path, StoreSettings()) as one:
        manifest = await one.record(1)
        await one.errands.upload(manifest.stem, contact_id(1))
        assert await one.idle()


def test_a_store_that_leads_nowhere_is_an_error_at_the_start(tmp_path: Path) -> None:
    bad = StoreSettings(location="s3://bank", credentials=tmp_path / "none")
    with pytest.raises(RecordingError, match="store s3://bank"):
        Instance(tmp_path, bad)
