from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.tapes import Entry
from engine.trace_files import TraceFiles, path_of, read


def entry(at: float, contact_id: str = "one", message: str = "BYE sip:a SIP/2.0\r\n\r\n") -> Entry:
    return Entry(contact_id, at, "customer", "10.0.0.2:5060", "UDP", False, message)


@pytest.fixture
def files(tmp_path: Path) -> TraceFiles:
    return TraceFiles(tmp_path / "traces", 3, 100_000)


def test_what_is_written_in_pieces_is_read_in_order_of_time(
    files: TraceFiles, tmp_path: Path
) -> None:
    files.append("one", [entry(3.0), entry(1.0)])
    files.append("one", [entry(2.0, message="\udc80\u2028ü")])
    assert [one.at for one in read(tmp_path / "traces", "one")] == [1.0, 2.0, 3.0]
    assert read(tmp_path / "traces", "two") == []


def test_only_we_may_read_them(files: TraceFiles, tmp_path: Path) -> None:
    files.append("one", [entry(1.0)])
    assert (tmp_path / "traces").stat().st_mode & 0o077 == 0
    assert path_of(tmp_path / "traces", "one").stat().st_mode & 0o077 == 0


def test_a_crash_while_writing_costs_no_more_than_what_was_being_written(
    files: TraceFiles, tmp_path: Path
) -> None:
    files.append("one", [entry(1.0)])
    files.append("one", [entry(2.0)])
    path = path_of(tmp_path / "traces", "one")
    path.write_bytes(path.read_bytes()[:-20])
    assert [one.at for one in read(tmp_path / "traces", "one")] == [1.0]


def test_the_oldest_contacts_make_room(files: TraceFiles, tmp_path: Path) -> None:
    for number in range(4):
        files.append(f"c{number}", [entry(1.0, f"c{number}")])
    files.append("c1", [entry(2.0, "c1")])
    files.append("c4", [entry(1.0, "c4")])
    kept = {path.name.partition(".")[0] for path in (tmp_path / "traces").iterdir()}
    assert kept == {"c1", "c3", "c4"}


def test_the_disk_is_not_filled(tmp_path: Path) -> None:
    files = TraceFiles(tmp_path, 1000, 20_000)
    for number in range(20):
        noise = os.urandom(2000).hex()
        files.append(f"c{number}", [entry(1.0, f"c{number}", noise)])
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 20_000


def test_traces_of_an_earlier_run_count_too(files: TraceFiles, tmp_path: Path) -> None:
    for number in range(3):
        files.append(f"c{number}", [entry(1.0)])
        os.utime(path_of(tmp_path / "traces", f"c{number}"), (number, number))
    TraceFiles(tmp_path / "traces", 3, 100_000).append("new", [entry(1.0)])
    assert read(tmp_path / "traces", "c0") == []
    assert len(list((tmp_path / "traces").iterdir())) == 3


@pytest.mark.parametrize("contact_id", ["", "../secret", "a/b", "-x", "x" * 65, "a\0"])
def test_a_contact_id_is_no_path(tmp_path: Path, contact_id: str) -> None:
    with pytest.raises(ValueError, match="no contact id"):
        read(tmp_path, contact_id)
