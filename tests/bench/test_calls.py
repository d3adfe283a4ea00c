"""A short real run of the bench: its figures have the promised shape, and nothing is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench.program import run

COUNTS = (
    "bare_us_per_call_s",
    "ratio",
    "added_latency_ms_p50",
    "added_latency_ms_p99",
    "bare_latency_ms_p50",
    "bare_latency_ms_p99",
    "setup_cpu_us_per_call",
)


@pytest.mark.call
async def test_recorded_calls_lose_nothing_and_every_figure_is_there(tmp_path: Path) -> None:
    arguments = "--calls", "5", "--seconds", "1", "--record", "--json", "--folder", str(tmp_path)
    code, output, errors = await run("bench.calls", *arguments)
    assert code == 0, errors
    figures = json.loads(output)
    assert (figures["calls"], figures["seconds"], figures["recorded"]) == (5, 1.0, True)
    assert (figures["lost"], figures["recordings_ok"], figures["problems"]) == (0, True, [])
    assert figures["sent"] == 5 * 2 * 50 * (1 + 1 + 0.5)  # legs, packets a second, all the speech
    cpu = figures["cpu_us_per_call_s"]
    assert cpu.keys() == {"media", "recorder", "control", "total"}
    assert cpu["media"] > 0 and cpu["recorder"] > 0
    assert cpu["total"] == pytest.approx(cpu["media"] + cpu["recorder"] + cpu["control"], abs=0.2)
    assert all(figures[name] > 0 for name in COUNTS)
    assert figures["late_p99_ms"] >= 0 and figures["rss_bytes_per_call"] >= 0
    assert figures["machine"].keys() == {"cpu", "cpus", "kernel"}
    assert len(list(tmp_path.rglob("*.wav"))) == 5


async def test_calls_that_should_be_recorded_and_are_not_make_it_fail(tmp_path: Path) -> None:
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "CallRecordings").touch()  # where a folder should be
    arguments = "--calls", "1", "--seconds", "0.1", "--record", "--json", "--folder", str(tmp_path)
    code, output, errors = await run("bench.calls", *arguments)
    figures = json.loads(output)
    assert (code, figures["recordings_ok"]) == (1, False)
    assert figures["problems"] and all(problem in errors for problem in figures["problems"])


async def test_an_engine_that_does_not_start_is_an_error_and_its_log_is_shown(
    tmp_path: Path,
) -> None:
    (tmp_path / "earshot.sqlite").mkdir()
    code, output, errors = await run(
        "bench.calls", "--calls", "1", "--seconds", "0.1", "--folder", str(tmp_path)
    )
    assert (code, output) == (1, "")
    assert "EngineFailed" in errors and "earshot.sqlite" in errors


async def test_nonsense_is_refused_at_once() -> None:
    code, output, errors = await run("bench.calls", "--calls", "0")
    assert (code, output) == (2, "")
    assert "--calls goes from 1 to" in errors
