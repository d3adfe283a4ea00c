"""One recording, from the empty file to the finished one, as a table.

A frame is one instant of both channels: two samples, int16 LE, left then right, 1/8000 s or, where
the recording is wideband, 1/16000 s: a recording has one rate from its first frame to its last.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol

from recorder.timeline import NARROW_RATE, Gap, Suspended, Timeline

SAMPLE_RATE = NARROW_RATE  # frames a second, where nobody says otherwise
CHANNELS = 2
FRAME_BYTES = 2 * CHANNELS
BLOCK_FRAMES = 3 * SAMPLE_RATE // 8  # 375 ms a write; twice as many at 16 kHz


class RecordingError(Exception):
    """A recording cannot be made, or went wrong; the text says why."""


class NoSpace(RecordingError):
    """Less space is free than the operator wants kept: no recording starts."""


class FrameSource(Protocol):
    """Where frames come from. Every method is called on the writer's thread and returns at once."""

    def read(self, max_frames: int) -> bytes:
        """Whole frames, oldest first, about `max_frames` at most; b"" when there are none now."""

    @property
    def ended(self) -> bool:
        """No more frames will come, and the last one has been read."""

    @property
    def overruns(self) -> int:
        """Frames lost so far because nobody read them in time."""


@dataclass(frozen=True, slots=True)
class Finished:
    """The facts of a recording that is over. With an error, `frames` is what could be saved.

    `overruns`, frames the source lost, are silence in it: `gaps` says where.
    """

    contact_id: str
    path: Path
    frames: int
    sample_rate: int
    overruns: int
    error: str | None = None
    suspended: tuple[Suspended, ...] = ()
    gaps: tuple[Gap, ...] = ()


State = Enum("State", "STARTING RUNNING FINISHED FAILED")
Input = Enum("Input", "FRAMES BLOCK ENDED BROKEN")  # FRAMES: less than a block waits to be written
Do = Enum("Do", "WRITE CLOSE SALVAGE REPORT")


@dataclass(frozen=True, slots=True)
class Action:
    do: Do
    block: bytes = b""  # what to WRITE; empty for the others


TABLE: dict[tuple[State, Input], tuple[State, tuple[Do, ...]]] = {
    (State.STARTING, Input.FRAMES): (State.RUNNING, ()),
    (State.STARTING, Input.BLOCK): (State.RUNNING, (Do.WRITE,)),
    (State.STARTING, Input.ENDED): (State.FINISHED, (Do.CLOSE, Do.REPORT)),
    (State.STARTING, Input.BROKEN): (State.FAILED, (Do.SALVAGE, Do.REPORT)),
    (State.RUNNING, Input.BLOCK): (State.RUNNING, (Do.WRITE,)),
    (State.RUNNING, Input.ENDED): (State.FINISHED, (Do.WRITE, Do.CLOSE, Do.REPORT)),
    (State.RUNNING, Input.BROKEN): (State.FAILED, (Do.SALVAGE, Do.REPORT)),
    (State.FINISHED, Input.BROKEN): (State.FAILED, (Do.SALVAGE, Do.REPORT)),  # at the last write
    (State.FAILED, Input.BROKEN): (State.FAILED, (Do.REPORT,)),  # even SALVAGE did not help
}  # a pair that is not here changes nothing

OVER = frozenset({State.FINISHED, State.FAILED})


class Recording:
    """What to do with the frames that come; it holds those that do not fill a block yet.

    The last 5 ms are held back too, so that a suspension finds what it has to fade out.
    """

    def __init__(self, rate: int = SAMPLE_RATE) -> None:
        self.state = State.STARTING
        self.error: str | None = None
        self.timeline = Timeline(rate)
        self._block_bytes = BLOCK_FRAMES * rate // SAMPLE_RATE * FRAME_BYTES
        self._waiting = bytearray()

    def receive(self, frames: bytes, ended: bool, lost: int = 0) -> list[Action]:
        """Take whole frames, b"" for none; `ended` when these were the last.

        `lost` is how many the source lost between the last call and the end of these; silence
        takes their place, so that what follows stays where it belongs.
        """
        if len(frames) % FRAME_BYTES:
            return self.fail(f"the source gave {len(frames)} bytes: not whole frames")
        if lost:
            first = self.timeline.written + len(self._waiting) // FRAME_BYTES
            self.timeline.lose(first, first + len(frames) // FRAME_BYTES + lost, lost)
            frames += bytes(lost * FRAME_BYTES)
        self._waiting += frames
        block_is_full = len(self._waiting) >= self._block_bytes
        actions = []
        if frames:
            actions += self._step(Input.BLOCK if block_is_full and not ended else Input.FRAMES)
        if ended:
            actions += self._step(Input.ENDED)
        return actions

    def fail(self, error: str) -> list[Action]:
        """Something broke: what is in the file is kept, what waits is dropped."""
        self.error = self.error or error
        return self._step(Input.BROKEN)

    def _step(self, event: Input) -> list[Action]:
        self.state, steps = TABLE.get((self.state, event), (self.state, ()))
        return [Action(do, self._take() if do is Do.WRITE else b"") for do in steps]

    def _take(self) -> bytes:
        held_back = 0 if self.state in OVER else self.timeline.ramp * FRAME_BYTES
        size = len(self._waiting) - held_back
        block = self.timeline.take(bytes(self._waiting[:size]))
        del self._waiting[:size]
        return block
