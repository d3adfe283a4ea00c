"""Files that are there whole or not at all, and what can be said of them without reading sound."""

from __future__ import annotations

import contextlib
import hashlib
import os
from pathlib import Path

from recorder.recording import RecordingError
from recorder.sound_file import FILE_MODE


def write(path: Path, text: bytes, *, durable: bool = True) -> None:
    """Whole or not at all; with `durable` also where the power fails right after."""
    fresh = path.with_suffix(".fresh")
    try:
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE)
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            if durable:
                os.fsync(descriptor)
        fresh.replace(path)
        if durable:
            sync(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise RecordingError(f"{path} cannot be written: {error.strerror}") from error


def settle(fresh: Path, path: Path) -> None:
    """What was written under another name takes its place, for good. Raises RecordingError."""
    sync(fresh)
    try:
        fresh.replace(path)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error
    sync(path.parent)


def sync(path: Path) -> None:
    """A file, or what a folder lists, is on the disk when this returns."""
    try:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error


def file_sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise RecordingError(f"{path}: {error.strerror}") from error


def file_size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None
