from __future__ import annotations

import numpy as np
import pytest

from engine.hold_music import RATE, loop


def level_dbfs(samples: np.typing.NDArray[np.int16]) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples.astype(float) ** 2) * 2) / 32767))


def test_it_is_twelve_seconds_of_soft_music() -> None:
    music = loop()
    assert len(music) == 12 * RATE and music.dtype == np.int16
    assert level_dbfs(music) == pytest.approx(-24, abs=0.1)
    assert np.max(np.abs(music)) < 32767 / 4


def test_it_never_pauses_and_never_jumps_in_level() -> None:
    seconds = loop().reshape(-1, RATE // 2)
    assert all(-30 < level_dbfs(half) < -19 for half in seconds)


def test_the_seam_of_the_loop_is_as_smooth_as_the_rest() -> None:
    music = loop().astype(float)
    bends = np.abs(np.diff(np.concatenate([music, music[:2]]), 2))
    seam = bends[-2:]
    assert np.max(seam) <= np.percentile(bends, 99)


def test_it_lies_within_the_telephone_band() -> None:
    spectrum = np.abs(np.fft.rfft(loop().astype(float))) ** 2
    hertz = np.fft.rfftfreq(12 * RATE, 1 / RATE)
    outside = spectrum[(hertz < 150) | (hertz > 3400)].sum()
    assert 10 * np.log10(outside / spectrum.sum()) < -35


def test_nobody_can_spoil_it_for_the_others() -> None:
    with pytest.raises(ValueError, match="read-only"):
        loop()[0] = 1
