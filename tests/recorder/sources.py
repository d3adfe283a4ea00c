"""Frame sources for the recorder's tests: a tape laid ready, and a tone that runs in real time.

Run as a program, `python -m tests.recorder.sources DIRECTORY [MASTER]`, it records such a tone
until it is killed, having printed the path of the file and the instant (time.monotonic) of the
first frame; encrypted where there is a master key (base64).
"""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import numpy as np

from config.settings import RecordingSettings
from recorder import Vault, Writer
from recorder.data_key import MasterKeys
from recorder.recording import FRAME_BYTES, SAMPLE_RATE
from tests.rig import tones

CUSTOMER_HZ, AGENT_HZ = 440.0, 700.0
STARTED = datetime(2024, 2, 29, 23, 59, 30, tzinfo=UTC)


def contact_id(number: int) -> str:
    return str(UUID(int=number))


def conversation(seconds: float) -> bytes:
    """Stereo frames: the customer's tone on the left, the agent's on the right."""
    left, right = tones.tone(CUSTOMER_HZ, seconds), tones.tone(AGENT_HZ, seconds)
    return np.stack([left, right], axis=1).astype("<i2").tobytes()


class Tape:
    """Frames laid ready; more may be fed, and it ends when told and read to its end."""

    def __init__(self, frames: bytes = b"", *, closed: bool = True, at_once: int = 1 << 30) -> None:
        self._frames = bytearray(frames)
        self._closed = closed
        self._at_once = at_once
        self._gate = threading.Lock()
        self.overruns = 0

    def feed(self, frames: bytes) -> None:
        with self._gate:
            self._frames += frames

    def close(self) -> None:
        with self._gate:
            self._closed = True

    def read(self, max_frames: int) -> bytes:
        with self._gate:
            size = min(max_frames, self._at_once) * FRAME_BYTES
            frames = bytes(self._frames[:size])
            del self._frames[:size]
            return frames

    @property
    def ended(self) -> bool:
        with self._gate:
            return self._closed and not self._frames

    @property
    def is_empty(self) -> bool:
        with self._gate:
            return not self._frames


class RunningTone:
    """A conversation of tones at the pace of the clock; it never ends by itself."""

    overruns = 0
    ended = False

    def __init__(self) -> None:
        self.began = time.monotonic()
        self._second = conversation(1.0)  # whole periods: any number of them is one steady tone
        self._given = 0

    def read(self, max_frames: int) -> bytes:
        due = int((time.monotonic() - self.began) * SAMPLE_RATE) - self._given
        frames = min(due, max_frames)
        first = self._given % SAMPLE_RATE
        self._given += frames
        whole = self._second * (2 + frames // SAMPLE_RATE)
        return whole[first * FRAME_BYTES : (first + frames) * FRAME_BYTES]


def record_until_killed(directory: Path, masters: list[str]) -> None:
    vault = Vault(MasterKeys.parse(masters)) if masters else Vault()
    writer = Writer(RecordingSettings(directory=directory, min_free_bytes=0), print, vault)
    writer.start()
    source = RunningTone()
    path = writer.start_recording(contact_id(1), STARTED, source)
    print(path, source.began, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    record_until_killed(Path(sys.argv[1]), sys.argv[2:])
