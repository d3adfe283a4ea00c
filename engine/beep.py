"""The tone that says: this conversation is recorded. Both parties hear it at intervals.

Some countries want it. It is in no recording, and a party on hold does not hear it.
"""

from __future__ import annotations

import numpy as np
import structlog
from numpy.typing import NDArray

from engine.live import LiveContact
from mixer import Farm, MixerFull

RATE = 8000  # hertz
TONE_HZ = 1400.0
TONE_SECONDS = 0.2
LEVEL_DBFS = -26.0  # effective value, 0 dBFS being that of a full-scale sine
RAMP_SECONDS = 0.005
log = structlog.get_logger("engine.beep")


class Beeper:
    """One player for each conversation that is recorded; none where `seconds` is 0."""

    def __init__(self, mixer: Farm, seconds: float) -> None:
        self._mixer = mixer
        self._clip = mixer.load_clip(turn(seconds).tobytes()) if seconds else None

    def start(self, live: LiveContact) -> None:
        """The routes of the contact are to be told to the mixer afterwards."""
        if self._clip is None or live.beeper is not None:
            return
        try:
            beside = live.customer.port
            live.beeper = self._mixer.open_player(self._clip, beside=beside, loop=True)
        except MixerFull as error:
            log.error("recorded without a tone", contact_id=live.contact_id, error=str(error))

    def stop(self, live: LiveContact) -> None:
        """Nothing where there is none."""
        beeper, live.beeper = live.beeper, None
        if beeper is not None:
            self._mixer.close_port(beeper)


def turn(seconds: float) -> NDArray[np.int16]:
    """One tone and the silence until the next: int16, mono, 8000 Hz."""
    samples = np.zeros(round(seconds * RATE), np.int16)
    times = np.arange(round(TONE_SECONDS * RATE)) / RATE
    edge = np.minimum(times, TONE_SECONDS - 1 / RATE - times) / RAMP_SECONDS
    peak = 32767 * 10 ** (LEVEL_DBFS / 20)
    sine = peak * np.clip(edge, 0, 1) * np.sin(2 * np.pi * TONE_HZ * times)
    samples[: len(sine)] = np.rint(sine)
    return samples
