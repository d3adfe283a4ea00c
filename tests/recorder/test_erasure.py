from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from recorder import Archive, RecordingError, Transcoder
from recorder.archive import LEFTOVERS, manifest_path, tombstone_path
from recorder.erasure import erase
from recorder.object_store import Content, ObjectStore, StoreError
from recorder.signing import PUBLIC_NAME, PublicKey, keys
from recorder.space import Watermarks
from recorder.store import Mark, Store
from recorder.upload import content_of, let_go, upload
from recorder.verification import Report, verify_all, verify_contact
from tests.recorder.shelf import flip, recorded, shelf
from tests.recorder.sources import contact_id
from tests.rig.faulty_store import FaultyStore, Mood, faulty_store
from tests.rig.s3_server import S3Server

AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WHO, WHY = "ann", "the customer asked for it"


@pytest.fixture
def faulty() -> Iterator[FaultyStore]:
    with faulty_store() as one:
        yield one


@pytest.fixture
def store(faulty: FaultyStore, tmp_path: Path) -> ObjectStore:
    return ObjectStore(S3Server(faulty.url).settings(tmp_path / "credentials"))


def verified(directory: Path) -> Report:
    return verify_all(directory, PublicKey.read(keys(directory) / PUBLIC_NAME))


def beside(manifest: Path) -> set[str]:
    return {path.suffix for path in manifest.parent.glob(f"{manifest.stem}.*")}


async def test_every_copy_goes_and_the_chain_stays_whole(
    store: ObjectStore, faulty: FaultyStore, tmp_path: Path
) -> None:
    archive, (first, second) = shelf(tmp_path, 2)
    for ending in LEFTOVERS:
        first.with_suffix(ending).touch()
        await store.replace(f"CallRecordings/2024/02/29/{first.stem}{ending}", b"copy")
    await erase(archive, store, first.stem, WHO, WHY, AT)
    assert beside(first) == {".json", ".tombstone"}
    assert [Path(key).suffix for key in faulty.objects] == [".tombstone"]
    report = verified(tmp_path)
    assert (report.sealed, report.deleted, report.findings) == (2, 1, ())
    assert any("1 deleted recordings in backups" in one for one in report.unproven)
    one = verify_contact(tmp_path, PublicKey.read(keys(tmp_path) / PUBLIC_NAME), contact_id(1))
    assert (one.deleted, one.findings) == (1, ())
    assert second.with_suffix(".wav").exists()


async def test_a_store_that_is_away_is_asked_again_and_the_first_tombstone_stands(
    store: ObjectStore, faulty: FaultyStore, tmp_path: Path
) -> None:
    archive, (manifest,) = shelf(tmp_path, 1)
    await upload(store, tmp_path, manifest.stem)
    faulty.mood = Mood.BROKEN
    with pytest.raises(StoreError):
        await erase(archive, store, manifest.stem, WHO, WHY, AT)
    assert beside(manifest) == {".json", ".tombstone"}
    faulty.mood = Mood.WELL
    before = tombstone_path(manifest).read_bytes()
    await erase(archive, store, manifest.stem, "bob", "again", AT + timedelta(days=1))
    assert tombstone_path(manifest).read_bytes() == before
    assert sorted(Path(key).suffix for key in faulty.objects) == [".json", ".tombstone"]


async def test_what_comes_back_after_a_deletion_is_found(tmp_path: Path) -> None:
    archive, (manifest,) = shelf(tmp_path, 1)
    sound = manifest.with_suffix(".wav").read_bytes()
    await erase(archive, None, manifest.stem, WHO, WHY, AT)
    manifest.with_suffix(".wav").write_bytes(sound)
    [finding] = verified(tmp_path).findings
    assert finding.what == f"it was deleted, and {manifest.stem}.wav is still there"


async def test_without_its_tombstone_a_deleted_recording_is_missing_and_a_forged_one_is_found(
    tmp_path: Path,
) -> None:
    archive, (first, second) = shelf(tmp_path, 2)
    await erase(archive, None, first.stem, WHO, WHY, AT)
    await erase(archive, None, second.stem, WHO, WHY, AT)
    tombstone_path(first).unlink()
    content = tombstone_path(second).read_bytes()
    tombstone_path(second).write_bytes(content.replace(b"ann", b"bob"))
    assert [one.what for one in verified(tmp_path).findings] == [
        f"{first.stem}.wav is missing",
        "the signature of the tombstone is wrong",
    ]
    flip(tombstone_path(second), 0)
    assert "cannot be read" in verified(tmp_path).findings[1].what


def test_what_is_in_the_store_is_compared_with_the_manifest(tmp_path: Path) -> None:
    _, (manifest,) = shelf(tmp_path, 1)
    sound = manifest.with_suffix(".wav")
    content = content_of(sound)
    let_go(sound)
    public = PublicKey.read(keys(tmp_path) / PUBLIC_NAME)

    def look(name: str) -> Content | None:
        return content if name == sound.name else None

    report = verify_all(tmp_path, public, elsewhere=look)
    assert (report.findings, report.elsewhere) == ((), 1)
    [finding] = verify_all(tmp_path, public, elsewhere=lambda _: Content(1, "")).findings
    assert finding.what == f"{sound.name} was altered in the store"


async def test_a_recording_without_a_manifest_waits_for_it_and_one_that_gets_none_can_go(
    tmp_path: Path,
) -> None:
    archive = Archive(tmp_path)
    finished = recorded(tmp_path, 1)
    with pytest.raises(RecordingError, match="no manifest yet"):
        await erase(archive, None, finished.path.stem, WHO, WHY, AT)
    Store(tmp_path, Watermarks.above(0)).release(finished.path, Mark.UNSEALED)
    await erase(archive, None, finished.path.stem, WHO, WHY, AT)
    assert beside(manifest_path(finished.path)) == {".tombstone"}


async def test_what_never_began_has_a_tombstone_all_the_same(tmp_path: Path) -> None:
    name = f"{contact_id(7)}_20261122T12:00_UTC"
    await erase(Archive(tmp_path), None, name, WHO, WHY, AT)
    assert [path.name for path in (tmp_path / "CallRecordings").rglob("*.*")] == [
        f"{name}.tombstone"
    ]


async def test_a_recording_that_is_deleted_while_it_is_converted_stays_deleted(
    tmp_path: Path,
) -> None:
    archive, (manifest,) = shelf(tmp_path, 1)
    transcoder = Transcoder(archive, "flac")
    transcoder.start()
    try:
        future = transcoder.submit(manifest)
        await erase(archive, None, manifest.stem, WHO, WHY, AT)
        with pytest.raises(RecordingError):
            future.result(timeout=15)
    finally:
        transcoder.stop()
    assert beside(manifest) == {".json", ".tombstone"}
    assert archive.unconverted() == []
