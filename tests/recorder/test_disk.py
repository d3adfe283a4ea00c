from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from recorder import RecordingError
from recorder.disk import file_sha256, file_size, settle, sync, write


def test_a_file_is_written_whole_and_over_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    for text in (b"first", b"second"):
        write(path, text)
        assert path.read_bytes() == text
    write(path, b"third", durable=False)
    assert [each.name for each in tmp_path.iterdir()] == ["one.json"]
    assert (file_size(path), file_sha256(path)) == (5, sha256(b"third").hexdigest())


def test_what_was_written_under_another_name_takes_its_place(tmp_path: Path) -> None:
    fresh, path = tmp_path / "one.fresh", tmp_path / "one.flac"
    fresh.write_bytes(b"sound")
    settle(fresh, path)
    assert path.read_bytes() == b"sound" and not fresh.exists()
    with pytest.raises(RecordingError, match="No such file"):
        settle(fresh, path)


def test_what_cannot_be_done_says_why(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere" / "one.json"
    with pytest.raises(RecordingError, match="cannot be written: No such file"):
        write(nowhere, b"")
    for question in (sync, file_sha256):
        with pytest.raises(RecordingError, match="No such file"):
            question(nowhere)
    assert file_size(nowhere) is None
