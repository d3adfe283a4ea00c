"""A short run of the bench of codecs and ciphers: no packet is missing, every figure is there."""

from __future__ import annotations

import json

import pytest

from bench.work import KINDS, added
from tests.bench.program import run

pytestmark = [pytest.mark.timeout(120)]


async def test_every_kind_of_call_is_measured() -> None:
    code, output, errors = await run("bench.work", "--calls", "2", "--seconds", "1", "--json")
    assert code == 0, errors
    figures = json.loads(output)
    for kind in KINDS:
        assert 0 < figures[f"{kind}_over_least"] < 10
        assert figures[f"{kind}_library_us"] > 0 and figures[f"{kind}_core_us"] > 0
        assert (f"{kind}_added" in figures) == kind.startswith("srtp")
    assert figures["opus_allocations"] == figures["plain_allocations"] == 0


def test_what_a_suite_adds_is_told_without_what_every_call_costs() -> None:
    plain, secure = {"core_us": 400.0, "least_us": 300.0}, {"core_us": 740.0, "least_us": 620.0}
    cost = {kind: secure if kind.startswith("srtp") else plain for kind in KINDS}
    assert added(cost)["srtp_sha1_added"] == 1.06
    assert added(dict.fromkeys(KINDS, plain))["srtp_sha1_added"] == 0.0


async def test_nonsense_is_refused_at_once() -> None:
    code, _, errors = await run("bench.work", "--calls", "0")
    assert code == 2 and "--calls goes from 1 to" in errors
