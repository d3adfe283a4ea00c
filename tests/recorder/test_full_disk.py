"""A file system of 20 MB that fills: recordings end where it was full, and none is half written."""

from __future__ import annotations

import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path

import pytest

from recorder import Archive, Facts, Finished, NoSpace, repair, verification
from recorder.archive import manifest_path
from recorder.recording import FRAME_BYTES
from recorder.signing import PUBLIC_NAME, PublicKey, keys
from tests.recorder.desk import desk, wait_until
from tests.recorder.sources import STARTED, Tape, contact_id, conversation

DISK_BYTES = 20 << 20
TAKEN_BYTES = 17 << 20  # by other things: a writer may take seconds to fill what is left
FLOOR_BYTES = 1 << 20
SECONDS = 45.0  # of each of four recordings: together they do not fit
COUNT = 4


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(tmp_path)]
    tried = subprocess.run(mount, capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"mounting takes privileges: {tried.stderr.strip()}")
    (tmp_path / "ballast").write_bytes(bytes(TAKEN_BYTES))
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def fill(disk: Path) -> list[Finished]:
    """Four recordings at once, of which not all fit; a fifth is refused meanwhile."""
    with desk(disk, FLOOR_BYTES) as one:
        tape = conversation(SECONDS)
        for number in range(COUNT):
            one.writer.start_recording(contact_id(number), STARTED, Tape(tape, at_once=40_000))
        wait_until(lambda: one.writer.obstacle() is not None)
        with pytest.raises(NoSpace, match="bytes free"):
            one.writer.start_recording(contact_id(COUNT), STARTED, Tape(tape))
        return [one.finished() for _ in range(COUNT)]


def test_what_was_recorded_before_the_disk_was_full_is_whole_and_can_be_proven(disk: Path) -> None:
    archive = Archive(disk)
    reports = fill(disk)
    failed = [report for report in reports if report.error]
    assert failed and all("No space left" in (report.error or "") for report in failed)
    for report in reports:
        with wave.open(str(report.path)) as file:
            assert file.getnframes() == report.frames
            heard = file.readframes(report.frames)
        assert heard == conversation(SECONDS)[: report.frames * FRAME_BYTES]
    assert not list((disk / "CallRecordings").rglob(f"{contact_id(COUNT)}*"))
    (disk / "ballast").unlink()  # the operator makes room
    for report in reports:
        archive.seal(report, Facts(STARTED))
        assert manifest_path(report.path).exists()
    with desk(disk, FLOOR_BYTES) as one:
        one.writer.start_recording(contact_id(9), STARTED, Tape(conversation(1.0)))
        archive.seal(one.finished(), Facts(STARTED))
    assert repair(disk) == []
    public = PublicKey.read(keys(disk) / PUBLIC_NAME)
    report = verification.verify_all(disk, public)
    assert (report.sealed, report.findings) == (COUNT + 1, ())
