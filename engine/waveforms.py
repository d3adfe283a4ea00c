"""What a player draws of a recording: its waveform, and the spans in which nothing was recorded.

Waveform and manifest stay on the disk when the sound goes to a store. Before the waveform is there,
a moment after the call, it is made of the sound.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.contact_record import RecordingRecord
from recorder import Archive, Manifest, RecordingError, recording_path
from recorder.archive import manifest_path, read
from recorder.peaks import BUCKETS, peaks
from recorder.sound_file import samples_of

CHANNELS = 2
FULL_SCALE = 128  # of the upper byte of a sample
FRAMES_PER_SECOND = 8000  # of `RecordingRecord.frames`


@dataclass(frozen=True, slots=True)
class Span:
    """Seconds from the start of the recording; `kind`: SUSPENDED, HOLD or MASKED."""

    kind: str
    start: float
    end: float
    reason: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True)
class Waveform:
    """`peaks`: for each channel lowest and highest of each piece, from -1 to 1."""

    seconds: float
    peaks: NDArray[np.float32]
    spans: tuple[Span, ...]


class Waveforms:
    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def of(self, recording: RecordingRecord) -> Waveform:
        """Raises RecordingError where there is neither waveform nor sound on the disk."""
        return await asyncio.to_thread(self._read, recording)

    def _read(self, recording: RecordingRecord) -> Waveform:
        path = recording_path(self._archive.directory, f"{recording.name}.wav")
        shape = (CHANNELS, BUCKETS, 2)
        drawn = np.frombuffer(self._drawn(path), np.int8).reshape(shape)
        picture = drawn.astype(np.float32) / np.float32(FULL_SCALE)
        seconds = recording.frames / FRAMES_PER_SECOND
        return Waveform(seconds, picture, tuple(sorted(self.spans(recording), key=by_start)))

    def _drawn(self, path: Path) -> bytes:
        picture = path.with_suffix(".peaks")
        if picture.exists():
            return self._plain(picture)
        if path.exists():
            return peaks(samples_of(self._plain(path))).tobytes()
        raise RecordingError(f"{path} has no waveform")

    def _plain(self, file: Path) -> bytes:
        try:
            with self._archive.vault.open(file) as opened:
                return opened.read() or b""
        except OSError as error:
            raise RecordingError(f"{file}: {error.strerror}") from error

    def spans(self, recording: RecordingRecord) -> Iterator[Span]:
        """Of its manifest; none before it is sealed. Reads the disk."""
        path = recording_path(self._archive.directory, f"{recording.name}.wav")
        if manifest_path(path).exists():
            yield from spans_of(read(manifest_path(path)))


def spans_of(manifest: Manifest) -> Iterator[Span]:
    told = manifest.recording
    rate = told.sample_rate
    for each in told.suspended:
        yield Span("SUSPENDED", each.first / rate, each.end / rate, each.reason, each.who)
    yield from _kind("HOLD", ((each.first, each.end) for each in told.holds), rate)
    yield from _kind("MASKED", ((each.first, each.end) for each in told.masked), rate)


def by_start(span: Span) -> float:
    return span.start


def _kind(kind: str, frames: Iterable[tuple[int, int]], rate: int) -> Iterator[Span]:
    for first, end in frames:
        yield Span(kind, first / rate, end / rate)
