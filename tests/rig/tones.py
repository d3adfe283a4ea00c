"""Tones you can find again: made, written, read, and measured, so a test can say who hears whom.

Samples   int16, mono, shape (n,), 8000 Hz unless a rate is given; stereo files are (n, 2).
Levels    dBFS, relative to the sine that just fills int16: that one is 0 dBFS, silence FLOOR_DBFS.
Times     seconds from the first sample.
Pick frequencies from 200 to 3800 Hz that lie 150 Hz apart or more, and no harmonics of each other:
then G.711, a mix of all of them and 100 ms are enough to tell them apart.
"""

from __future__ import annotations

import math
import wave
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
Signal = NDArray[np.float64]

RATE = 8000  # hertz
FULL_SCALE = 32767.0
FLOOR_DBFS = -140.0  # below what 16 bits can hold even in a long average
WINDOW_SECONDS = 0.025  # what `spans` looks through: null at 120 Hz, side lobes below -58 dB
STEADY_SECONDS = 0.1
MUSIC_DBFS = -20.0  # no tone in the built-in hold music is louder than that
THERE, NOT_THERE = -30.0, -40.0  # dBFS: what is heard of a tone of -10, and what is not
SHORTEST_SECONDS = 0.05  # a tone; less is the click of something else that starts or stops


@dataclass(frozen=True, slots=True)
class Span:
    """From the first to the last moment of a tone, in seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Alignment:
    """How one signal lies against another.

    offset_seconds: positive when the second has the same sound later.
    correlation: of the parts that overlap, 1 the same sound, 0 nothing in common, -1 inverted.
    """

    offset_seconds: float
    correlation: float


def tone(frequency_hz: float, seconds: float, dbfs: float = -20.0, rate: int = RATE) -> Samples:
    """A sine that starts at phase 0; `dbfs` is its level as `level_dbfs` measures it."""
    at = np.arange(round(seconds * rate)) / rate
    wave_form = FULL_SCALE * 10 ** (dbfs / 20) * np.sin(2 * np.pi * frequency_hz * at)
    return np.rint(wave_form).astype(np.int16)


def silence(seconds: float, rate: int = RATE) -> Samples:
    return np.zeros(round(seconds * rate), np.int16)


def level_dbfs(samples: Samples, frequency_hz: float, rate: int = RATE) -> float:
    """Level of the sine of this frequency, averaged over all samples.

    A sine, a cosine and a constant are fitted by least squares under a window: exact for a lone
    tone of any length, with any phase and offset; other tones are 100 dB down once they are
    5 / (length in seconds) Hz away.
    """
    phase = 2 * np.pi * frequency_hz * np.arange(len(samples)) / rate
    weight = np.sqrt(np.kaiser(len(samples), 14.0))
    basis = np.stack([np.cos(phase), np.sin(phase), np.ones(len(samples))], axis=1)
    fit = np.linalg.lstsq(basis * weight[:, None], samples * weight, rcond=None)[0]
    return _dbfs(math.hypot(fit[0], fit[1]))


def steady_dbfs(samples: Samples, frequency_hz: float, rate: int = RATE) -> float:
    """The usual level of the tone: the median over pieces of 100 ms.

    What a phone on a busy machine heard may skip a frame; a phase that jumps makes `level_dbfs`,
    which fits one sine to all of it, read low.
    """
    return float(np.median(_levels(samples, frequency_hz, rate)))


def leaked_dbfs(samples: Samples, frequency_hz: float, rate: int = RATE) -> float:
    """How loud a tone is that should not be there: of four pieces of 100 ms the second loudest.

    Another tone that skips a frame clicks, and in a click is every tone; who can be heard who
    should not is heard for longer.
    """
    return float(np.quantile(_levels(samples, frequency_hz, rate), 0.75, method="lower"))


def heard(
    samples: Samples, frequency_hz: float, threshold_dbfs: float = -40.0, rate: int = RATE
) -> bool:
    """Whether the tone is there, averaged over all samples, at the threshold or above."""
    return level_dbfs(samples, frequency_hz, rate) >= threshold_dbfs


def tones_in(samples: Samples, every: Sequence[float], rate: int = RATE) -> list[float]:
    """Those of them that are heard; AssertionError where that cannot be said of one."""
    levels = {hertz: level_dbfs(samples, hertz, rate) for hertz in every}
    assert all(level > THERE or level < NOT_THERE for level in levels.values()), levels
    return [hertz for hertz, level in levels.items() if level > THERE]


def dominant_frequency(samples: Samples, rate: int = RATE) -> float:
    """The strongest frequency above 20 Hz, in hertz; of one tone in 100 ms right to 0.5 Hz."""
    size = 4 << (len(samples) - 1).bit_length()
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples)), size))
    lowest = math.ceil(20 * size / rate)
    peak = lowest + int(np.argmax(spectrum[lowest:-1]))
    below, top, above = np.log(spectrum[peak - 1 : peak + 2] + 1e-9)
    bend = below - 2 * top + above
    return float((peak + (0.5 * (below - above) / bend if bend else 0.0)) * rate / size)


def spans(
    samples: Samples, frequency_hz: float, threshold_dbfs: float = -40.0, rate: int = RATE
) -> list[Span]:
    """Every stretch of 50 ms or more in which the tone sounds; edges are right to 2 ms.

    An edge is where the level, seen through a short window, passes half its steady value: that is
    the instant at which half the window holds tone, whatever the window.
    """
    envelope = _envelope(samples, frequency_hz, rate)
    loud = envelope[envelope >= FULL_SCALE * 10 ** (threshold_dbfs / 20)]
    if not len(loud):
        return []
    on = np.concatenate([[False], envelope >= np.median(loud) / 2, [False]])
    edges = np.flatnonzero(on[1:] != on[:-1]) / rate
    found = [Span(float(start), float(end)) for start, end in edges.reshape(-1, 2)]
    return [span for span in found if span.seconds >= SHORTEST_SECONDS]


def span(
    samples: Samples, frequency_hz: float, threshold_dbfs: float = -40.0, rate: int = RATE
) -> Span | None:
    """From the first to the last moment of the tone, pauses included; None when it never sounds."""
    found = spans(samples, frequency_hz, threshold_dbfs, rate)
    return Span(found[0].start, found[-1].end) if found else None


def onset(
    samples: Samples, frequency_hz: float, threshold_dbfs: float = -40.0, rate: int = RATE
) -> float | None:
    """When the tone begins, in seconds, right to 2 ms; None when it never sounds."""
    whole = span(samples, frequency_hz, threshold_dbfs, rate)
    return whole.start if whole else None


def crosstalk_db(victim: Samples, source: Samples, frequency_hz: float, rate: int = RATE) -> float:
    """How far, in dB, the source's tone is down where it should not be: 40 is good, 0 is the same.

    As `steady_dbfs` and `leaked_dbfs` have it.
    """
    return steady_dbfs(source, frequency_hz, rate) - leaked_dbfs(victim, frequency_hz, rate)


def alignment(first: Samples, second: Samples, rate: int = RATE) -> Alignment:
    """Where the sound of one lies in the other, to one sample; for speech, noise or bursts.

    A steady tone fits itself at every period: use `onset` for those. Lengths may differ.
    """
    a, b = _without_offset(first), _without_offset(second)
    size = 1 << (len(a) + len(b) - 1).bit_length()
    product = np.fft.irfft(np.conj(np.fft.rfft(a, size)) * np.fft.rfft(b, size), size)
    lag = int(np.argmax(np.abs(product)))
    shift = lag if lag < len(b) else lag - size
    a, b = a[max(0, -shift) :], b[max(0, shift) :]
    overlap = min(len(a), len(b))
    a, b = a[:overlap], b[:overlap]
    energy = math.sqrt(float(a @ a) * float(b @ b))
    return Alignment(shift / rate, float(a @ b) / energy if energy else 0.0)


def write_wav(path: Path, samples: Samples, rate: int = RATE) -> None:
    """Shape (n,) makes a mono file, (n, channels) an interleaved one."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.astype("<i2").tobytes())


def read_wav(path: Path) -> tuple[Samples, int]:
    """Samples, shape (n,) for mono and (n, channels) else, and their rate in hertz."""
    with wave.open(str(path), "rb") as file:
        assert file.getsampwidth() == 2, f"{path} is not a 16 bit file"
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
        channels, rate = file.getnchannels(), file.getframerate()
    return (samples if channels == 1 else samples.reshape(-1, channels)), rate


def read_recording(path: Path) -> Samples:
    """What an engine recorded, shape (n, 2), at RATE: of a wideband one every other sample, which
    is good for tones below 4 kHz."""
    samples, rate = read_wav(path)
    assert rate in (RATE, 2 * RATE), f"{path} is at {rate} Hz"
    return samples[:: rate // RATE]


def _levels(samples: Samples, frequency_hz: float, rate: int) -> list[float]:
    """Of each whole piece of 100 ms."""
    size = round(STEADY_SECONDS * rate)
    pieces = [samples[at : at + size] for at in range(0, len(samples) - size + 1, size)]
    assert pieces, f"less than {STEADY_SECONDS} s"
    return [level_dbfs(piece, frequency_hz, rate) for piece in pieces]


def _envelope(samples: Samples, frequency_hz: float, rate: int) -> Signal:
    """Amplitude of the tone at each sample, through a window centred on it."""
    window = np.blackman(round(WINDOW_SECONDS * rate) + 2)[1:-1]
    carrier = np.exp(-2j * np.pi * frequency_hz * np.arange(len(samples)) / rate)
    size = len(samples) + len(window) - 1
    product = np.fft.ifft(np.fft.fft(samples * carrier, size) * np.fft.fft(window, size))
    first = (len(window) - 1) // 2
    amplitude: Signal = 2 * np.abs(product[first : first + len(samples)]) / window.sum()
    return amplitude


def _without_offset(samples: Samples) -> Signal:
    centred: Signal = samples - samples.mean(dtype=np.float64)
    return centred


def _dbfs(amplitude: float) -> float:
    floor = FULL_SCALE * 10 ** (FLOOR_DBFS / 20)
    return 20 * math.log10(max(amplitude, floor) / FULL_SCALE)
