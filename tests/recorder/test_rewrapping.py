from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from recorder import Archive, Facts, RecordingError, Vault
from recorder.data_key import MasterKey, MasterKeys
from recorder.object_store import ObjectStore, StoreError
from recorder.rewrapping import rewrap_all
from recorder.upload import key_of, upload
from recorder.vault import key_path
from tests.recorder.shelf import recorded
from tests.recorder.sources import STARTED
from tests.rig.faulty_store import FaultyStore, Mood, faulty_store
from tests.rig.s3_server import S3Server

OLD, NEW = MasterKey(bytes(32)), MasterKey(bytes(range(32)))
BEFORE, BOTH = Vault(MasterKeys((OLD,))), Vault(MasterKeys((NEW, OLD)))
AFTER = Vault(MasterKeys((NEW,)))


@pytest.fixture
def faulty() -> Iterator[FaultyStore]:
    with faulty_store() as one:
        yield one


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    """Two encrypted recordings."""
    archive = Archive(tmp_path, BEFORE)
    found = [recorded(tmp_path, number, vault=BEFORE) for number in (1, 2)]
    for finished in found:
        archive.seal(finished, Facts(STARTED))
    return [finished.path for finished in found]


async def test_every_key_is_wrapped_anew_once_also_in_the_store(
    faulty: FaultyStore, paths: list[Path], tmp_path: Path
) -> None:
    store = ObjectStore(S3Server(faulty.url).settings(tmp_path / "credentials"))
    await upload(store, tmp_path, paths[0].stem)
    assert await rewrap_all(BOTH, tmp_path, store) == 2
    assert await rewrap_all(BOTH, tmp_path, store) == 0
    for path in paths:
        assert AFTER.data_key(path)
    copies = [name for name in faulty.objects if name.endswith(".key")]
    assert copies == [f"/recordings/connect/x/{key_of(key_path(paths[0]).name)}"]
    assert faulty.objects[copies[0]] == key_path(paths[0]).read_bytes()


async def test_cut_off_it_goes_on_where_it_was(
    faulty: FaultyStore, paths: list[Path], tmp_path: Path
) -> None:
    store = ObjectStore(S3Server(faulty.url).settings(tmp_path / "credentials"))
    await upload(store, tmp_path, paths[0].stem)
    faulty.mood = Mood.BROKEN
    with pytest.raises(StoreError):
        await rewrap_all(BOTH, tmp_path, store)
    faulty.mood = Mood.WELL
    assert await rewrap_all(BOTH, tmp_path, store) == 1
    [copy] = [name for name in faulty.objects if name.endswith(".key")]
    assert faulty.objects[copy] == key_path(paths[0]).read_bytes()


async def test_a_key_of_nobody_stops_it(paths: list[Path], tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="which is not here"):
        await rewrap_all(AFTER, tmp_path, None)
