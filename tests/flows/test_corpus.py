"""Contact flows that other people wrote: read as data where they are at hand."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

from flows import Done, Failed, FlowError, Interpreter, Play, PromptEnded, read
from flows.interpreter import STEPS_PER_FLOW

CORPUS = Path(__file__).parents[3] / "shared" / "flow-corpus"
INDEX = CORPUS / "index.csv"
ROWS = list(csv.DictReader(INDEX.read_text().splitlines())) if INDEX.exists() else []
NEW = [row for row in ROWS if row["format"] == "new"]
GOOD = [row for row in NEW if not row["unknown_types"] and row["dangling"] == "0"]
RUNS = 3  # random walks over each flow

pytestmark = pytest.mark.skipif(not ROWS, reason=f"no flow corpus at {CORPUS}")
Row = dict[str, str]


def text_of(row: Row) -> str:
    return (CORPUS / row["file"]).read_text(encoding="utf-8")


def name_of(row: Row) -> str:
    return Path(row["file"]).stem[-40:]


def test_the_corpus_is_there_as_described() -> None:
    assert len(NEW) == 152
    assert len(GOOD) == 134
    assert all(row in GOOD for row in NEW if row["console_export"] == "1")


@pytest.mark.parametrize("row", GOOD, ids=name_of)
def test_a_flow_of_the_corpus_loads(row: Row) -> None:
    assert len(read(text_of(row), row["file"]).blocks) == int(row["n_actions"])


@pytest.mark.parametrize("row", [row for row in NEW if row["unknown_types"]], ids=name_of)
def test_a_flow_with_unknown_types_is_refused_naming_type_and_action(row: Row) -> None:
    with pytest.raises(FlowError) as caught:
        read(text_of(row), row["file"])
    for type_name in row["unknown_types"].split():
        told = [
            each for each in caught.value.problems if f"'{type_name}' is no action" in each.reason
        ]
        assert told and all(each.block and each.pointer.endswith("/Type") for each in told)


@pytest.mark.parametrize("row", [row for row in NEW if row["dangling"] != "0"], ids=name_of)
def test_a_flow_with_a_dangling_transition_is_refused(row: Row) -> None:
    with pytest.raises(FlowError, match="there is no such action"):
        read(text_of(row), row["file"])


@pytest.mark.parametrize("row", [row for row in ROWS if row["format"] == "legacy"], ids=name_of)
def test_an_older_export_is_refused_with_what_to_do(row: Row) -> None:
    with pytest.raises(FlowError, match="older format"):
        read(text_of(row), row["file"])


@pytest.mark.parametrize("row", GOOD, ids=name_of)
def test_a_walk_with_random_answers_always_ends(row: Row) -> None:
    flow = read(text_of(row), row["file"])
    chance = random.Random(row["file"])
    for _ in range(RUNS):
        attributes = {key: str(chance.randrange(5)) for key in ("surveySize", "loopCounter")}
        run = Interpreter(flow, attributes, {"Channel": "VOICE"})
        asks, answers = run.start(now=0.0), 0
        while not run.over:
            answers += 1
            good = PromptEnded() if isinstance(asks[-1], Play) else Done()
            failure = Failed(chance.choice(["NoMatchingError", "QueueAtCapacity", "Odd"]))
            asks = run.step(good if chance.random() < 0.8 else failure, now=float(answers))
        assert answers <= STEPS_PER_FLOW
