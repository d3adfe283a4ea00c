from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recorder import Archive, Facts, RecordingError, Vault
from recorder.data_key import MasterKey, MasterKeys
from recorder.object_store import ObjectStore, StoreError
from recorder.playback import Heard, in_store, on_disk
from recorder.upload import let_go, upload
from recorder.vault import key_path
from tests.recorder.shelf import flip, recorded
from tests.recorder.sources import STARTED, conversation
from tests.rig.faulty_store import FaultyStore, Mood, faulty_store
from tests.rig.s3_server import S3Server

PLAIN, ENCRYPTED = Vault(), Vault(MasterKeys((MasterKey(bytes(32)),)))
SPEECH = conversation(2.0)


@pytest.fixture
def faulty() -> Iterator[FaultyStore]:
    with faulty_store() as one:
        yield one


@pytest.fixture
def store(faulty: FaultyStore, tmp_path: Path) -> ObjectStore:
    return ObjectStore(S3Server(faulty.url).settings(tmp_path / "credentials"))


def sealed(directory: Path, vault: Vault) -> Path:
    finished = recorded(directory, 1, 2.0, vault)
    Archive(directory, vault).seal(finished, Facts(STARTED))
    return finished.path


async def sounds_right(heard: Heard, name: str) -> bool:
    """Whole, in parts as a browser asks for them, and beyond its end."""
    assert (heard.name, heard.size) == (name, 44 + len(SPEECH))
    whole = await heard.read(0, heard.size)
    assert whole[:4] == b"RIFF" and whole[44:] == SPEECH
    for first, end in ((0, 2), (40, 50), (44, 44), (8000, 30_000), (heard.size - 3, 10**9)):
        assert await heard.read(first, end) == whole[first:end]
    return True


@pytest.mark.parametrize("vault", [PLAIN, ENCRYPTED])
async def test_it_is_heard_on_the_disk_and_in_the_store(
    store: ObjectStore, tmp_path: Path, vault: Vault
) -> None:
    path = sealed(tmp_path, vault)
    assert await sounds_right(await on_disk(path, vault), path.name)
    await upload(store, tmp_path, path.stem)
    let_go(path)
    assert await sounds_right(await in_store(store, path, vault), path.name)
    with pytest.raises(RecordingError, match="No such file"):
        await on_disk(path, vault)


async def test_what_is_not_there_or_altered_or_of_another_key_is_an_error(
    store: ObjectStore, faulty: FaultyStore, tmp_path: Path
) -> None:
    path = sealed(tmp_path, ENCRYPTED)
    with pytest.raises(StoreError, match="is not there"):
        await in_store(store, path, ENCRYPTED)
    await upload(store, tmp_path, path.stem)
    with pytest.raises(RecordingError, match="no master key"):
        await in_store(store, path, PLAIN)
    heard = await on_disk(path, ENCRYPTED)
    flip(path, 300)
    with pytest.raises(RecordingError, match="not what was encrypted"):
        await heard.read(0, 100)
    faulty.mood = Mood.BROKEN
    with pytest.raises(StoreError):
        await in_store(store, path, ENCRYPTED)
    faulty.mood = Mood.WELL
    key_path(path).unlink()
    with pytest.raises(RecordingError, match=r"\.key: No such file"):
        await in_store(store, path, ENCRYPTED)
