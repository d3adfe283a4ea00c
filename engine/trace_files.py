"""Traces on disk: a file for each contact, below one directory, the oldest making room.

A file is a row of gzip members, each with lines of JSON, one a message: what was written before a
crash, or while the call goes on, can be read. Only the user the engine runs as may.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import zlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Final

from engine.tapes import Entry

SUFFIX: Final = ".jsonl.gz"
MAX_TEXT: Final = 64 * 1024 * 1024  # characters of a trace that are read
CONTACT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")


class TraceFiles:
    """Written by one thread at a time."""

    def __init__(self, directory: Path, max_files: int, max_bytes: int) -> None:
        """Takes over what is there. Raises OSError."""
        self._directory, self._max_files, self._max_bytes = directory, max_files, max_bytes
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        there = [(path.stat(), path) for path in directory.glob(f"*{SUFFIX}")]
        there.sort(key=lambda one: one[0].st_mtime_ns)
        self._sizes = OrderedDict((path, stat.st_size) for stat, path in there)
        self._total = sum(self._sizes.values())

    def append(self, contact_id: str, entries: Iterable[Entry]) -> None:
        """Raises OSError."""
        path = path_of(self._directory, contact_id)
        text = "".join(f"{json.dumps(asdict(entry))}\n" for entry in entries)
        data = gzip.compress(text.encode(), compresslevel=6)
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(opened, "ab") as file:
            file.write(data)
        self._sizes[path] = self._sizes.get(path, 0) + len(data)
        self._total += len(data)
        self._make_room(path)

    def _make_room(self, newest: Path) -> None:
        self._sizes.move_to_end(newest)
        while len(self._sizes) > self._max_files or self._total > self._max_bytes:
            path, size = self._sizes.popitem(last=False)
            self._total -= size
            path.unlink(missing_ok=True)


def read(directory: Path, contact_id: str) -> list[Entry]:
    """The messages of a contact, by time; none when no trace is kept. Raises OSError."""
    try:
        data = path_of(directory, contact_id).read_bytes()
    except FileNotFoundError:
        return []
    lines = unpacked(data).split("\n")[:-1]
    return sorted((Entry(**json.loads(line)) for line in lines), key=lambda entry: entry.at)


def unpacked(data: bytes) -> str:
    """As far as it is whole: the last member may be half written."""
    text, room = bytearray(), MAX_TEXT
    while data and room > 0:
        member = zlib.decompressobj(wbits=31)
        try:
            text += member.decompress(data, room)
        except zlib.error:
            break
        data, room = member.unused_data, MAX_TEXT - len(text)
    return text.decode()


def path_of(directory: Path, contact_id: str) -> Path:
    """Raises ValueError for what is no contact id."""
    if not CONTACT_ID.fullmatch(contact_id):
        raise ValueError(f"{contact_id!r} is no contact id")
    return directory / f"{contact_id}{SUFFIX}"
