"""Finished recordings: seals each with a signed manifest and keeps the head of their chain.

<recording>.json              its manifest
<recording>.tombstone         in place of all else, when it was deleted
<directory>/Chain/head.json   the last link, signed
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from recorder import chain
from recorder.chain import Head, Link, SignedHead
from recorder.disk import file_size, sync, write
from recorder.manifest import Audio, Facts, Manifest, describe
from recorder.recording import Finished, RecordingError
from recorder.signing import open_key
from recorder.space import Watermarks
from recorder.store import NAME, Mark, Marked, Store, recording_path
from recorder.tombstone import Deletion, Tombstone
from recorder.vault import Vault

FOLDER_MODE = 0o750
LEFTOVERS = (".key", ".wav", ".flac", ".opus", ".peaks")  # what may be there of a recording


class Archive:
    """The one writer of manifests in a directory. Methods block, and may be called from any thread.

    They raise RecordingError; a recording that could not be sealed stays among `unsealed`.
    `healed` says what was wrong with the chain when it was opened, and goes into the next link.
    """

    def __init__(self, directory: Path, vault: Vault | None = None) -> None:
        """Without a vault nothing is encrypted."""
        self.directory, self.vault = directory, vault or Vault()
        self._key = open_key(directory)
        self._store = Store(directory, Watermarks.above(0))
        self._gate = threading.Lock()
        self._head, self.healed = self._recover()

    def unsealed(self) -> list[Marked]:
        """Recordings that were finished, or repaired, and have no manifest yet."""
        return [one for one in self._store.marked(Mark.UNSEALED) if one.finished.path.exists()]

    def unconverted(self) -> list[Path]:
        """Manifests of recordings that wait for their lasting format."""
        marks = self._store.marked(Mark.UNCONVERTED)
        paths = [manifest_path(marked.finished.path) for marked in marks]
        return [path for path in paths if path.exists()]

    def waiting(self) -> set[str]:
        """Names of the recordings whose manifest, or lasting format, is still to come."""
        marks = (Mark.UNFINISHED, Mark.UNSEALED, Mark.UNCONVERTED)
        return {one.finished.path.stem for mark in marks for one in self._store.marked(mark)}

    def seal(self, finished: Finished, facts: Facts) -> Manifest:
        """Write the manifest of a recording that is closed; one that is there already stands."""
        path = manifest_path(finished.path)
        with self._gate:
            manifest = read(path) if path.exists() else self._add_link(finished, facts)
        try:
            self._store.note(Marked(facts.started, finished), Mark.UNCONVERTED)
        except OSError as error:
            raise RecordingError(f"{path}: {error}") from error
        self._store.release(finished.path, Mark.UNSEALED)
        self._store.release(finished.path)
        return manifest

    def replace_audio(self, path: Path, audio: Audio) -> Manifest:
        """The recording of that manifest is in another file now, or has got its peaks.

        What was altered is not signed again.
        """
        before = read(path)
        if wrong := before.faults(self._key.public.accepts):
            raise RecordingError(f"{path}: {wrong[0]}")
        assert audio.recording == before.recording.digest(), "audio of another recording"
        if tombstone_path(path).exists():  # it was deleted while the other file was made
            remove_all(path)
            raise RecordingError(f"{path.stem} was deleted")
        manifest = Manifest.sign(before.recording, audio, self._key.sign)
        write(path, manifest.text())
        return manifest

    def converted(self, path: Path) -> None:
        """The recording of that manifest has its lasting format: its WAV goes where it is another.

        For use when nobody names the WAV any more.
        """
        audio = read(path).audio
        if audio.format != "wav":
            if file_size(path.with_name(audio.file)) != audio.size:
                raise RecordingError(f"{path.with_name(audio.file)} is not whole: the WAV stays")
            path.with_suffix(".wav").unlink(missing_ok=True)
        self._store.release(path, Mark.UNCONVERTED)

    def bury(self, name: str, who: str, why: str, at: datetime) -> bytes:
        """Delete what is here of a recording but its manifest; the tombstone that stands for it.

        The first tombstone stands. Raises RecordingError also where it waits for its manifest.
        """
        path = manifest_path(recording_path(self.directory, f"{name}.wav"))
        if any(one.finished.path.stem == name for one in self.unsealed()):
            raise RecordingError(f"{name} has no manifest yet")
        stone = self._stone(path, who, why, at, is_manifest=True)
        remove_all(path)
        self._store.release(path, Mark.UNCONVERTED)
        return stone.read_bytes()

    def bury_text(self, path: Path, who: str, why: str, at: datetime) -> None:
        """The same of a text, which is in no chain."""
        self._stone(path, who, why, at, is_manifest=False)
        remove_text(path)

    def _stone(self, path: Path, who: str, why: str, at: datetime, *, is_manifest: bool) -> Path:
        stone = tombstone_path(path)
        with self._gate:
            if not stone.exists():
                there = is_manifest and path.exists()
                digest = read(path).recording.digest() if there else None
                deletion = Deletion(name=path.stem, recording=digest, deleted=at, who=who, why=why)
                make_folder(stone.parent)
                write(stone, Tombstone.sign(deletion, self._key.sign).canonical())
        return stone

    def _add_link(self, finished: Finished, facts: Facts) -> Manifest:
        sync(finished.path)
        path, sound = manifest_path(finished.path), self.vault.measure(finished.path)
        recording = describe(
            finished,
            facts,
            sound,
            sequence=self._head.sequence + 1,
            previous=self._head.link,
            healed=self.healed,
        )
        audio = Audio(
            recording=recording.digest(),
            file=finished.path.name,
            format="wav",
            size=sound.size,
            sha256=sound.sha256,
            peaks_sha256=None,
        )
        manifest = Manifest.sign(recording, audio, self._key.sign)
        link = link_of(manifest)
        self._write_head(self._head.announce(link))
        write(path, manifest.text())
        self._head, self.healed = chain.at(link), None
        self._write_head(self._head, durable=False)  # the announcement says the same
        return manifest

    def _write_head(self, head: Head, *, durable: bool = True) -> None:
        text = SignedHead.sign(head, self._key.sign).canonical()
        write(head_path(self.directory), text, durable=durable)

    def _recover(self) -> tuple[Head, str | None]:
        path, accepts = head_path(self.directory), self._key.public.accepts
        try:
            path.parent.mkdir(FOLDER_MODE, exist_ok=True)
            head = chain.read_head(path.read_bytes(), accepts) if path.exists() else None
        except OSError as error:
            raise RecordingError(f"{path}: {error}") from error
        if head is None:
            return chain.rebuild(self._signed_links(manifests(self.directory)))
        if head.announced is None:
            return head, None
        name = f"{head.announced.name}.wav"
        path = manifest_path(recording_path(self.directory, name))
        return chain.recover(head, next(self._signed_links([path]), None))

    def _signed_links(self, paths: Iterable[Path]) -> Iterator[Link]:
        """Of the manifests that are there and as they were written; `verify` speaks of others."""
        for path in paths:
            with contextlib.suppress(RecordingError):
                manifest = read(path)
                if not manifest.faults(self._key.public.accepts):
                    yield link_of(manifest)


def head_path(directory: Path) -> Path:
    return directory / "Chain" / "head.json"


def manifest_path(recording: Path) -> Path:
    return recording.with_suffix(".json")


def tombstone_path(manifest: Path) -> Path:
    return manifest.with_suffix(".tombstone")


def make_folder(folder: Path) -> None:
    """For what never began: not even the folder of its day need be there."""
    try:
        folder.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
    except OSError as error:
        raise RecordingError(f"{folder}: {error.strerror}") from error


def remove_all(manifest: Path) -> None:
    """All of a recording but its manifest and its tombstone. Raises RecordingError."""
    try:
        for ending in (*LEFTOVERS, ".fresh"):
            manifest.with_suffix(ending).unlink(missing_ok=True)
    except OSError as error:
        raise RecordingError(f"{manifest}: {error.strerror}") from error
    sync(manifest.parent)


def remove_text(path: Path) -> None:
    """The key goes before what it opens. Raises RecordingError."""
    try:
        for each in (path.with_suffix(".key"), path):
            each.unlink(missing_ok=True)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error
    sync(path.parent)


def manifests(directory: Path) -> list[Path]:
    """The manifests below a directory, by path."""
    found = (directory / "CallRecordings").rglob("*_UTC*.json")
    return sorted(path for path in found if NAME.fullmatch(path.with_suffix(".wav").name))


def link_of(manifest: Manifest) -> Link:
    recording = manifest.recording
    return Link(recording.sequence, recording.digest(), recording.previous, recording.name)


def read(path: Path) -> Manifest:
    """Raises RecordingError when there is none, or it is not as it was written."""
    try:
        return Manifest.parse(path.read_bytes())
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error
    except RecordingError as error:
        raise RecordingError(f"{path}: {error}") from error
