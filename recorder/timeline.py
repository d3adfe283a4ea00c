"""Frames by number: where an instant lies, and what is silenced before it is written.

Frame n of a recording is the sound from `started + n / rate` to `started + (n + 1) / rate`. A
suspension begins with the frame its instant lies in and ends before the first frame that begins
at or after the instant of the resumption: whatever was touched is silent. It reaches back as far
as frames are not written yet; `first` says where its silence really begins, `asked` where it
should have.

The ramps lie outside of the span, so nothing of it is needed to make them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

NARROW_RATE = 8000  # hertz; the other one is 16000
RAMP_MS = 5
FOREVER = (1 << 63) - 1  # the end of a span that is not over
MICROSECOND = timedelta(microseconds=1)


def ramp_frames(rate: int) -> int:
    return rate * RAMP_MS // 1000


def frame_at(started: datetime, instant: datetime, rate: int = NARROW_RATE) -> int:
    """The frame in which an instant lies: where a suspension begins. 0 before the start."""
    return max(0, (instant - started) // MICROSECOND * rate // 1_000_000)


def frame_from(started: datetime, instant: datetime, rate: int = NARROW_RATE) -> int:
    """The first frame that begins at or after an instant: where a suspension ends."""
    return max(0, -((started - instant) // MICROSECOND * rate // 1_000_000))


def duration(frames: int, rate: int = NARROW_RATE) -> timedelta:
    return frames * 1_000_000 // rate * MICROSECOND


@dataclass(frozen=True, slots=True)
class Suspended:
    """Frames `first` to before `end` are silence, because of `reason`, at the wish of `who`."""

    asked: int
    first: int
    end: int
    reason: str
    who: str


@dataclass(frozen=True, slots=True)
class Gap:
    """`lost` frames are missing somewhere from `first` to before `end`; silence stands for them."""

    first: int
    end: int
    lost: int


class Timeline:
    """What has been written of a recording, and what of the rest must be silent."""

    def __init__(self, rate: int = NARROW_RATE) -> None:
        self.ramp = ramp_frames(rate)
        self.written = 0
        self._spans: list[Suspended] = []
        self._gaps: list[Gap] = []

    def suspend(self, at: int, reason: str, who: str) -> None:
        """From frame `at` on. Spans of different reasons may overlap; each has its own end."""
        if not any(span.reason == reason and span.end == FOREVER for span in self._spans):
            self._spans.append(Suspended(at, max(at, self.written), FOREVER, reason, who))

    def resume(self, at: int, reason: str) -> None:
        """Frame `at` sounds again, unless another reason still holds."""
        self._spans = [
            replace(span, end=max(at, span.first, self.written))
            if span.reason == reason and span.end == FOREVER
            else span
            for span in self._spans
        ]

    def lose(self, first: int, end: int, lost: int) -> None:
        """`lost` frames went missing somewhere in `first` to before `end`.

        Nobody knows which number a frame there really has, so a span that touches it takes it all.
        """
        self._gaps.append(Gap(first, end, lost))

    def take(self, frames: bytes) -> bytes:
        """The next frames (samples int16 LE, stereo) as they may be written."""
        sound = np.frombuffer(frames, "<i2").reshape(-1, 2)
        first, self.written = self.written, self.written + len(sound)
        near = [
            (begin, end)
            for begin, end in self._silent()
            if begin - self.ramp < self.written and first < end + self.ramp
        ]
        if not near:
            return frames
        gains = envelope(first, len(sound), near, self.ramp)
        return (sound * gains[:, None] // (2 * self.ramp)).astype("<i2").tobytes()

    def suspended(self, frames: int) -> tuple[Suspended, ...]:
        """The spans of a recording of so many frames, in the order in which they began."""
        return tuple(cut(self._spans, frames))

    @property
    def gaps(self) -> tuple[Gap, ...]:
        return tuple(self._gaps)

    def _silent(self) -> Iterator[tuple[int, int]]:
        spans = [(span.first, span.end) for span in self._spans if span.first < span.end]
        yield from spans
        for gap in self._gaps:
            if any(first < gap.end and gap.first < end for first, end in spans):
                yield gap.first, gap.end


def cut(spans: Sequence[Suspended], frames: int) -> Iterator[Suspended]:
    """Spans as far as they lie within so many frames; one that has nothing there is empty."""
    for span in spans:
        first = min(span.first, frames)
        yield replace(span, first=first, end=max(first, min(span.end, frames)))


def envelope(
    first: int, count: int, spans: Sequence[tuple[int, int]], ramp: int
) -> NDArray[np.int32]:
    """Gains of `count` frames from number `first` on, 0 to twice `ramp`, shape (count,).

    Linear over `ramp` frames on either side of a span: 1, 3, 5 ... with the distance.
    """
    number = np.arange(first, first + count)
    gains = np.full(count, 2 * ramp, np.int32)
    for begin, end in spans:
        distance = np.maximum(np.maximum(begin - number, number - end + 1), 0)
        gains = np.minimum(gains, np.clip(2 * distance - 1, 0, 2 * ramp)).astype(np.int32)
    return gains
