"""Sample rates: a polyphase filter of windowed sincs, for prompts and music of any origin."""

from __future__ import annotations

from math import ceil, gcd, pi

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Signal = NDArray[np.float64]

PASSBAND = 0.85  # of the lower rate's Nyquist frequency: flat to 3400 Hz at 8000 Hz
STOPBAND_DB = 80.0  # what aliases are down by, from the Nyquist frequency up


def resample(signal: Signal, rate: int, to: int) -> Signal:
    """The same sound at another rate, both in hertz; shape (n,) becomes (ceil(n * to / rate),).

    No delay, no change of level. Above PASSBAND it rolls off, beyond Nyquist nothing is left.
    """
    if rate == to or not len(signal):
        return signal
    up, down = to // gcd(rate, to), rate // gcd(rate, to)
    bank = _filter_bank(up, down)
    half = bank.shape[1] // 2
    result = np.empty(ceil(len(signal) * up / down))
    # Output number m lies at m * down / up of the input; those with the same m % up share a phase.
    windows = sliding_window_view(np.pad(signal, (half - 1, half + down)), 2 * half)
    for phase, taps in enumerate(bank[: len(result)]):
        places = result[phase::up]
        places[:] = windows[phase * down // up :: down][: len(places)] @ taps
    return result


def _filter_bank(up: int, down: int) -> Signal:
    """Shape (up, taps): row p serves the outputs that lie p * down / up modulo 1 past an input.

    Kaiser's formulas give window and length. Each row sums to one: no phase is louder.
    """
    nyquist = 0.5 * min(1.0, up / down)  # in cycles an input sample, as all below
    transition = (1 - PASSBAND) * nyquist
    cutoff = nyquist - transition / 2
    half = ceil((STOPBAND_DB - 8) / (2.285 * 2 * pi * transition) / 2)
    beta = 0.1102 * (STOPBAND_DB - 8.7)
    past = (np.arange(up) * down % up / up)[:, None]
    distance = np.arange(1 - half, half + 1)[None, :] - past
    window = np.i0(beta * np.sqrt(np.maximum(0.0, 1 - (distance / half) ** 2)))
    bank = np.sinc(2 * cutoff * distance) * window
    rows: Signal = bank / bank.sum(axis=1, keepdims=True)
    return rows
