from __future__ import annotations

import numpy as np
import pytest

from engine.resample import Signal, resample
from tests.rig import tones

RATES = [6000, 8000, 11025, 16000, 22050, 32000, 44100, 48000, 96000]


def sine(frequency_hz: float, seconds: float, rate: int) -> Signal:
    return 10000 * np.sin(2 * np.pi * frequency_hz * np.arange(round(seconds * rate)) / rate)


def level_db(signal: Signal, frequency_hz: float) -> float:
    """Against the sine above, at 8 kHz."""
    reference = tones.level_dbfs(np.rint(sine(440, 1.0, 8000)).astype(np.int16), 440)
    return tones.level_dbfs(signal, frequency_hz) - reference  # type: ignore[arg-type]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("frequency", [100, 440, 1000, 2500])
def test_a_tone_keeps_its_frequency_and_its_level(rate: int, frequency: float) -> None:
    result = resample(sine(frequency, 1.0, rate), rate, 8000)
    assert level_db(result[800:-800], frequency) == pytest.approx(0, abs=0.02)


@pytest.mark.parametrize("rate", [rate for rate in RATES if rate > 8000])
def test_the_telephone_band_is_flat_to_3400_hz(rate: int) -> None:
    result = resample(sine(3390, 1.0, rate), rate, 8000)
    assert level_db(result[800:-800], 3390) == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(("rate", "frequency"), [(11025, 4500), (22050, 4010), (22050, 7000)])
@pytest.mark.parametrize("factor", [1, 2])
def test_what_8_khz_cannot_hold_is_gone_and_has_not_moved_elsewhere(
    rate: int, frequency: float, factor: int
) -> None:
    result = resample(sine(frequency, 1.0, rate * factor), rate * factor, 8000)[800:-800]
    assert 20 * np.log10(np.max(np.abs(result)) / 10000) < -75


def test_a_linear_interpolation_would_fail_here() -> None:
    """Images of a low rate: 1000 Hz sampled at 6 kHz has a mirror at 5000 Hz, here at 3000."""
    result = resample(sine(1000, 1.0, 6000), 6000, 8000)[800:-800]
    assert level_db(result, 3000) < -75


@pytest.mark.parametrize("rate", RATES)
def test_nothing_is_delayed(rate: int) -> None:
    click = np.zeros(rate)
    click[rate // 2] = 20000.0
    assert np.argmax(resample(click, rate, 8000)) == round(rate // 2 * 8000 / rate)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("samples", [1, 2, 99, 4001])
def test_the_length_is_that_of_the_same_time(rate: int, samples: int) -> None:
    assert len(resample(np.zeros(samples), rate, 8000)) == -(-samples * 8000 // rate)


def test_a_constant_stays_that_constant_in_every_phase() -> None:
    result = resample(np.full(44100, 5000.0), 44100, 8000)
    assert np.allclose(result[200:-200], 5000.0)


def test_the_same_rate_is_the_same_signal_and_nothing_stays_nothing() -> None:
    signal = sine(440, 0.1, 8000)
    assert resample(signal, 8000, 8000) is signal
    assert len(resample(np.zeros(0), 44100, 8000)) == 0
