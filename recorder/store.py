"""Where recordings lie: names, the space floor, and which ones are not finished.

    <directory>/CallRecordings/YYYY/MM/DD/<contactId>_YYYYMMDDThh:mm_UTC.wav
    <directory>/Unfinished/<the same name>          empty, as long as the recording is written

The name is made of a checked UUID and a time, so nothing a caller says gets into a path.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from recorder import sound_file
from recorder.recording import NoSpace, RecordingError

NAME = re.compile(r"(?P<contact>[0-9a-f-]{36})_(\d{4})(\d\d)(\d\d)T\d\d:\d\d_UTC\.wav")
DIRECTORY_MODE = 0o750


@dataclass(frozen=True, slots=True)
class Repaired:
    """An unfinished recording found at start. With an error it could not be saved."""

    contact_id: str
    path: Path
    frames: int
    error: str | None = None


class Store:
    def __init__(self, directory: Path, min_free_bytes: int) -> None:
        self._directory = directory
        self._min_free_bytes = min_free_bytes

    def reserve(self, contact_id: str, started: datetime) -> Path:
        """The path of a new recording, marked as unfinished; its folder exists, the file does not.

        Raises NoSpace, or RecordingError when the id is no UUID or that recording exists.
        """
        path = recording_path(self._directory, recording_name(contact_id, started))
        try:
            self._make_folders(path)
            self._check_space()
            if path.exists():
                raise RecordingError(f"{path} exists already")
            self._mark(path).touch(exist_ok=False)
        except OSError as error:
            raise RecordingError(f"{path} cannot be created: {error}") from error
        return path

    def release(self, path: Path) -> None:
        """This recording is over: `repair` need not look at it."""
        with contextlib.suppress(OSError):  # a mark too many is a header looked at in vain
            self._mark(path).unlink()

    def _mark(self, path: Path) -> Path:
        return unfinished(self._directory) / path.name

    def _make_folders(self, path: Path) -> None:
        for folder in (path.parent, unfinished(self._directory)):
            folder.mkdir(DIRECTORY_MODE, parents=True, exist_ok=True)

    def _check_space(self) -> None:
        free = shutil.disk_usage(self._directory).free
        if free < self._min_free_bytes:
            raise NoSpace(
                f"{self._directory} has {free} bytes free, {self._min_free_bytes} must stay free"
            )


def recording_name(contact_id: str, started: datetime) -> str:
    """`<contactId>_YYYYMMDDThh:mm_UTC.wav`. Raises RecordingError unless the id is a UUID."""
    assert started.tzinfo, "a recording starts at a time with a zone"
    try:
        contact = UUID(contact_id)
    except ValueError:
        contact = None
    if str(contact) != contact_id:
        raise RecordingError(f"contact id {contact_id!r} is not a UUID in lower case")
    return f"{contact}_{started.astimezone(UTC):%Y%m%dT%H:%M}_UTC.wav"


def recording_path(directory: Path, name: str) -> Path:
    """Where the recording of that name lies. Raises RecordingError when it is no such name."""
    parts = NAME.fullmatch(name)
    if not parts:
        raise RecordingError(f"{name!r} is not the name of a recording")
    return directory.joinpath("CallRecordings", *parts.groups()[1:], name)


def unfinished(directory: Path) -> Path:
    return directory / "Unfinished"


def repair(directory: Path) -> list[Repaired]:
    """Give every recording that a crash left unfinished a valid header. For use before a Writer."""
    marks = unfinished(directory)
    names = sorted(mark.name for mark in marks.iterdir()) if marks.is_dir() else []
    found = []
    for name in filter(NAME.fullmatch, names):
        path = recording_path(directory, name)
        if path.exists():
            found.append(_repair_one(path))
        (marks / name).unlink()
    return found


def _repair_one(path: Path) -> Repaired:
    contact_id = path.name.partition("_")[0]
    try:
        return Repaired(contact_id, path, sound_file.repair(path))
    except RecordingError as error:
        return Repaired(contact_id, path, 0, str(error))
