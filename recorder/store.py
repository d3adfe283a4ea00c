"""Where recordings lie: names, the space floor, and the marks of those that are not done with.

    <directory>/CallRecordings/YYYY/MM/DD/<contactId>_YYYYMMDDThh:mm_UTC.wav, or ..._UTC_ivr.wav
    <directory>/Unfinished/<the same>.mark     as long as the recording is written
    <directory>/Unsealed/<the same>.mark       then, until it has its manifest
    <directory>/Unconverted/<the same>.mark    then, until it has its lasting format

A mark holds what the recorder knows of the recording (`Marked`), so a crash does not cost it. The
name is made of a checked UUID and a time, so nothing a caller says gets into a path.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from recorder.recording import SAMPLE_RATE, Finished, NoSpace, RecordingError
from recorder.space import Space, Watermarks
from recorder.timeline import cut
from recorder.vault import Vault, key_path

NAME = re.compile(
    r"(?P<contact>[0-9a-f-]{36})_(?P<time>(\d{4})(\d\d)(\d\d)T\d\d:\d\d)_UTC(?P<part>|_ivr)\.(wav|flac|opus)"
)
DIRECTORY_MODE = 0o750
CUT_SHORT = "cut short by a crash"


class Part(Enum):
    """Which of the two recordings of a contact: what its name has before the ending."""

    AGENT = ""
    IVR = "_ivr"


class Mark(Enum):
    """What is still to be done for a recording: the name of the folder that says so."""

    UNFINISHED = "Unfinished"
    UNSEALED = "Unsealed"
    UNCONVERTED = "Unconverted"


@dataclass(frozen=True, slots=True)
class Marked:
    """What a mark says: the wall-clock time of frame 0, and the facts so far."""

    started: datetime
    finished: Finished


@dataclass(frozen=True, slots=True)
class Repaired:
    """An unfinished recording found at start. With an error it could not be saved."""

    contact_id: str
    path: Path
    frames: int
    error: str | None = None
    sample_rate: int = SAMPLE_RATE


MARKED = TypeAdapter(Marked)


class Store:
    """The folders below one directory. Methods raise RecordingError."""

    def __init__(self, directory: Path, watermarks: Watermarks) -> None:
        self._directory = directory
        self._watermarks = watermarks

    def reserve(
        self,
        contact_id: str,
        started: datetime,
        rate: int = SAMPLE_RATE,
        part: Part = Part.AGENT,
    ) -> Path:
        """The path of a new recording, marked as unfinished; its folder exists, the file does not.

        Raises NoSpace, or RecordingError when the id is no UUID or that recording exists.
        """
        path = recording_path(self._directory, recording_name(contact_id, started, part))
        mark = self._mark(Mark.UNFINISHED, path)
        try:
            for folder in (path.parent, mark.parent):
                folder.mkdir(DIRECTORY_MODE, parents=True, exist_ok=True)
            self.check_space()
            if path.exists():
                raise RecordingError(f"{path} exists already")
            mark.touch(exist_ok=False)
            self._note_or_release(Marked(started, Finished(contact_id, path, 0, rate, 0)))
        except OSError as error:
            raise RecordingError(f"{path} cannot be created: {error}") from error
        return path

    def note(self, marked: Marked, mark: Mark = Mark.UNFINISHED) -> None:
        """Keep what is known of a recording in a mark, until the next note. Raises OSError."""
        note = self._mark(mark, marked.finished.path)
        note.parent.mkdir(DIRECTORY_MODE, exist_ok=True)
        fresh = note.with_suffix(".fresh")
        try:
            fresh.write_bytes(MARKED.dump_json(marked))
            fresh.replace(note)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise

    def advance(self, marked: Marked) -> None:
        """This recording is finished: `repair` need not look at it, it waits for its manifest."""
        with contextlib.suppress(OSError):  # a mark too many is a header looked at in vain
            self.note(marked, Mark.UNSEALED)
            self.release(marked.finished.path)

    def release(self, path: Path, mark: Mark = Mark.UNFINISHED) -> None:
        """That is done for this recording."""
        with contextlib.suppress(OSError):
            self._mark(mark, path).unlink()

    def marked(self, mark: Mark) -> list[Marked]:
        """All of one kind, in the order of their names."""
        folder = self._directory / mark.value
        notes = sorted(folder.glob("*_UTC*.mark")) if folder.is_dir() else []
        return [
            read_mark(note, recording_path(self._directory, name))
            for note in notes
            if NAME.fullmatch(name := f"{note.stem}.wav")
        ]

    def space(self) -> Space:
        """What the free space means. Raises OSError when there is no such directory."""
        return self._watermarks.judge(shutil.disk_usage(self._directory).free)

    def _note_or_release(self, marked: Marked) -> None:
        try:
            self.note(marked)
        except OSError:
            self.release(marked.finished.path)
            raise

    def _mark(self, mark: Mark, path: Path) -> Path:
        return self._directory / mark.value / f"{path.stem}.mark"

    def check_space(self) -> None:
        """Raises NoSpace, or OSError when there is no such directory."""
        if self.space() is Space.FULL:
            raise NoSpace(
                f"{self._directory} has less than {self._watermarks.refuse_below} bytes free"
            )


def read_mark(note: Path, path: Path) -> Marked:
    """What the mark of that recording says; what its name says where it was never written."""
    try:
        marked = MARKED.validate_json(note.read_bytes())
    except (OSError, ValidationError):
        started = started_by_name(path.name)
        return Marked(started, Finished(contact_by_name(path.name), path, 0, SAMPLE_RATE, 0))
    return replace(marked, finished=replace(marked.finished, path=path))


def recording_name(contact_id: str, started: datetime, part: Part = Part.AGENT) -> str:
    """The file's name. Raises RecordingError unless the id is a UUID."""
    assert started.tzinfo, "a recording starts at a time with a zone"
    try:
        contact = UUID(contact_id)
    except ValueError:
        contact = None
    if str(contact) != contact_id:
        raise RecordingError(f"contact id {contact_id!r} is not a UUID in lower case")
    return f"{contact}_{started.astimezone(UTC):%Y%m%dT%H:%M}_UTC{part.value}.wav"


def recording_path(directory: Path, name: str) -> Path:
    """Where the recording of that name lies. Raises RecordingError when it is no such name."""
    parts = NAME.fullmatch(name)
    if not parts:
        raise RecordingError(f"{name!r} is not the name of a recording")
    return directory.joinpath("CallRecordings", *parts.group(3, 4, 5), name)


def contact_by_name(name: str) -> str:
    return name.partition("_")[0]


def part_by_name(name: str) -> Part:
    parts = NAME.fullmatch(name)
    assert parts, f"{name} is not the name of a recording"
    return Part(parts["part"])


def started_by_name(name: str) -> datetime:
    """The minute in which that recording started."""
    parts = NAME.fullmatch(name)
    assert parts, f"{name} is not the name of a recording"
    return datetime.strptime(parts["time"], "%Y%m%dT%H:%M").replace(tzinfo=UTC)


def recordings(directory: Path) -> Iterator[Path]:
    """Every sound file of a recording, in whatever format, finished or not."""
    for path in sorted((directory / "CallRecordings").rglob("*_UTC*.*")):
        if is_recording(path):
            yield path


def is_recording(path: Path) -> bool:
    """Whether it has the name of a sound file, not of what lies beside it."""
    return bool(NAME.fullmatch(path.name))


def repair(directory: Path, vault: Vault | None = None) -> list[Repaired]:
    """Make every recording that a crash left unfinished valid. For use before a Writer.

    What could be saved then waits for its manifest, as what was cut short.
    """
    store = Store(directory, Watermarks.above(0))
    found = []
    for marked in store.marked(Mark.UNFINISHED):
        if marked.finished.path.exists():
            found.append(_repair_one(store, marked, vault or Vault()))
        else:  # the key of an encrypted one is there before the recording
            key_path(marked.finished.path).unlink(missing_ok=True)
        store.release(marked.finished.path)
    return found


def _repair_one(store: Store, marked: Marked, vault: Vault) -> Repaired:
    known = marked.finished
    try:
        frames, rate = vault.repair(known.path), vault.rate(known.path)
    except RecordingError as error:
        return Repaired(known.contact_id, known.path, 0, str(error))
    spans = tuple(cut(known.suspended, frames))
    finished = replace(known, frames=frames, sample_rate=rate, suspended=spans, error=CUT_SHORT)
    store.advance(replace(marked, finished=finished))
    return Repaired(known.contact_id, known.path, frames, sample_rate=rate)
