from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recorder.archive import manifest_path, read
from recorder.disk import file_sha256
from recorder.object_store import ObjectStore, StoreError
from recorder.upload import UploadRefused, content_of, key_of, let_go, upload
from tests.recorder.shelf import flip, shelf
from tests.rig.faulty_store import FaultyStore, Mood, faulty_store
from tests.rig.s3_server import S3Server


@pytest.fixture
def faulty() -> Iterator[FaultyStore]:
    with faulty_store() as one:
        yield one


@pytest.fixture
def store(faulty: FaultyStore, tmp_path: Path) -> ObjectStore:
    return ObjectStore(S3Server(faulty.url).settings(tmp_path / "credentials"))


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return shelf(tmp_path, 1)[1][0]


def test_a_key_is_what_connect_makes_of_a_name() -> None:
    name = "ee0a8fcc-9cf8-4b9c-9fcf-e86ebe989486_20200331T16:20_UTC"
    for ending in ("wav", "flac", "peaks", "key", "json"):
        assert key_of(f"{name}.{ending}") == f"CallRecordings/2020/03/31/{name}.{ending}"


async def test_a_recording_goes_there_with_its_manifest_and_is_the_same_there(
    store: ObjectStore, faulty: FaultyStore, manifest: Path, tmp_path: Path
) -> None:
    manifest.with_suffix(".peaks").write_bytes(b"waveform")
    url = await upload(store, tmp_path, manifest.stem)
    sound = manifest.with_suffix(".wav")
    assert url == f"s3://recordings/connect/x/{key_of(sound.name)}"
    assert [Path(name).suffix for name in faulty.objects] == [".wav", ".peaks", ".json"]
    assert faulty.objects[f"/recordings/connect/x/{key_of(sound.name)}"] == sound.read_bytes()


async def test_after_a_crash_at_any_step_it_is_done_again(
    store: ObjectStore, manifest: Path, tmp_path: Path
) -> None:
    url = await upload(store, tmp_path, manifest.stem)
    assert await upload(store, tmp_path, manifest.stem) == url
    let_go(manifest.with_suffix(".wav"))
    let_go(manifest.with_suffix(".wav"))
    assert await upload(store, tmp_path, manifest.stem) == url
    assert manifest.exists() and not manifest.with_suffix(".wav").exists()


@pytest.mark.parametrize("mood", [Mood.REFUSING, Mood.BROKEN])
async def test_a_store_that_comes_back_gets_it_later(
    store: ObjectStore, faulty: FaultyStore, manifest: Path, tmp_path: Path, mood: Mood
) -> None:
    faulty.mood = mood
    with pytest.raises(StoreError):
        await upload(store, tmp_path, manifest.stem)
    faulty.mood = Mood.WELL
    assert await upload(store, tmp_path, manifest.stem)


@pytest.mark.parametrize(
    ("mood", "complaint"), [(Mood.CUTTING, "something else"), (Mood.FORGETFUL, "cannot be found")]
)
async def test_a_store_that_says_yes_and_loses_it_is_found_out(
    store: ObjectStore,
    faulty: FaultyStore,
    manifest: Path,
    tmp_path: Path,
    mood: Mood,
    complaint: str,
) -> None:
    faulty.mood = mood
    with pytest.raises((StoreError, UploadRefused), match=complaint):
        await upload(store, tmp_path, manifest.stem)


async def test_what_lies_there_already_and_is_another_is_never_written_over(
    store: ObjectStore, manifest: Path, tmp_path: Path
) -> None:
    await store.replace(key_of(f"{manifest.stem}.wav"), b"another")
    with pytest.raises(UploadRefused, match="something else"):
        await upload(store, tmp_path, manifest.stem)
    assert await store.size(key_of(f"{manifest.stem}.wav")) == 7


async def test_what_was_altered_or_lost_before_is_not_passed_on(
    store: ObjectStore, faulty: FaultyStore, manifest: Path, tmp_path: Path
) -> None:
    sound = manifest.with_suffix(".wav")
    flip(sound, 100)
    with pytest.raises(UploadRefused, match="not what was sealed"):
        await upload(store, tmp_path, manifest.stem)
    sound.unlink()
    with pytest.raises(UploadRefused, match="is missing, and so is"):
        await upload(store, tmp_path, manifest.stem)
    manifest.unlink()
    with pytest.raises(UploadRefused, match="No such file"):
        await upload(store, tmp_path, manifest.stem)
    assert faulty.objects == {}


def test_what_a_file_holds_is_its_size_and_its_hash(manifest: Path) -> None:
    audio, sound = read(manifest).audio, manifest.with_suffix(".wav")
    content = content_of(sound)
    assert content and (content.size, content.sha256) == (audio.size, file_sha256(sound))
    assert content_of(manifest_path(Path("nowhere.wav"))) is None
