"""The bench of browsers: a short real run, and what the figures are made of."""

from __future__ import annotations

import pytest

from bench.webrtc import Used, figures


@pytest.mark.call
async def test_browsers_speak_through_us_and_both_sides_are_measured() -> None:
    found = await figures(browsers=3, seconds=0.5)
    costs = ("pcmu_core_percent", "opus_core_percent", "aiortc_core_percent", "ratio")
    assert all(found[name] > 0 for name in costs)
    assert found["opus_core_percent"] > found["pcmu_core_percent"]


def test_a_percentage_is_of_a_core_and_of_one_browser() -> None:
    assert Used(seconds=2.0, ours=0.1, theirs=1.0, missed_ticks=0).percent(0.1, 5) == 1.0
