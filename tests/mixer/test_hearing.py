"""Contacts that come and go at random: everybody hears whom they should, and nobody else.

`HEARING=17:1000000 pytest tests/mixer/test_hearing.py` tells one life, so many things long.
"""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.mixer.life import Life
from tests.mixer.stage import Samples, Stage
from tests.native import sanitize

OPERATIONS = 3000  # of a seed, without HEARING
SEEDS = 2


def lives() -> list[tuple[int, int]]:
    """Seed and operations of each."""
    if asked := os.environ.get("HEARING"):
        seed, operations = map(int, asked.split(":"))
        return [(seed, operations)]
    return [(seed, OPERATIONS) for seed in range(SEEDS)]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    return sanitize.build_one(tmp_path_factory.mktemp("stage"), compiler, ["-O1"], "stage")


@pytest.mark.parametrize(("seed", "operations"), lives())
@pytest.mark.timeout(3600)
def test_whatever_happens_everybody_hears_whom_they_should(
    program: Path, seed: int, operations: int
) -> None:
    heard_as = {"PCMU": ulaw(), "PCMA": alaw(), "L16": EVERY.astype(np.int16)}
    life = Life(seed, partial(Stage, program), heard_as)
    with life.stage:
        life.live(operations)


EVERY: NDArray[np.int32] = np.arange(-32768, 32768, dtype=np.int32)


def ulaw() -> Samples:
    """What becomes of each sample, by ITU-T G.711."""
    magnitude = np.minimum(np.abs(EVERY), 32635) + 132
    segment = np.floor(np.log2(magnitude)).astype(np.int32) - 7
    steps = magnitude >> segment + 3 & 15
    heard = ((steps << 3) + 132 << segment) - 132
    return np.where(EVERY < 0, -heard, heard).astype(np.int16)


def alaw() -> Samples:
    magnitude = np.where(EVERY < 0, -EVERY - 1, EVERY)
    segment = np.maximum(np.floor(np.log2(np.maximum(magnitude, 1))).astype(np.int32) - 7, 0)
    steps = magnitude >> np.where(segment > 0, segment + 3, 4) & 15
    loud = (steps << 4) + 264 << np.maximum(segment - 1, 0)
    heard = np.where(segment > 0, loud, (steps << 4) + 8)
    return np.where(EVERY < 0, -heard, heard).astype(np.int16)
