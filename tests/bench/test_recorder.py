"""Short real runs of the bench: its figures have the promised shape, and nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from bench.engine_process import ROOT
from recorder.cipher import HEADER_BYTES, TAG_BYTES

FIGURES = {
    "took_s",
    "cpu_us_per_recording_s",
    "cpu_us_per_recording_s_python",
    "cpu_us_per_recording_s_native",
    "write_calls_per_s",
    "bytes_per_recording",
    "overruns",
}
ENCRYPTED = {f"encrypted_{name}" for name in FIGURES}
KEYS = {"recordings", "seconds", "fast", "machine", "problems", *FIGURES, *ENCRYPTED}


def bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bench.recorder", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
    )


@pytest.mark.parametrize("pace", [(), ("--fast",)])
def test_every_figure_is_there_and_no_frame_is_lost(pace: tuple[str, ...]) -> None:
    done = bench("--recordings", "20", "--seconds", "1.5", "--json", *pace)
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert figures.keys() == KEYS
    assert (figures["recordings"], figures["overruns"], figures["problems"]) == (20, 0, [])
    assert figures["bytes_per_recording"] == 44 + 12_000 * 4
    assert figures["encrypted_bytes_per_recording"] == HEADER_BYTES + 12_000 * 4 + 6 * TAG_BYTES
    for prefix in ("", "encrypted_"):
        cpu = f"{prefix}cpu_us_per_recording_s"
        assert figures[cpu] == pytest.approx(
            figures[f"{cpu}_python"] + figures[f"{cpu}_native"], abs=0.2
        )
        assert figures[cpu] > 0 and figures[f"{cpu}_native"] >= 0  # a moment may cost no tick
        assert figures[f"{prefix}overruns"] == 0
        assert figures[f"{prefix}write_calls_per_s"] > 10
        assert pace or figures[f"{prefix}took_s"] >= 1.5


@pytest.mark.parametrize("nonsense", [("--recordings", "0"), ("--seconds", "0")])
def test_nonsense_is_refused_at_once(nonsense: tuple[str, ...]) -> None:
    done = bench(*nonsense)
    assert (done.returncode, done.stdout) == (2, "")
    assert "goes" in done.stderr


def test_people_get_a_table() -> None:
    done = bench("--recordings", "2", "--seconds", "0.2", "--fast")
    assert done.returncode == 0, done.stderr
    assert "Recordings through one thread" in done.stdout and "write_calls_per_s" in done.stdout
