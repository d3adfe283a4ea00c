from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.rig import tones

AWKWARD = [0.0123, 0.1, 0.30017, 1.0, 7.7771]  # seconds


def noise(seconds: float, dbfs: float, seed: int = 1) -> tones.Samples:
    """White noise whose effective value is that of a sine of this level."""
    deviation = tones.FULL_SCALE / 2**0.5 * 10 ** (dbfs / 20)
    samples = np.random.default_rng(seed).normal(0, deviation, round(seconds * tones.RATE))
    return np.clip(np.rint(samples), -32768, 32767).astype(np.int16)


@settings(deadline=None, max_examples=60)
@given(
    frequency=st.floats(200, 3800),
    dbfs=st.floats(-50, 0),
    samples=st.integers(200, 20000),
)
def test_the_level_of_a_lone_tone_is_exact_at_any_length(
    frequency: float, dbfs: float, samples: int
) -> None:
    measured = tones.level_dbfs(tones.tone(frequency, samples / tones.RATE, dbfs), frequency)
    assert measured == pytest.approx(dbfs, abs=0.05)


def test_the_level_does_not_depend_on_phase_or_offset() -> None:
    late = tones.tone(777, 1.0, -20)[37:8000] + np.int16(1000)
    assert tones.level_dbfs(late, 777) == pytest.approx(-20, abs=0.01)


def test_a_tone_60_db_below_a_louder_one_is_still_measured() -> None:
    both = tones.tone(440, 1.0, -6) + tones.tone(700, 1.0, -66)
    assert tones.level_dbfs(both, 700) == pytest.approx(-66, abs=0.2)
    assert tones.level_dbfs(both, 440) == pytest.approx(-6, abs=0.01)


def test_silence_is_at_the_floor_and_another_tone_is_not_heard() -> None:
    assert tones.level_dbfs(tones.silence(1.0), 440) == tones.FLOOR_DBFS
    assert not tones.heard(tones.tone(440, 1.0, 0), 700)
    assert tones.heard(tones.tone(440, 1.0, -39), 440)
    assert not tones.heard(tones.tone(440, 1.0, -41), 440)


@pytest.mark.parametrize("seconds", AWKWARD[1:])
@pytest.mark.parametrize("frequency", [211.3, 440, 1000, 3456.7])
def test_the_dominant_frequency_is_found_to_half_a_hertz(frequency: float, seconds: float) -> None:
    found = tones.dominant_frequency(tones.tone(frequency, seconds, -30))
    assert found == pytest.approx(frequency, abs=0.5)


def test_the_dominant_frequency_is_that_of_the_loudest_tone_and_never_the_offset() -> None:
    both = tones.tone(440, 0.5, -20) + tones.tone(1234, 0.5, -14) + np.int16(8000)
    assert tones.dominant_frequency(both) == pytest.approx(1234, abs=0.5)


@pytest.mark.parametrize("frequency", [220, 440, 1000, 3000])
@pytest.mark.parametrize("before", [0.0, *AWKWARD])
def test_the_onset_is_right_to_two_milliseconds(before: float, frequency: float) -> None:
    signal = np.concatenate([tones.silence(before), tones.tone(frequency, 0.4)])
    signal += noise(len(signal) / tones.RATE, -50)
    assert tones.onset(signal, frequency) == pytest.approx(before, abs=0.002)


def test_the_onset_is_that_of_the_tone_asked_for_though_a_louder_one_came_first() -> None:
    loud = tones.tone(440, 2.0, -6)
    loud[8000:] += tones.tone(640, 1.0, -26)
    assert tones.onset(loud, 640) == pytest.approx(1.0, abs=0.002)
    assert tones.onset(loud, 440) == pytest.approx(0.0, abs=0.002)


def test_the_click_of_another_tone_is_no_tone() -> None:
    clicks = np.concatenate([tones.silence(0.5), tones.tone(440, 0.5, 0), tones.silence(0.5)])
    assert tones.spans(clicks, 1000) == []
    assert tones.onset(clicks, 1000) is None
    assert tones.span(tones.silence(0.001), 1000) is None


def test_a_tone_with_a_pause_is_two_spans_and_one_whole() -> None:
    signal = np.concatenate(
        [
            tones.silence(0.3),
            tones.tone(500, 0.5),
            tones.silence(0.2),
            tones.tone(500, 0.7),
            tones.silence(0.1),
        ]
    )
    first, second = tones.spans(signal, 500)
    assert (first.start, first.end) == pytest.approx((0.3, 0.8), abs=0.002)
    assert (second.start, second.end) == pytest.approx((1.0, 1.7), abs=0.002)
    whole = tones.span(signal, 500)
    assert whole and whole.seconds == pytest.approx(1.4, abs=0.004)


def test_crosstalk_is_how_far_a_tone_is_down_on_the_other_side() -> None:
    left = tones.tone(440, 1.0, -12)
    right = tones.tone(700, 1.0, -12) + tones.tone(440, 1.0, -57)
    assert tones.crosstalk_db(right, left, 440) == pytest.approx(45, abs=0.2)
    assert tones.crosstalk_db(left, right, 700) > 80
    assert tones.crosstalk_db(left, left, 440) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("shift", [-4000, -137, 0, 1, 999, 5000])
def test_the_same_sound_is_found_at_its_offset(shift: int) -> None:
    sound = noise(2.0, -20)
    moved = np.concatenate([noise(1.0, -60, seed=2), sound, noise(1.0, -60, seed=3)])
    found = tones.alignment(sound, moved[8000 - shift :])
    assert found.offset_seconds * tones.RATE == pytest.approx(shift)
    assert found.correlation > 0.99


def test_different_sounds_do_not_correlate_and_an_inverted_one_does_so_negatively() -> None:
    sound = noise(1.0, -20)
    assert abs(tones.alignment(sound, noise(1.0, -20, seed=9)).correlation) < 0.1
    assert tones.alignment(sound, -sound).correlation == pytest.approx(-1)
    assert tones.alignment(sound, tones.silence(1.0)).correlation == 0


def test_a_file_gives_back_what_was_written(tmp_path: Path) -> None:
    mono = tones.tone(440, 0.5)
    stereo = np.stack([mono, tones.tone(700, 0.5)], axis=1)
    for samples, rate in ((mono, 8000), (stereo, 16000)):
        tones.write_wav(tmp_path / "tone.wav", samples, rate)
        back, back_rate = tones.read_wav(tmp_path / "tone.wav")
        assert back_rate == rate
        assert np.array_equal(back, samples)


def test_a_skipped_frame_does_not_change_what_is_usual() -> None:
    whole = tones.tone(440, 2.0, -20)
    skipping = np.concatenate([whole[:8000], whole[8000 + 9 :]])  # half a period is missing
    assert tones.level_dbfs(skipping, 440) < -25
    assert tones.steady_dbfs(skipping, 440) == pytest.approx(-20, abs=0.1)


def test_a_click_is_no_leak_but_a_voice_is() -> None:
    said = tones.tone(440, 0.5, -10)
    clicking = said.copy()
    clicking[1900:2060] = 0
    assert tones.leaked_dbfs(clicking, 1000) < -90
    overheard = said.copy()
    overheard[1500:3500] += tones.tone(1000, 0.25, -40)
    assert tones.leaked_dbfs(overheard, 1000) == pytest.approx(-40, abs=3)
