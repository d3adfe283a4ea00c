"""A short run of the bench of codecs and ciphers: no packet is missing, every figure is there."""

from __future__ import annotations

import json

import pytest

from bench.work import KINDS
from tests.bench.program import run

pytestmark = [pytest.mark.timeout(120)]


async def test_every_kind_of_call_is_measured() -> None:
    code, output, errors = await run("bench.work", "--calls", "2", "--seconds", "1", "--json")
    assert code == 0, errors
    figures = json.loads(output)
    for kind in KINDS:
        assert 0 < figures[f"{kind}_over_least"] < 10
        assert 0 < figures[f"{kind}_library_us"] < figures[f"{kind}_core_us"]
    assert figures["opus_allocations"] == 0


async def test_nonsense_is_refused_at_once() -> None:
    code, _, errors = await run("bench.work", "--calls", "0")
    assert code == 2 and "--calls goes from 1 to" in errors
