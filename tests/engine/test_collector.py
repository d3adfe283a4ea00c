"""The garbage collector, told to leave alone what is there from the start."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from engine.collector import THRESHOLDS, settle


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


def test_what_is_there_already_is_never_looked_at_again() -> None:
    before = gc.get_freeze_count()
    settle()
    assert gc.get_freeze_count() > before + 10_000
    assert gc.get_threshold() == THRESHOLDS


def test_garbage_that_holds_itself_is_still_found() -> None:
    settle()
    ring: list[object] = []
    ring.append(ring)
    del ring
    assert gc.collect() >= 1
