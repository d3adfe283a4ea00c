"""Do rows, files and marks agree? The rows come in as plain values; whoever has them reads them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path


class Expected(Enum):
    """What a row says of its file."""

    RUNNING = "is being written"
    THERE = "can be played"
    PERHAPS = "failed: what could be saved, if anything"
    GONE = "was deleted"


@dataclass(frozen=True, slots=True)
class Row:
    contact_id: str
    path: Path
    expected: Expected


@dataclass(frozen=True, slots=True)
class Marks:
    """Recordings that are marked: as being written, and growing or left; as without a manifest."""

    writing: tuple[Path, ...] = ()
    left: tuple[Path, ...] = ()
    unsealed: tuple[Path, ...] = ()


class Mismatch(Enum):
    FILE_WITHOUT_ROW = "file without a row"
    ROW_WITHOUT_FILE = "row without a file"
    ROW_NAMES_ANOTHER_FILE = "row names a file that is elsewhere, or in another format"
    DELETED_BUT_THERE = "row says deleted, the file is there"
    NEVER_FINISHED = "row says running, nothing is being written"
    LEFT_UNFINISHED = "marked as being written, but nobody writes it"
    LEFT_UNSEALED = "finished, but without a manifest"


@dataclass(frozen=True, slots=True)
class Discrepancy:
    mismatch: Mismatch
    path: Path


def reconcile(rows: Iterable[Row], files: Iterable[Path], marks: Marks) -> list[Discrepancy]:
    """Everything that does not fit, by path.

    A recording is known by its name without the ending, which says its contact and its time.
    """
    known = {row.path.stem: row for row in rows}
    lying: dict[str, set[Path]] = {}
    for path in files:
        lying.setdefault(path.stem, set()).add(path)
    found = (
        *_of_rows(known, lying, {path.stem for path in marks.writing + marks.left}),
        *_of_files(known, lying),
        *_of_marks(known, marks),
    )
    return sorted(found, key=lambda one: (str(one.path), one.mismatch.name))


def _of_rows(
    rows: Mapping[str, Row], files: Mapping[str, set[Path]], unfinished: set[str]
) -> Iterator[Discrepancy]:
    for name, row in rows.items():
        paths = files.get(name, set())
        match row.expected:
            case Expected.GONE if paths:
                yield Discrepancy(Mismatch.DELETED_BUT_THERE, row.path)
            case Expected.RUNNING if name not in unfinished:
                yield Discrepancy(Mismatch.NEVER_FINISHED, row.path)
            case Expected.THERE if not paths:
                yield Discrepancy(Mismatch.ROW_WITHOUT_FILE, row.path)
            case Expected.THERE if row.path not in paths:
                yield Discrepancy(Mismatch.ROW_NAMES_ANOTHER_FILE, row.path)


def _of_files(rows: Mapping[str, Row], files: Mapping[str, set[Path]]) -> Iterator[Discrepancy]:
    for name, paths in files.items():
        if name not in rows:
            yield from (Discrepancy(Mismatch.FILE_WITHOUT_ROW, path) for path in paths)


def _of_marks(rows: Mapping[str, Row], marks: Marks) -> Iterator[Discrepancy]:
    running = {name for name, row in rows.items() if row.expected is Expected.RUNNING}
    for path in marks.left:
        yield Discrepancy(Mismatch.LEFT_UNFINISHED, path)
    for path in marks.writing:
        if path.stem not in running:
            yield Discrepancy(Mismatch.LEFT_UNFINISHED, path)
    for path in marks.unsealed:
        if path.stem not in running:
            yield Discrepancy(Mismatch.LEFT_UNSEALED, path)
