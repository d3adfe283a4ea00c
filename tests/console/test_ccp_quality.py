"""How good the line is, from what the browser counts: engine/web/console/src/ccp/quality.ts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.rig.typescript import Module


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Module]:
    with Module("ccp/quality.ts", tmp_path_factory.mktemp("module")) as module:
        yield module


def counted(received: int, lost: int, **more: float) -> dict[str, Any]:
    return {
        "received": received,
        "lost": lost,
        "jitterSeconds": 0.0,
        "roundTripSeconds": 0.0,
        **more,
    }


def test_a_line_without_fault_is_as_good_as_a_telephone_can_be(ask: Module) -> None:
    quality = ask("qualityBetween", counted(0, 0), counted(100, 0))
    assert quality["loss"] == 0
    assert quality["mos"] == pytest.approx(4.4, abs=0.05)
    assert ask("gradeOf", quality["mos"]) == "good"


def test_loss_is_that_of_the_packets_since_the_last_look(ask: Module) -> None:
    quality = ask("qualityBetween", counted(1000, 500), counted(1090, 510))
    assert quality["loss"] == pytest.approx(0.1)
    assert ask("gradeOf", quality["mos"]) == "poor"


def test_nothing_received_is_no_division_by_zero(ask: Module) -> None:
    assert ask("qualityBetween", counted(7, 0), counted(7, 0))["loss"] == 0


def test_delay_and_jitter_cost_too(ask: Module) -> None:
    near = ask("meanOpinion", 0.05, 0)
    far = ask("meanOpinion", 0.3, 0)
    assert near > far > ask("meanOpinion", 0.6, 0) >= 1
    shaky = counted(100, 0, jitterSeconds=0.1, roundTripSeconds=0.2)
    assert ask("gradeOf", ask("qualityBetween", counted(0, 0), shaky)["mos"]) != "good"


def test_the_opinion_stays_within_its_scale(ask: Module) -> None:
    assert ask("meanOpinion", 10, 1) == 1
    assert ask("meanOpinion", 0, 0) <= 4.5
