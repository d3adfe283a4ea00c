"""The built-in hold music: four soft chords, broken into notes, that loop without a seam.

Computed, so there is nothing to license and nothing to ship.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

RATE = 8000  # hertz
NOTE_SECONDS = 0.375
LEVEL_DBFS = -24.0  # effective value, 0 dBFS being that of a full-scale sine
ORDER = (0, 1, 2, 3, 2, 1, 3, 2)  # which note of the chord comes when
CHORDS = (  # hertz; all within the telephone band, harmonics too
    (261.63, 329.63, 392.00, 493.88),  # C major seventh
    (220.00, 261.63, 329.63, 392.00),  # A minor seventh
    (174.61, 261.63, 349.23, 440.00),  # F major
    (196.00, 293.66, 349.23, 493.88),  # G seventh
)
HARMONICS = (1.0, 0.35, 0.12, 0.04)  # amplitudes, the fundamental first
DECAY_SECONDS = 0.9
RING_SECONDS = 4.0
ATTACK_SECONDS = 0.02


@cache
def loop() -> NDArray[np.int16]:
    """One turn of it, 12 s: int16, mono, 8000 Hz. What rings past its end is at its start.

    Computed once, and the same for everybody: it cannot be written to.
    """
    frequencies = [chord[step] for chord in CHORDS for step in ORDER]
    per_note = round(NOTE_SECONDS * RATE)
    turn = np.zeros(per_note * len(frequencies))
    notes = {frequency: _note(frequency) for frequency in set(frequencies)}
    for number, frequency in enumerate(frequencies):
        sound = notes[frequency]
        np.add.at(turn, (number * per_note + np.arange(len(sound))) % len(turn), sound)
    effective = 32767 / np.sqrt(2) * 10 ** (LEVEL_DBFS / 20)
    samples: NDArray[np.int16] = np.rint(turn * effective / np.sqrt(np.mean(turn**2))).astype("<i2")
    samples.flags.writeable = False
    return samples


def _note(frequency_hz: float) -> NDArray[np.float64]:
    """A plucked note that has died away to nothing at its end."""
    at = np.arange(round(RING_SECONDS * RATE)) / RATE
    partials = [
        amplitude * np.sin(2 * np.pi * frequency_hz * (number + 1) * at)
        for number, amplitude in enumerate(HARMONICS)
    ]
    attack = np.minimum(1.0, at / ATTACK_SECONDS)
    fade = 1.0 - at / RING_SECONDS
    sound: NDArray[np.float64] = sum(partials) * attack * fade * np.exp(-at / DECAY_SECONDS)
    return sound
