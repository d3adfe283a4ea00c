from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

import recorder
from recorder import Finished, NoSpace, RecordingError, Repaired
from recorder.sound_file import LiveFile
from recorder.space import Space, Watermarks
from recorder.store import (
    CUT_SHORT,
    Mark,
    Marked,
    Part,
    Store,
    part_by_name,
    recording_name,
    recording_path,
    recordings,
)
from recorder.timeline import FOREVER, Gap, Suspended
from tests.recorder.sources import STARTED, contact_id, conversation

ROOM = Watermarks.above(0)
CONTACT = "ee0a8fcc-9cf8-4b9c-9fcf-e86ebe989486"


def write_unfinished(store: Store, number: int, seconds: float) -> Path:
    file = LiveFile(store.reserve(contact_id(number), STARTED))
    file.write(conversation(seconds))
    file.close()
    return file.path


def test_the_path_is_that_of_a_call_recording_with_its_time_in_utc(tmp_path: Path) -> None:
    berlin = timezone(timedelta(hours=1))
    path = Store(tmp_path, ROOM).reserve(CONTACT, datetime(2020, 4, 1, 0, 20, 59, tzinfo=berlin))
    day = tmp_path / "CallRecordings" / "2020" / "03" / "31"
    assert path == day / f"{CONTACT}_20200331T23:20_UTC.wav"
    assert day.is_dir() and not path.exists()


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "..",
        "../../etc/passwd",
        "x" * 36,
        "-" * 36,
        CONTACT.upper(),
        "{" + CONTACT + "}",
        CONTACT.replace("-", ""),
        CONTACT + "\n",
        CONTACT[:-1] + "/",
        CONTACT[:-1] + "\0",
    ],
)
def test_a_contact_id_that_is_not_a_uuid_never_becomes_a_path(tmp_path: Path, bad: str) -> None:
    with pytest.raises(RecordingError, match="is not a UUID"):
        Store(tmp_path, ROOM).reserve(bad, STARTED)
    assert list(tmp_path.iterdir()) == []


def test_only_the_name_of_a_recording_becomes_a_path(tmp_path: Path) -> None:
    name = recording_name(CONTACT, STARTED)
    assert recording_path(tmp_path, name).name == name
    for bad in ("../" + name, name + ".wav", name.replace("2024", "....")):
        with pytest.raises(RecordingError, match="is not the name of a recording"):
            recording_path(tmp_path, bad)


def test_below_the_floor_of_free_space_nothing_is_reserved(tmp_path: Path) -> None:
    with pytest.raises(NoSpace, match="less than"):
        Store(tmp_path, Watermarks.above(1 << 62)).reserve(CONTACT, STARTED)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_recording_is_reserved_once_while_it_runs_and_when_it_is_there(tmp_path: Path) -> None:
    store = Store(tmp_path, ROOM)
    path = store.reserve(CONTACT, STARTED)
    with pytest.raises(RecordingError, match="cannot be created"):
        store.reserve(CONTACT, STARTED)
    path.touch()
    store.release(path)
    with pytest.raises(RecordingError, match="exists already"):
        store.reserve(CONTACT, STARTED)


def test_a_directory_that_cannot_be_made_is_an_error_with_its_path(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(RecordingError, match="file/CallRecordings"):
        Store(tmp_path / "file", ROOM).reserve(CONTACT, STARTED)


def test_repair_finds_what_was_not_released_and_nothing_else(tmp_path: Path) -> None:
    store = Store(tmp_path, ROOM)
    done = write_unfinished(store, 1, 1.0)
    store.release(done)
    killed = write_unfinished(store, 2, 0.5)
    killed.write_bytes(killed.read_bytes() + b"\0" * 4000)
    unwritten = store.reserve(contact_id(3), STARTED)
    lost = store.reserve(contact_id(4), STARTED)
    lost.touch()
    saved, failed = recorder.repair(tmp_path)
    assert saved == Repaired(contact_id(2), killed, 4000 + 1000)
    assert (failed.contact_id, failed.path, failed.frames) == (contact_id(4), lost, 0)
    assert failed.error and str(lost) in failed.error
    assert not unwritten.exists()
    assert recorder.repair(tmp_path) == []


def test_what_was_repaired_waits_for_its_manifest_with_all_that_was_known(tmp_path: Path) -> None:
    store = Store(tmp_path, ROOM)
    path = write_unfinished(store, 1, 1.0)
    spans = (Suspended(10, 10, FOREVER, "card", "bob"), Suspended(9000, 9000, 9100, "card", "bob"))
    known = Finished(contact_id(1), path, 0, 8000, 7, suspended=spans, gaps=(Gap(3, 20, 7),))
    store.note(Marked(STARTED, known))
    recorder.repair(tmp_path)
    assert store.marked(Mark.UNFINISHED) == []
    assert store.marked(Mark.UNSEALED) == [
        Marked(
            STARTED,
            replace(
                known,
                frames=8000,
                error=CUT_SHORT,
                suspended=(replace(spans[0], end=8000), replace(spans[1], first=8000, end=8000)),
            ),
        )
    ]


@pytest.mark.parametrize("content", [b"", b"{}", b"\xff"])
def test_a_mark_that_says_nothing_still_has_its_name(tmp_path: Path, content: bytes) -> None:
    store = Store(tmp_path, ROOM)
    path = write_unfinished(store, 1, 1.0)
    (tmp_path / "Unfinished" / f"{path.stem}.mark").write_bytes(content)
    assert store.marked(Mark.UNFINISHED) == [
        Marked(STARTED.replace(second=0), Finished(contact_id(1), path, 0, 8000, 0))
    ]


def test_a_mark_finds_its_recording_where_the_directory_is_now(tmp_path: Path) -> None:
    store = Store(tmp_path / "old", ROOM)
    write_unfinished(store, 1, 1.0)
    (tmp_path / "old").rename(tmp_path / "new")
    (saved,) = recorder.repair(tmp_path / "new")
    assert saved.path.is_relative_to(tmp_path / "new") and saved.frames == 8000


def test_a_recording_in_any_of_its_formats_is_listed(tmp_path: Path) -> None:
    path = write_unfinished(Store(tmp_path, ROOM), 1, 0.1)
    others = [path.with_suffix(ending) for ending in (".flac", ".opus", ".json", ".peaks")]
    for other in others:
        other.touch()
    assert list(recordings(tmp_path)) == sorted([path, *others[:2]])


def test_what_the_free_space_means_is_told(tmp_path: Path) -> None:
    assert Store(tmp_path, ROOM).space() is Space.ENOUGH
    assert Store(tmp_path, Watermarks(1 << 62, 0)).space() is Space.LOW
    assert Store(tmp_path, Watermarks(1 << 62, 1 << 62)).space() is Space.FULL


def test_repair_leaves_strange_files_alone_and_needs_no_directory(tmp_path: Path) -> None:
    assert recorder.repair(tmp_path / "absent") == []
    (tmp_path / "Unfinished").mkdir()
    strangers = [tmp_path / "Unfinished" / name for name in ("notes.txt", "notes_UTC.mark")]
    for stranger in strangers:
        stranger.touch()
    assert recorder.repair(tmp_path) == []
    assert all(stranger.exists() for stranger in strangers)


def test_a_naive_time_is_our_mistake(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="zone"):
        recording_name(CONTACT, datetime(2024, 1, 1, tzinfo=UTC).replace(tzinfo=None))


def test_what_a_crash_left_of_a_wideband_automated_part_is_known_as_that(tmp_path: Path) -> None:
    path = Store(tmp_path, ROOM).reserve(CONTACT, STARTED, 16_000, Part.IVR)
    file = LiveFile(path, 16_000)
    file.write(conversation(1.0))
    (found,) = recorder.repair(tmp_path)
    assert (found.frames, found.sample_rate, found.path) == (8000, 16_000, path)
    assert part_by_name(path.name) is Part.IVR and path.name.endswith("_UTC_ivr.wav")
    assert part_by_name(recording_name(CONTACT, STARTED)) is Part.AGENT
    assert list(recordings(tmp_path)) == [path]
    (marked,) = Store(tmp_path, ROOM).marked(Mark.UNSEALED)
    assert (marked.finished.sample_rate, marked.finished.error) == (16_000, "cut short by a crash")
