"""What a recording costs: many at once, through the one thread that writes them.

    python -m bench.recorder --recordings 1000 --seconds 20 --json

Sources of speech run by the clock, as the taps of the mixer do, and hold as much as those; with
--fast they always have some, and the figures are those of a disk and a CPU that never wait. The
figures of the JSON object:

cpu_us_per_recording_s           CPU of the writer's thread in microseconds for each recording and
                                 second of it, kernel included, from first start to last file
cpu_us_per_recording_s_native    of these, what libsndfile and the kernel take for the same blocks:
                                 measured alone, right after, on as many files (at most BARE_FILES)
cpu_us_per_recording_s_python    the rest: polling, the table, reading the sources, which here are
                                 Python too
write_calls_per_s                system calls that write, of the whole writer, in a second
bytes_per_recording              of its file
overruns                         frames lost because the writer came too late, over all recordings
problems                         why the exit code is 1: a file that is not as long as it should be

Each figure is there a second time, encrypted_..., of as many recordings again that are encrypted
from their first frame.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import numpy as np
from rich.table import Table

from bench.engine_process import ROOT
from bench.report import report
from bench.usage import RECORDER_THREAD, machine, read_thread
from config.settings import RecordingSettings
from recorder import Finished, RecordingError, Vault, Writer
from recorder.data_key import KEY_BYTES, MasterKey, MasterKeys
from recorder.recording import BLOCK_FRAMES, FRAME_BYTES, SAMPLE_RATE

MAX_RECORDINGS, MAX_SECONDS = 5000, 3600.0
BARE_FILES = 200
RING_FRAMES = 1 << 15  # what a tap of the mixer holds
SPEECH_SECONDS = 8  # of noise that repeats: more than a source can hold
GRACE_SECONDS = 60.0  # for the last files, on a slow disk

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Options:
    recordings: int
    seconds: float
    fast: bool

    @property
    def frames(self) -> int:
        """Of each recording."""
        return round(self.seconds * SAMPLE_RATE)


class Speech:
    """A source as long as it is told, by the clock or as fast as it is read."""

    def __init__(self, noise: bytes, frames: int, *, fast: bool) -> None:
        self.overruns = 0
        self._noise, self._frames, self._fast = noise, frames, fast
        self._began = time.monotonic()
        self._at = 0  # the next frame

    @property
    def ended(self) -> bool:
        return self._at >= self._frames

    def read(self, max_frames: int) -> bytes:
        ready = self._ready()
        if (late := ready - RING_FRAMES) > 0:
            self.overruns += late
            self._at += late
        count = min(ready, RING_FRAMES, max_frames)
        first = self._at % (len(self._noise) // FRAME_BYTES - RING_FRAMES)
        self._at += count
        return self._noise[first * FRAME_BYTES : (first + count) * FRAME_BYTES]

    def _ready(self) -> int:
        left = self._frames - self._at
        if self._fast:
            return min(left, BLOCK_FRAMES)
        spoken = int((time.monotonic() - self._began) * SAMPLE_RATE)
        return min(left, spoken - self._at)


@dataclass(frozen=True, slots=True)
class Effort:
    """Of a thread: microseconds of CPU, and system calls that write."""

    cpu_us: float
    writes: int

    def __sub__(self, earlier: Effort) -> Effort:
        return Effort(self.cpu_us - earlier.cpu_us, self.writes - earlier.writes)


def effort(task: Path) -> Effort:
    facts = dict(line.split(": ") for line in (task / "io").read_text().splitlines())
    return Effort(read_thread(task)[1], int(facts["syscw"]))


def writer_task() -> Path:
    """The writer's thread, once it has its name."""
    while True:
        for task in Path("/proc/self/task").iterdir():
            if read_thread(task)[0] == RECORDER_THREAD:
                return task
        time.sleep(0.001)


@dataclass(frozen=True, slots=True)
class Measured:
    effort: Effort
    seconds: float
    reports: list[Finished]


def measure(options: Options, noise: bytes, directory: Path, vault: Vault) -> Measured:
    """Record all of them. Raises RecordingError, or TimeoutError when files are missing."""
    reports: SimpleQueue[Finished] = SimpleQueue()
    done = threading.Semaphore(0)

    def on_finished(report: Finished) -> None:
        reports.put(report)
        done.release()

    writer = Writer(RecordingSettings(directory=directory), on_finished, vault)
    writer.start()
    task = writer_task()
    before, began = effort(task), time.monotonic()
    for number in range(options.recordings):
        source = Speech(noise, options.frames, fast=options.fast)
        writer.start_recording(str(UUID(int=number)), datetime.now(UTC), source)
    for _ in range(options.recordings):
        if not done.acquire(timeout=options.seconds + GRACE_SECONDS):
            raise TimeoutError(f"{reports.qsize()} of {options.recordings} files are finished")
    used, took = effort(task) - before, time.monotonic() - began
    writer.stop()
    return Measured(used, took, [reports.get() for _ in range(options.recordings)])


def bare_us(options: Options, noise: bytes, directory: Path, vault: Vault) -> float:
    """CPU for each recording and second when nothing is done but to write its blocks."""
    directory.mkdir(parents=True)
    task = Path(f"/proc/self/task/{threading.get_native_id()}")
    count = min(options.recordings, BARE_FILES)
    files = [vault.create(directory / f"{number}.wav") for number in range(count)]
    before = effort(task)  # files are made by whoever starts a recording, not by the writer
    for first in range(0, options.frames, BLOCK_FRAMES):
        block = noise[: min(BLOCK_FRAMES, options.frames - first) * FRAME_BYTES]
        for file in files:
            file.write(block)
    for file in files:
        file.close()
    return (effort(task) - before).cpu_us / (count * options.seconds)


def problems(options: Options, reports: list[Finished]) -> list[str]:
    """Recordings that are not as they must be."""
    wrong = [f"{one.contact_id}: {one.error}" for one in reports if one.error]
    short = [one for one in reports if one.frames != options.frames]
    wrong += [f"{one.contact_id}: {one.frames} frames, not {options.frames}" for one in short]
    if lost := sum(one.overruns for one in reports):
        wrong.append(f"{lost} frames came too late to be written")
    return wrong


def run(options: Options, directory: Path) -> Json:
    rng = np.random.default_rng(1)
    shape = (SPEECH_SECONDS * SAMPLE_RATE, 2)
    noise = rng.normal(0, 3000, shape).astype("<i2").tobytes()
    plain = figures(options, noise, directory / "plain", Vault())
    masters = MasterKeys((MasterKey(bytes(range(KEY_BYTES))),))
    encrypted = figures(options, noise, directory / "encrypted", Vault(masters))
    wrong = plain.pop("problems") + encrypted.pop("problems")
    return {
        "recordings": options.recordings,
        "seconds": options.seconds,
        "fast": options.fast,
        **plain,
        **{f"encrypted_{name}": value for name, value in encrypted.items()},
        "machine": machine(),
        "problems": wrong,
    }


def figures(options: Options, noise: bytes, directory: Path, vault: Vault) -> Json:
    seen = measure(options, noise, directory / "recorded", vault)
    native = bare_us(options, noise, directory / "bare", vault)
    whole = seen.effort.cpu_us / (options.recordings * options.seconds)
    sizes = [one.path.stat().st_size for one in seen.reports]
    return {
        "took_s": round(seen.seconds, 2),
        "cpu_us_per_recording_s": round(whole, 1),
        "cpu_us_per_recording_s_python": round(whole - native, 1),
        "cpu_us_per_recording_s_native": round(native, 1),
        "write_calls_per_s": round(seen.effort.writes / seen.seconds, 1),
        "bytes_per_recording": sum(sizes) // len(sizes),
        "overruns": sum(one.overruns for one in seen.reports),
        "problems": problems(options, seen.reports),
    }


def table(figures: Json) -> Table:
    shown = Table("figure", "value", title="Recordings through one thread")
    for name, value in figures.items():
        if isinstance(value, dict):
            value = ", ".join(f"{key} {part}" for key, part in value.items())
        if not name.endswith("problems"):
            shown.add_row(name, str(value))
    return shown


def parse() -> tuple[Options, bool]:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recordings", type=int, default=1000, help=f"1 to {MAX_RECORDINGS}")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each recording")
    parser.add_argument("--fast", action="store_true", help="do not wait for the clock")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    arguments = parser.parse_args()
    if not 1 <= arguments.recordings <= MAX_RECORDINGS:
        parser.error(f"--recordings goes from 1 to {MAX_RECORDINGS}")
    if not 0 < arguments.seconds <= MAX_SECONDS:
        parser.error(f"--seconds goes up to {MAX_SECONDS:g}")
    return Options(arguments.recordings, arguments.seconds, arguments.fast), arguments.json


def main() -> None:
    options, as_json = parse()
    parent = ROOT / "var" / "bench"  # on the disk that recordings go to, unlike /tmp
    parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=parent) as folder:
        try:
            figures = run(options, Path(folder))
        except (RecordingError, OSError, TimeoutError) as error:
            sys.exit(f"bench.recorder: {type(error).__name__}: {error}")
    report(figures, None if as_json else table(figures))


if __name__ == "__main__":
    main()
