from __future__ import annotations

from pathlib import Path

import pytest

from recorder.reconciliation import Discrepancy, Expected, Marks, Mismatch, Row, reconcile

WAV, FLAC = Path("/archive/a_UTC.wav"), Path("/archive/a_UTC.flac")


def row(expected: Expected, path: Path = WAV) -> Row:
    return Row("a", path, expected)


@pytest.mark.parametrize(
    ("rows", "files", "marks"),
    [
        ([], [], Marks()),
        ([row(Expected.THERE)], [WAV], Marks()),
        ([row(Expected.THERE, FLAC)], [FLAC], Marks()),
        ([row(Expected.THERE, WAV)], [WAV, FLAC], Marks()),
        ([row(Expected.RUNNING)], [WAV], Marks(writing=(WAV,))),
        ([row(Expected.PERHAPS)], [], Marks()),
        ([row(Expected.PERHAPS)], [WAV], Marks()),
        ([row(Expected.GONE)], [], Marks()),
    ],
)
def test_what_agrees_is_not_spoken_of(rows: list[Row], files: list[Path], marks: Marks) -> None:
    assert reconcile(rows, files, marks) == []


@pytest.mark.parametrize(
    ("rows", "files", "marks", "mismatch"),
    [
        ([], [WAV], Marks(), Mismatch.FILE_WITHOUT_ROW),
        ([row(Expected.THERE)], [], Marks(), Mismatch.ROW_WITHOUT_FILE),
        ([row(Expected.THERE)], [FLAC], Marks(), Mismatch.ROW_NAMES_ANOTHER_FILE),
        ([row(Expected.GONE)], [WAV], Marks(), Mismatch.DELETED_BUT_THERE),
        ([row(Expected.RUNNING)], [WAV], Marks(), Mismatch.NEVER_FINISHED),
        ([row(Expected.RUNNING)], [WAV], Marks(left=(WAV,)), Mismatch.LEFT_UNFINISHED),
        ([row(Expected.THERE)], [WAV], Marks(writing=(WAV,)), Mismatch.LEFT_UNFINISHED),
        ([row(Expected.THERE)], [WAV], Marks(unsealed=(WAV,)), Mismatch.LEFT_UNSEALED),
    ],
)
def test_each_disagreement_has_its_name(
    rows: list[Row], files: list[Path], marks: Marks, mismatch: Mismatch
) -> None:
    assert reconcile(rows, files, marks) == [Discrepancy(mismatch, (rows[0].path if rows else WAV))]


def test_the_list_is_ordered_by_path_and_has_everything() -> None:
    other = Path("/archive/b_UTC.wav")
    found = reconcile([row(Expected.THERE, other)], [FLAC, WAV], Marks(left=(WAV,)))
    assert [(one.path, one.mismatch) for one in found] == [
        (FLAC, Mismatch.FILE_WITHOUT_ROW),
        (WAV, Mismatch.FILE_WITHOUT_ROW),
        (WAV, Mismatch.LEFT_UNFINISHED),
        (other, Mismatch.ROW_WITHOUT_FILE),
    ]
