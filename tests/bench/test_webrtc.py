"""The bench of browsers: a short real run, and what the figures are made of."""

from __future__ import annotations

import pytest

from bench.webrtc import figures


@pytest.mark.call
async def test_browsers_speak_through_us_and_both_sides_are_measured() -> None:
    found = await figures(1, {"PCMU": 2, "opus": 2}, seconds=0.5)
    costs = ("pcmu_core_percent", "opus_core_percent", "aiortc_core_percent", "ratio")
    assert all(found[name] > 0 for name in costs)
    assert found["opus_core_percent"] > found["pcmu_core_percent"]
