"""A short real run of the bench of the media core: its keys are there, and nothing is lost."""

from __future__ import annotations

import json
import math
import wave
from pathlib import Path

import numpy as np
import pytest

from bench.media_host import gaps
from bench.rtpengine import installed
from tests.bench.program import run

COSTS = (
    "recorded_over_bare",
    "listener_over_bare",
    "recorded_us_per_call_s",
    "listener_us_per_call_s",
    "bare_us_per_call_s",
    "calls_per_core_at_70",
    "bytes_per_call",
)


@pytest.mark.call
async def test_nothing_is_lost_and_every_figure_is_there() -> None:
    arguments = "--calls", "4", "--seconds", "0.5", "--rounds", "1", "--listeners", "2", "--json"
    code, output, errors = await run("bench.media", *arguments)
    assert code == 0, errors
    figures = json.loads(output)
    assert (figures["calls"], figures["rounds"], figures["listeners"]) == (4, 1, 2)
    assert (figures["lost"], figures["gaps"], figures["problems"]) == (0, 0, [])
    assert all(figures[name] > 0 for name in COSTS)
    assert (figures["recorded_over_rtpengine"] is not None) is installed()
    assert math.isfinite(figures["added_latency_ms_p99"])
    assert figures["machine"].keys() == {"cpu", "cpus", "kernel"}


async def test_nonsense_is_refused_at_once() -> None:
    code, output, errors = await run("bench.media", "--calls", "0")
    assert (code, output) == (2, "")
    assert "--calls goes from 1 to" in errors


def test_a_gap_is_found_on_the_side_where_it_is(tmp_path: Path) -> None:
    frames = np.zeros((8000, 2), np.int16)
    frames[1000:7000] = 100
    frames[3000:3041, 1] = 0  # 5 ms
    frames[5000:5020, 0] = 0
    path = tmp_path / "call.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(frames.tobytes())
    assert gaps(path) == 1
