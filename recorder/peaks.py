"""The waveform of a recording as a picture needs it: how loud each small piece is, by channel.

The file is an array of int8, shape (channels, BUCKETS, 2), in C order and with nothing around it:
for each channel and each of BUCKETS equal pieces of the recording the lowest and the highest
sample, of which only the upper byte is kept.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BUCKETS = 1000


def peaks(samples: NDArray[np.int16]) -> NDArray[np.int8]:
    """Of samples of shape (frames, channels); a recording without a frame is silence.

    A recording shorter than BUCKETS frames shows each frame more than once.
    """
    frames, channels = samples.shape
    if not frames:
        return np.zeros((channels, BUCKETS, 2), np.int8)
    edges = np.arange(BUCKETS) * frames // BUCKETS
    ends = [np.minimum.reduceat(samples, edges), np.maximum.reduceat(samples, edges)]
    return (np.stack(ends, axis=-1).transpose(1, 0, 2) >> 8).astype(np.int8)
