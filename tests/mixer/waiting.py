"""A mixer's settings, and waiting for it in real time: what it tells, what a tap holds, its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np

from config.settings import MediaSettings
from mixer import Mixer, Tap
from tests.rig.patience import PATIENCE_SECONDS
from tests.rig.tones import Samples


def settings(**changes: object) -> MediaSettings:
    usual = {"port_min": 33000, "port_max": 33999, "max_ports": 64}
    return MediaSettings.model_validate({**usual, **changes})


def until(met: Callable[[], bool], mixer: Mixer, seconds: float = PATIENCE_SECONDS) -> None:
    """Read events until the condition holds."""
    deadline = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.005)
        mixer.read_events()


def drained(tap: Tap) -> Samples:
    """All of a closed tap, shape (frames, 2)."""
    frames, deadline = b"", time.monotonic() + PATIENCE_SECONDS
    while not tap.ended:
        assert time.monotonic() < deadline
        frames += tap.read(8000)
        time.sleep(0.001)
    return np.frombuffer(frames, np.int16).reshape(-1, 2)


def media_threads() -> int:
    names = []
    for task in Path("/proc/self/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            names.append((task / "comm").read_text().strip())
    return names.count("earshot-media")


def await_media_threads(count: int, seconds: float = PATIENCE_SECONDS) -> None:
    """The kernel lists a thread for a moment after it was joined."""
    deadline = time.monotonic() + seconds
    while media_threads() != count:
        assert time.monotonic() < deadline, f"{media_threads()} media threads"
        time.sleep(0.005)
