from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config import StoreSettings
from engine.custody import Custody
from engine.playback import Player
from engine.records import RecordingKind, RecordingStatus, Records
from engine.refused import Refused
from recorder import Archive, Facts, RecordingError
from recorder.object_store import ObjectStore
from recorder.upload import let_go, upload
from tests.recorder.shelf import recorded
from tests.recorder.sources import STARTED, contact_id, conversation
from tests.rig.contacts import NOON, contact_record

CONTACT = contact_id(1)
SPEECH = conversation(0.5)


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return ObjectStore(StoreSettings(location=f"file://{tmp_path}/store"))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path)


async def finish(records: Records, archive: Archive, status: RecordingStatus) -> Path:
    finished = recorded(archive.directory, 1)
    archive.seal(finished, Facts(STARTED))
    await records.save_contact(replace(contact_record(), contact_id=CONTACT))
    await records.start_recording(CONTACT, str(finished.path), STARTED)
    await records.finish_recording(CONTACT, status, NOON, frames=1)
    return finished.path


async def test_who_listens_while_it_leaves_the_disk_hears_it_to_its_end(
    records: Records, archive: Archive, store: ObjectStore
) -> None:
    path = await finish(records, archive, RecordingStatus.AVAILABLE)
    playback = await Player(records, archive, store).open(CONTACT)
    assert playback.heard.name.endswith(".wav")
    first = await playback.read(0, 1000)
    url = await upload(store, archive.directory, path.stem)
    await records.move_recording(CONTACT, url)
    let_go(path)
    rest = await playback.read(1000, playback.heard.size)
    assert (first + rest)[44:] == SPEECH
    again = await Player(records, archive, store).open(CONTACT)
    assert await again.read(44, 100) == SPEECH[:56]
    with pytest.raises(RecordingError, match="not configured"):
        await Player(records, archive, None).open(CONTACT)


async def test_who_listens_while_it_gets_another_format_is_told(
    records: Records, archive: Archive, store: ObjectStore
) -> None:
    path = await finish(records, archive, RecordingStatus.INTERRUPTED)
    playback = await Player(records, archive, store).open(CONTACT)
    other = path.with_suffix(".flac")
    path.rename(other)
    await records.move_recording(CONTACT, str(other))
    with pytest.raises(RecordingError, match="No such file"):
        await playback.read(0, 10)


async def test_what_is_lost_is_an_error_and_what_may_not_be_heard_is_refused(
    records: Records, archive: Archive, store: ObjectStore
) -> None:
    player = Player(records, archive, store)
    with pytest.raises(Refused, match="no such recording"):
        await player.open(CONTACT)
    path = await finish(records, archive, RecordingStatus.AVAILABLE)
    with pytest.raises(Refused, match="no such recording"):
        await player.open(CONTACT, RecordingKind.IVR)
    path.unlink()
    with pytest.raises(RecordingError, match="No such file"):
        await player.open(CONTACT)
    await Custody(records).delete(CONTACT, "ann", "asked", NOON)
    with pytest.raises(Refused, match="is DELETED"):
        await player.open(CONTACT)
