"""After the call: a recording goes to the object store, and leaves the disk when it is there.

    1  its files are put there, each only where nothing is, and read back     upload
    2  whoever names the recording learns where it is                         the caller
    3  the sound leaves the disk                                              let_go

The manifest, the waveform and the wrapped key stay on the disk too: they are small, and what can
be played and proven must not wait for a network. Each step may be done again after a crash.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from recorder import archive, disk
from recorder.archive import manifest_path
from recorder.object_store import Content, ObjectStore, StoreError, Taken
from recorder.recording import RecordingError
from recorder.store import recording_path

COMPANIONS = (".peaks", ".key", ".json")  # the manifest last: where it is, everything is


class UploadRefused(RecordingError):
    """It cannot go there, now or later: somebody has to look."""


def key_of(name: str) -> str:
    """Of a file of a recording in any store: spec `CallRecordings/YYYY/MM/DD/<name>`."""
    stem, _, ending = name.rpartition(".")
    return recording_path(Path(), f"{stem}.wav").with_name(f"{stem}.{ending}").as_posix()


async def upload(store: ObjectStore, directory: Path, name: str) -> str:
    """Put a sealed recording there, whole; the URL of its sound.

    `name` has no ending. Raises StoreError, or UploadRefused.
    """
    path = manifest_path(recording_path(directory, f"{name}.wav"))
    try:
        audio = (await asyncio.to_thread(archive.read, path)).audio
    except RecordingError as error:
        raise UploadRefused(str(error)) from error
    sound = path.with_name(audio.file)
    await _deliver(store, sound, Content(audio.size, audio.sha256))
    for ending in COMPANIONS:
        file = path.with_suffix(ending)
        if content := await asyncio.to_thread(content_of, file):
            await _deliver(store, file, content)
    return store.url(key_of(sound.name))


def let_go(path: Path) -> None:
    """The sound of that path is in the store: it leaves the disk. Raises RecordingError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error


def content_of(file: Path) -> Content | None:
    """None where there is no such file. Raises RecordingError."""
    size = disk.file_size(file)
    return None if size is None else Content(size, disk.file_sha256(file))


async def _deliver(store: ObjectStore, file: Path, wanted: Content) -> None:
    """What is there already, from an attempt that was cut short, is as good when it is the same."""
    key = key_of(file.name)
    here = await asyncio.to_thread(content_of, file)
    if here not in (None, wanted):
        raise UploadRefused(f"{file} is not what was sealed")
    if here:
        try:
            await store.create(key, file, wanted.size)
        except Taken:
            pass
    there = await store.content(key)
    if there is None and here:
        raise StoreError(f"{store.url(key)} was put there, and cannot be found")
    if there is None:
        raise UploadRefused(f"{file} is missing, and so is {store.url(key)}")
    if there != wanted:
        raise UploadRefused(f"something else is at {store.url(key)}")
