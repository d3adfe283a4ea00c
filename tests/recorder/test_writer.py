from __future__ import annotations

import os
import queue
import resource
import signal
import subprocess
import sys
import threading
import time
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile

import recorder
from config.settings import RecordingSettings
from recorder import Finished, NoSpace, RecordingError, Writer
from recorder.recording import FRAME_BYTES, SAMPLE_RATE
from recorder.sound_file import HEADER_BYTES
from recorder.space import Watermarks
from recorder.store import Mark, Marked, Store
from recorder.timeline import NARROW_RATE, Gap, ramp_frames
from recorder.writer import THREAD_NAME
from tests.recorder.desk import Desk, desk, wait_until
from tests.recorder.sources import (
    AGENT_HZ,
    CUSTOMER_HZ,
    STARTED,
    RunningTone,
    Tape,
    contact_id,
    conversation,
)
from tests.rig import tones
from tests.rig.patience import PATIENCE_SECONDS

RAMP_FRAMES = ramp_frames(NARROW_RATE)
BUSY_SECONDS = 1.0  # how late a thread may be on a machine that has much else to do


def writers() -> int:
    """Threads that write recordings."""
    return [thread.name for thread in threading.enumerate()].count(THREAD_NAME)


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_recording_is_reported_once_with_its_facts_and_holds_every_sample(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        path = one.writer.start_recording(contact_id(1), STARTED, Tape(conversation(2.345)))
        assert one.finished() == Finished(contact_id(1), path, 18760, 8000, 0)
    assert one.nothing_more()
    assert tones.read_wav(path)[0].astype("<i2").tobytes() == conversation(2.345)


def test_the_file_is_valid_and_empty_when_start_returns(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        source = Tape(closed=False)
        path = one.writer.start_recording(contact_id(1), STARTED, source)
        with wave.open(str(path), "rb") as file:
            assert (file.getnframes(), file.getnchannels(), file.getframerate()) == (0, 2, 8000)
        source.close()
        assert one.finished().frames == 0


def test_blocks_reach_the_file_while_the_recording_runs(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        source = Tape(conversation(1.0), closed=False)
        path = one.writer.start_recording(contact_id(1), STARTED, source)
        wait_until(lambda: soundfile.info(path).frames == SAMPLE_RATE - RAMP_FRAMES)
        source.feed(conversation(0.5))
        source.close()
        assert one.finished().frames == SAMPLE_RATE * 3 // 2


def test_the_left_channel_is_the_customer_and_the_right_one_the_agent(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        path = one.writer.start_recording(contact_id(1), STARTED, Tape(conversation(1.5)))
        one.finished()
    left, right = tones.read_wav(path)[0].T
    assert tones.dominant_frequency(left) == pytest.approx(CUSTOMER_HZ, abs=0.5)
    assert tones.dominant_frequency(right) == pytest.approx(AGENT_HZ, abs=0.5)
    assert tones.crosstalk_db(right, left, CUSTOMER_HZ) > 90
    assert tones.crosstalk_db(left, right, AGENT_HZ) > 90


def test_a_hundred_recordings_at_once_are_a_hundred_whole_files_and_one_thread(
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng(7)
    tapes = [rng.integers(-9000, 9000, 2 * (8000 + n), np.int16).tobytes() for n in range(100)]
    with desk(tmp_path) as one:
        paths = [
            one.writer.start_recording(contact_id(n), STARTED, Tape(tape, at_once=5000))
            for n, tape in enumerate(tapes)
        ]
        assert writers() == 1
        reports = {report.contact_id: report for report in (one.finished() for _ in tapes)}
    assert one.nothing_more()
    for number, (path, tape) in enumerate(zip(paths, tapes, strict=True)):
        assert reports[contact_id(number)] == Finished(
            contact_id(number), path, 8000 + number, 8000, 0
        )
        assert tones.read_wav(path)[0].astype("<i2").tobytes() == tape
    assert writers() == 0


def test_a_source_that_gives_little_at_a_time_is_still_read_to_its_end(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        source = Tape(conversation(0.05), at_once=160)
        path = one.writer.start_recording(contact_id(1), STARTED, source)
        assert one.finished().frames == 400
    assert tones.read_wav(path)[0].astype("<i2").tobytes() == conversation(0.05)


def test_frames_the_source_lost_are_in_the_report(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        source = Tape(conversation(0.1))
        source.overruns = 320
        one.writer.start_recording(contact_id(1), STARTED, source)
        assert one.finished().overruns == 320


def test_a_source_that_raises_costs_its_own_recording_only(tmp_path: Path) -> None:
    class Broken(Tape):
        def read(self, max_frames: int) -> bytes:
            raise OSError("the mixer is gone")

    with desk(tmp_path) as one:
        one.writer.start_recording(contact_id(1), STARTED, Broken(conversation(1.0)))
        one.writer.start_recording(contact_id(2), STARTED, Tape(conversation(1.0)))
        reports = sorted((one.finished(), one.finished()), key=lambda report: report.contact_id)
    assert reports[0].error == "the source failed: OSError('the mixer is gone')"
    assert (reports[1].error, reports[1].frames) == (None, SAMPLE_RATE)


def test_a_listener_that_raises_does_not_stop_the_thread(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    heard: queue.SimpleQueue[Finished] = queue.SimpleQueue()

    def listen(report: Finished) -> None:
        heard.put(report)
        raise LookupError("nobody at home")

    writer = Writer(RecordingSettings(directory=tmp_path, min_free_bytes=0), listen)
    writer.start()
    for number in (1, 2):
        writer.start_recording(contact_id(number), STARTED, Tape(conversation(0.1)))
        assert heard.get(timeout=PATIENCE_SECONDS).contact_id == contact_id(number)
    assert writer.stop()
    assert "nobody at home" in capsys.readouterr().out


def test_stop_waits_for_sources_that_are_about_to_end(tmp_path: Path) -> None:
    one = Desk(tmp_path)
    one.writer.start()
    source = Tape(conversation(0.3), closed=False)
    one.writer.start_recording(contact_id(1), STARTED, source)

    def hang_up() -> None:
        source.feed(conversation(0.3))
        source.close()

    late = threading.Timer(0.1, hang_up)
    late.start()
    assert one.writer.stop()
    assert one.finished().frames == 4800
    late.join()


def test_stop_cuts_off_a_source_that_does_not_end_and_keeps_what_it_gave(tmp_path: Path) -> None:
    one = Desk(tmp_path)
    one.writer.start()
    path = one.writer.start_recording(contact_id(1), STARTED, Tape(conversation(0.7), closed=False))
    assert one.writer.stop(timeout=1.0)
    assert one.finished() == Finished(contact_id(1), path, 5600, 8000, 0)
    assert recorder.repair(tmp_path) == []


def test_what_started_just_before_the_stop_is_finished_too(tmp_path: Path) -> None:
    for number in range(20):
        one = Desk(tmp_path)
        one.writer.start()
        one.writer.start_recording(contact_id(number), STARTED, Tape(conversation(0.1)))
        assert one.writer.stop()
        assert one.finished().frames == 800


def test_stop_gives_up_on_a_disk_that_hangs(tmp_path: Path) -> None:
    hanging = threading.Event()

    class Hung(Tape):
        def read(self, max_frames: int) -> bytes:
            hanging.wait()
            return super().read(max_frames)

    one = Desk(tmp_path)
    one.writer.start()
    one.writer.start_recording(contact_id(1), STARTED, Hung(conversation(0.1)))
    assert not one.writer.stop(timeout=0.05)
    hanging.set()
    assert one.writer.stop()
    assert one.finished().frames == 800


def test_a_writer_that_is_not_running_refuses(tmp_path: Path) -> None:
    one = Desk(tmp_path)
    with pytest.raises(RecordingError, match="not running"):
        one.writer.start_recording(contact_id(1), STARTED, Tape())
    assert one.writer.stop()
    with desk(tmp_path) as stopped:
        stopped.writer.stop()
        with pytest.raises(RecordingError, match="not running"):
            stopped.writer.start_recording(contact_id(1), STARTED, Tape())
    assert list(tmp_path.iterdir()) == []


def test_without_space_no_recording_starts_and_those_that_run_go_on(tmp_path: Path) -> None:
    with desk(tmp_path, min_free_bytes=1 << 62) as full, desk(tmp_path) as one:
        one.writer.start_recording(contact_id(1), STARTED, Tape(conversation(0.1)))
        with pytest.raises(NoSpace):
            full.writer.start_recording(contact_id(2), STARTED, Tape(conversation(0.1)))
        assert one.finished().error is None
    assert full.nothing_more()


def test_the_same_recording_twice_is_refused_and_the_first_goes_on(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        source = Tape(conversation(0.1), closed=False)
        one.writer.start_recording(contact_id(1), STARTED, source)
        with pytest.raises(RecordingError):
            one.writer.start_recording(contact_id(1), STARTED, Tape(conversation(0.2)))
        source.close()
        assert one.finished().frames == 800


def test_lost_frames_are_silence_where_they_were_lost(tmp_path: Path) -> None:
    """A source that was full holds what came before; what comes after is in its place."""
    with desk(tmp_path) as one:
        source = Tape(conversation(4.0), closed=False)
        source.overruns = 8000
        path = one.writer.start_recording(contact_id(1), STARTED, source)
        wait_until(lambda: source.is_empty)
        source.feed(conversation(1.0))
        source.close()
        report = one.finished()
    assert (report.frames, report.overruns) == (48_000, 8000)
    assert report.gaps == (Gap(0, 40_000, 8000),)
    sound = tones.read_wav(path)[0].astype("<i2").tobytes()
    assert sound == conversation(4.0) + bytes(8000 * FRAME_BYTES) + conversation(1.0)


def test_what_is_finished_waits_for_its_manifest(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        one.writer.start_recording(contact_id(1), STARTED, Tape(conversation(0.1)))
        report = one.finished()
    store = Store(tmp_path, Watermarks.above(0))
    assert store.marked(Mark.UNSEALED) == [Marked(STARTED, report)]
    assert store.marked(Mark.UNFINISHED) == []


def test_little_space_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    free = os.statvfs(tmp_path)
    floor = free.f_bavail * free.f_frsize // 2
    with desk(tmp_path, min_free_bytes=floor) as one:
        for number in (1, 2):
            one.writer.start_recording(contact_id(number), STARTED, Tape(conversation(0.1)))
            one.finished()
    assert capsys.readouterr().out.count("LOW") == 1


FILE_SIZE_LIMIT = 100_000  # bytes


def record_beyond_the_limit(directory: Path) -> None:
    """Runs in a process of its own: no file may grow beyond the limit."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_SIZE_LIMIT, FILE_SIZE_LIMIT))
    with desk(directory) as one:
        one.writer.start_recording(contact_id(1), STARTED, Tape(conversation(5.0)))
        one.writer.start_recording(contact_id(2), STARTED, Tape(conversation(3.0)))
        for report in sorted((one.finished(), one.finished()), key=lambda it: it.contact_id):
            print(report.frames, report.error)


def test_a_write_error_fails_that_recording_with_its_reason_and_never_the_others(
    tmp_path: Path,
) -> None:
    program = (
        "from pathlib import Path\n"
        "from tests.recorder.test_writer import record_beyond_the_limit\n"
        f"record_beyond_the_limit(Path({str(tmp_path)!r}))\n"
    )
    child = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    failed, whole = child.stdout.splitlines()
    assert "File too large" in failed
    assert whole == f"{3 * SAMPLE_RATE} None"
    first, second = sorted((tmp_path / "CallRecordings").rglob("*.wav"))
    kept, _ = tones.read_wav(first)
    assert len(kept) == int(failed.split()[0]) == (FILE_SIZE_LIMIT - HEADER_BYTES) // FRAME_BYTES
    assert kept.astype("<i2").tobytes() == conversation(5.0)[: FRAME_BYTES * len(kept)]
    assert len(tones.read_wav(second)[0]) == 3 * SAMPLE_RATE


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[None]:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("mounting a small file system needs root and CAP_SYS_ADMIN")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_fails_the_recording_and_keeps_what_fitted(tmp_path: Path) -> None:
    before = open_descriptors()
    with small_disk(tmp_path, "128k"), desk(tmp_path) as one:
        path = one.writer.start_recording(contact_id(1), STARTED, Tape(conversation(6.0)))
        report = one.finished()
        assert report.error and "No space left on device" in report.error
        kept, _ = tones.read_wav(path)
        assert len(kept) == report.frames > 2 * SAMPLE_RATE
        assert kept.astype("<i2").tobytes() == conversation(6.0)[: FRAME_BYTES * len(kept)]
        with pytest.raises(RecordingError, match="No space left on device"):
            one.writer.start_recording(contact_id(2), STARTED, Tape(conversation(1.0)))
        assert list((tmp_path / "CallRecordings").rglob("*.wav")) == [path]
        assert not list(tmp_path.rglob(f"*{contact_id(2)}*"))
        assert open_descriptors() == before


def test_a_killed_process_leaves_a_playable_file_and_loses_at_most_a_second_and_a_half(
    tmp_path: Path,
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.recorder.sources", str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
    )
    with child:
        assert child.stdout
        path, began = child.stdout.readline().split()
        wait_until(lambda: time.monotonic() > float(began) + 2.9)
        child.send_signal(signal.SIGKILL)
        killed_after = time.monotonic() - float(began)
    with wave.open(path, "rb") as file:
        frames = file.getnframes()
    assert killed_after - 1.5 - BUSY_SECONDS <= frames / SAMPLE_RATE <= killed_after
    assert soundfile.info(path).frames == frames
    left, right = tones.read_wav(Path(path))[0].T
    for channel, frequency in ((left, CUSTOMER_HZ), (right, AGENT_HZ)):
        (whole,) = tones.spans(channel, frequency)
        assert whole.seconds == pytest.approx(frames / SAMPLE_RATE, abs=0.004)
    (repaired,) = recorder.repair(tmp_path)
    assert (repaired.path, repaired.frames, repaired.error) == (Path(path), frames, None)


def test_a_recording_in_real_time_is_as_long_as_it_took(tmp_path: Path) -> None:
    with desk(tmp_path) as one:
        source = RunningTone()
        path = one.writer.start_recording(contact_id(1), STARTED, source)
        wait_until(lambda: soundfile.info(path).frames > 0)
        ran = time.monotonic() - source.began
        one.writer.stop()
        took = time.monotonic() - source.began
        assert ran <= one.finished().frames / SAMPLE_RATE <= took
