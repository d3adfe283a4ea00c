"""The survey of contact flows, on a folder of our own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bench.flows import Figures, loop_p99_ms, survey, us_per_action
from flows import TransferToQueue
from flows.rehearsal import House

BYE = {"Identifier": "bye", "Type": "DisconnectParticipant"}


def block(name: str, type_name: str, parameters: dict[str, Any], leads: str) -> dict[str, Any]:
    transitions = {"NextAction": leads}
    return {
        "Identifier": name,
        "Type": type_name,
        "Parameters": parameters,
        "Transitions": transitions,
    }


def put(folder: Path, name: str, *blocks: dict[str, Any]) -> None:
    document = {
        "Version": "2019-10-30",
        "StartAction": blocks[0]["Identifier"],
        "Actions": [*blocks, BYE],
    }
    (folder / name).write_text(json.dumps(document))


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    put(tmp_path, "good.json", block("a", "MessageParticipant", {"Text": "Hi"}, "bye"))
    put(tmp_path, "empty.json", block("a", "MessageParticipant", {"Text": "$.External.x"}, "bye"))
    put(tmp_path, "round.json", block("a", "MessageParticipant", {"Text": "Hello" * 9}, "a"))
    put(tmp_path, "unknown.json", block("a", "PlayPrompt", {}, "bye"))
    music = {"Messages": [{"PromptId": "music.wav"}]}
    put(tmp_path, "music.json", block("a", "MessageParticipantIteratively", music, "bye"))
    (tmp_path / "index.csv").write_text("file,console_export\ngood.json,1\nempty.json,1\n")
    return tmp_path


def test_a_survey_tells_what_loads_and_what_runs_to_its_end(corpus: Path) -> None:
    report = survey(corpus).report(1.234, 5.678)
    assert [report[name] for name in ("files", "loaded", "refused", "ran_to_end", "crashed")] == [
        5,
        4,
        1,
        2,
        0,
    ]
    assert report["console"] == {"files": 2, "loaded": 2, "ran_to_end": 1}
    assert report["by_type"]["MessageParticipant"] > report["by_type"]["DisconnectParticipant"]
    assert (report["us_per_action"], report["loop_p99_ms"]) == (1.23, 5.68)
    assert "is empty" in report["broke_off"]["empty.json"]
    assert "hangs up" in report["broke_off"]["round.json"]


def test_a_crash_is_counted_and_does_not_stop_the_survey(
    corpus: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue = block("a", "UpdateContactTargetQueue", {"QueueId": "q"}, "transfer")
    put(corpus, "queue.json", queue, block("transfer", "TransferContactToQueue", {}, "bye"))
    answer = House.answer

    def trip(house: House, ask: Any) -> Any:
        if isinstance(ask, TransferToQueue):
            raise RuntimeError("tripped")
        return answer(house, ask)

    monkeypatch.setattr(House, "answer", trip)
    figures = survey(corpus)
    assert (figures.files, figures.crashed) == (6, 1)
    assert figures.broke_off["queue.json"] == "RuntimeError('tripped')"


def test_a_simple_block_costs_no_more_than_its_budget() -> None:
    assert 0.0 < us_per_action() < 100.0  # the budget is 15, on a machine with nothing else to do


async def test_what_a_thousand_contacts_take_at_once_is_measured() -> None:
    assert 0.0 < await loop_p99_ms() < 1000.0  # the budget is 10


def test_a_survey_of_nothing_is_all_zero(tmp_path: Path) -> None:
    assert survey(tmp_path) == Figures()


def test_the_command_prints_one_json_object(corpus: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.flows", "--corpus", str(corpus), "--json"],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["files"] == 5
