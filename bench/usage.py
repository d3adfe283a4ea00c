"""What a running engine uses, as the kernel counts it (/proc): CPU by part, and memory."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MEDIA_THREAD, RECORDER_THREAD = "earshot-media", "earshot-writer"
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Cpu:
    """CPU time in microseconds: the media thread, the recorder's, and all the others together."""

    media: float
    recorder: float
    control: float

    @property
    def total(self) -> float:
        return self.media + self.recorder + self.control

    def __sub__(self, earlier: Cpu) -> Cpu:
        return Cpu(
            self.media - earlier.media,
            self.recorder - earlier.recorder,
            self.control - earlier.control,
        )

    def __truediv__(self, share: float) -> Cpu:
        return Cpu(self.media / share, self.recorder / share, self.control / share)


def cpu_of(pid: int) -> Cpu:
    """Since the engine started. Raises OSError when it runs no more."""
    threads = [read_thread(task) for task in tasks(pid)]
    media, recorder = (
        sum(us for name, us in threads if name == wanted)
        for wanted in (MEDIA_THREAD, RECORDER_THREAD)
    )
    return Cpu(media, recorder, sum(us for _, us in threads) - media - recorder)


def tasks(pid: int) -> Iterator[Path]:
    return Path(f"/proc/{pid}/task").iterdir()


def read_thread(task: Path) -> tuple[str, float]:
    """Its name and its microseconds: the first figure of schedstat is nanoseconds."""
    try:
        name, figures = (task / "comm").read_text(), (task / "schedstat").read_text()
    except (FileNotFoundError, ProcessLookupError):  # it has just ended
        return "", 0.0
    return name.strip(), int(figures.split()[0]) / 1000


def resident_bytes(pid: int) -> int:
    """Raises OSError when the process runs no more."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES


def machine() -> dict[str, str | int]:
    """Where figures were taken: they mean little elsewhere."""
    cpuinfo = Path("/proc/cpuinfo").read_text()
    models = [line for line in cpuinfo.splitlines() if line.startswith("model name")]
    return {
        "cpu": models[0].partition(":")[2].strip() if models else os.uname().machine,
        "cpus": len(os.sched_getaffinity(0)),
        "kernel": os.uname().release,
    }
