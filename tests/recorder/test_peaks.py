from __future__ import annotations

import numpy as np
import pytest

from recorder.peaks import BUCKETS, peaks
from tests.rig import tones


def test_each_bucket_has_the_lowest_and_highest_upper_byte_of_its_piece() -> None:
    rng = np.random.default_rng(3)
    samples = rng.integers(-32768, 32767, (BUCKETS * 8, 2), np.int16, endpoint=True)
    seen = peaks(samples)
    assert seen.shape == (2, BUCKETS, 2)
    assert seen.dtype == np.int8
    for channel in range(2):
        pieces = samples[:, channel].reshape(BUCKETS, 8)
        assert (seen[channel, :, 0] == pieces.min(axis=1) // 256).all()
        assert (seen[channel, :, 1] == pieces.max(axis=1) // 256).all()


@pytest.mark.parametrize("frames", [1, 2, 999, 1001, 12_345])
def test_every_frame_of_a_recording_of_any_length_is_in_some_bucket(frames: int) -> None:
    for loud in {0, frames // 2, frames - 1}:
        samples = np.zeros((frames, 2), np.int16)
        samples[loud, 1] = 32767
        assert peaks(samples)[1, :, 1].max() == 127
        assert not peaks(samples)[0].any()


def test_a_recording_without_a_frame_is_a_flat_line() -> None:
    assert not peaks(np.empty((0, 2), np.int16)).any()


def test_silence_between_two_tones_is_seen_where_it_was() -> None:
    tone = tones.tone(440, 1.0)
    mono = np.concatenate([tone, tones.silence(1.0), tone])
    left = peaks(np.stack([mono, mono], axis=1))[0]
    assert not left[334:666].any() and (left[:333, 1] > 5).all() and (left[667:, 0] < -5).all()
