from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from recorder.timeline import (
    FOREVER,
    NARROW_RATE,
    Gap,
    Suspended,
    Timeline,
    cut,
    duration,
    frame_at,
    frame_from,
    ramp_frames,
)
from tests.recorder.sources import STARTED

RAMP_FRAMES = ramp_frames(NARROW_RATE)
FULL_GAIN = 2 * RAMP_FRAMES
Frames = NDArray[np.int16]
LOUD = 8000  # a level that every gain maps to a whole number


def constant(count: int, level: int = LOUD) -> bytes:
    return np.full((count, 2), level, "<i2").tobytes()


def samples(frames: bytes) -> Frames:
    return np.frombuffer(frames, "<i2").reshape(-1, 2)


def microseconds(count: float) -> timedelta:
    return timedelta(microseconds=count)


def test_a_frame_is_one_sample_of_the_recordings_clock() -> None:
    for rate in (8000, 16_000):
        assert duration(rate, rate) == timedelta(seconds=1)
        assert duration(ramp_frames(rate), rate) == timedelta(milliseconds=5)
        assert frame_at(STARTED, STARTED + duration(28_801, rate), rate) in (28_800, 28_801)


@pytest.mark.parametrize(
    ("after", "at", "then"),
    [
        (-1, 0, 0),
        (0, 0, 0),
        (1, 0, 1),
        (124, 0, 1),
        (125, 1, 1),
        (126, 1, 2),
        (3_600_000_000, 28_800_000, 28_800_000),
        (3_600_000_001, 28_800_000, 28_800_001),
    ],
)
def test_an_instant_lies_in_one_frame_and_what_it_touches_is_suspended(
    after: int, at: int, then: int
) -> None:
    instant = STARTED + microseconds(after)
    assert (frame_at(STARTED, instant), frame_from(STARTED, instant)) == (at, then)


@given(st.integers(0, 10**12), st.integers(0, 10**9))
def test_the_frames_of_a_span_cover_every_microsecond_of_it(begin: int, length: int) -> None:
    first = frame_at(STARTED, STARTED + microseconds(begin))
    end = frame_from(STARTED, STARTED + microseconds(begin + length))
    assert first * 125 <= begin and end * 125 >= begin + length
    assert begin - first * 125 < 125 and end * 125 - (begin + length) < 125


def test_the_ramps_lie_outside_of_the_span_and_every_sample_is_as_defined() -> None:
    timeline = Timeline()
    timeline.suspend(100, "card", "agent1")
    timeline.resume(200, "card")
    heard = samples(timeline.take(constant(300)))
    rising = [LOUD * odd // FULL_GAIN for odd in range(1, FULL_GAIN, 2)]
    expected = [LOUD] * 60 + rising[::-1] + [0] * 100 + rising + [LOUD] * 60
    assert len(rising) == RAMP_FRAMES
    assert heard[:, 0].tolist() == heard[:, 1].tolist() == expected


def test_a_negative_sample_fades_to_nothing_too() -> None:
    timeline = Timeline()
    timeline.suspend(100, "card", "agent1")
    heard = samples(timeline.take(constant(150, -LOUD)))[:, 0]
    assert heard[60:100].tolist() == [-LOUD * odd // FULL_GAIN for odd in range(79, 0, -2)]
    assert not heard[100:].any()


@given(st.lists(st.integers(1, 90), min_size=1, max_size=40), st.integers(0, 250))
def test_it_does_not_matter_in_what_pieces_frames_are_taken(pieces: list[int], first: int) -> None:
    whole, cut_up = Timeline(), Timeline()
    for timeline in (whole, cut_up):
        timeline.suspend(first, "card", "agent1")
        timeline.resume(first + 130, "card")
    rng = np.random.default_rng(1)
    sound = rng.integers(-32768, 32767, (sum(pieces), 2), np.int16, endpoint=True)
    edges = np.cumsum([0, *pieces])
    taken = b"".join(cut_up.take(sound[begin:end].tobytes()) for begin, end in pairwise(edges))
    assert taken == whole.take(sound.tobytes())
    assert not samples(taken)[first : first + 130].any()


def test_two_spans_close_together_share_their_ramps() -> None:
    timeline = Timeline()
    for first in (50, 110):
        timeline.suspend(first, "card", "agent1")
        timeline.resume(first + 50, "card")
    between = samples(timeline.take(constant(200)))[100:110, 0]
    assert between.tolist() == [LOUD * odd // FULL_GAIN for odd in (1, 3, 5, 7, 9, 9, 7, 5, 3, 1)]


def test_what_is_not_suspended_is_not_touched() -> None:
    timeline = Timeline()
    sound = constant(500)
    assert timeline.take(sound) is sound
    timeline.suspend(2000, "card", "agent1")
    assert timeline.take(sound) is sound


def test_a_span_that_was_asked_for_too_late_begins_with_the_next_frame_and_says_so() -> None:
    timeline = Timeline()
    timeline.take(constant(1000))
    timeline.suspend(900, "card", "agent1")
    timeline.resume(1100, "card")
    heard = samples(timeline.take(constant(300)))[:, 0]
    assert not heard[:100].any() and heard[100] == LOUD // FULL_GAIN
    assert timeline.suspended(1300) == (Suspended(900, 1000, 1100, "card", "agent1"),)


def test_a_resumption_that_comes_late_ends_the_span_where_silence_ended() -> None:
    timeline = Timeline()
    timeline.suspend(0, "card", "agent1")
    timeline.take(constant(1000))
    timeline.resume(700, "card")
    assert timeline.suspended(2000) == (Suspended(0, 0, 1000, "card", "agent1"),)


def test_a_span_that_was_over_before_it_was_known_is_kept_as_empty() -> None:
    timeline = Timeline()
    timeline.take(constant(1000))
    timeline.suspend(100, "card", "agent1")
    timeline.resume(200, "card")
    sound = constant(100)
    assert timeline.take(sound) is sound
    assert timeline.suspended(1100) == (Suspended(100, 1000, 1000, "card", "agent1"),)


def test_each_reason_has_its_own_end_and_silence_lasts_until_the_last() -> None:
    timeline = Timeline()
    timeline.suspend(100, "agent", "agent1")
    timeline.suspend(150, "digits", "flow")
    timeline.suspend(160, "digits", "flow")
    timeline.resume(200, "digits")
    timeline.resume(300, "agent")
    timeline.resume(400, "agent")
    heard = samples(timeline.take(constant(500)))[:, 0]
    assert np.flatnonzero(heard == 0).tolist() == list(range(100, 300))
    assert timeline.suspended(500) == (
        Suspended(100, 100, 300, "agent", "agent1"),
        Suspended(150, 150, 200, "digits", "flow"),
    )


def test_a_span_that_is_not_over_ends_with_the_recording() -> None:
    timeline = Timeline()
    timeline.suspend(100, "card", "agent1")
    assert not samples(timeline.take(constant(500)))[100:].any()
    assert timeline.suspended(500) == (Suspended(100, 100, 500, "card", "agent1"),)


def test_spans_beyond_what_was_saved_are_empty() -> None:
    spans = [Suspended(100, 100, FOREVER, "a", "b"), Suspended(900, 900, 950, "a", "b")]
    assert [(span.first, span.end) for span in cut(spans, 500)] == [(100, 500), (500, 500)]


def test_where_frames_were_lost_a_span_takes_all_it_touches() -> None:
    timeline = Timeline()
    timeline.lose(100, 300, 50)
    timeline.lose(600, 700, 50)
    timeline.suspend(280, "card", "agent1")
    timeline.resume(320, "card")
    heard = samples(timeline.take(constant(800)))[:, 0]
    assert np.flatnonzero(heard == 0).tolist() == list(range(100, 320))
    assert timeline.gaps == (Gap(100, 300, 50), Gap(600, 700, 50))


def test_nothing_at_all_may_be_taken() -> None:
    timeline = Timeline()
    timeline.suspend(0, "card", "agent1")
    assert timeline.take(b"") == b""
