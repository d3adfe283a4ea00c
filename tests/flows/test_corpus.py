"""Contact flows that other people wrote: read as data where they are at hand."""

from __future__ import annotations

import csv
import json
import random
from pathlib import Path
from xml.etree import ElementTree

import pytest

from flows import FlowError, read, write
from flows.picture import draw
from tests.flows.walking import walk

CORPUS = Path(__file__).parents[3] / "shared" / "flow-corpus"
INDEX = CORPUS / "index.csv"
ROWS = list(csv.DictReader(INDEX.read_text().splitlines())) if INDEX.exists() else []
NEW = [row for row in ROWS if row["format"] == "new"]
GOOD = [row for row in NEW if not row["unknown_types"] and row["dangling"] == "0"]
OLDER = [row for row in ROWS if row["format"] == "legacy"]
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
    assert len(OLDER) == 47
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


@pytest.mark.parametrize("row", OLDER, ids=name_of)
def test_an_older_export_loads_and_says_the_same_when_it_is_converted_first(row: Row) -> None:
    name, flow_type = row["file"], row["flow_type"]
    flow = read(text_of(row), name, flow_type)
    assert len(flow.document["Actions"]) == int(row["n_actions"])
    assert not flow.warnings
    assert flow == read(write(flow), name, flow_type)


@pytest.mark.parametrize("row", GOOD, ids=name_of)
def test_a_flow_that_was_read_is_printed_as_it_was_written(row: Row) -> None:
    text = text_of(row).removeprefix("\ufeff")
    told = json.loads(text.replace('"MaxDigits": 1,', '"MaxDigits": "1",'))  # one has a number
    assert json.loads(write(read(text, row["file"]))) == told


@pytest.mark.parametrize("row", GOOD + OLDER, ids=name_of)
def test_a_walk_with_random_answers_always_ends(row: Row) -> None:
    flow = read(text_of(row), row["file"])
    chance = random.Random(row["file"])
    attributes = {key: str(chance.randrange(5)) for key in ("surveySize", "loopCounter")}
    for _ in range(RUNS):
        walk(flow, chance, attributes)


@pytest.mark.parametrize("row", GOOD + OLDER, ids=name_of)
def test_every_flow_can_be_drawn(row: Row) -> None:
    picture = ElementTree.fromstring(draw(read(text_of(row), row["file"])))
    assert len(picture.findall(".//{*}g/{*}rect")) == int(row["n_actions"])


def test_hand_made_flow_types_are_told_from_real_ones() -> None:
    """What the index knows for sure about a flow's type, the language agrees with."""
    misplaced = set()
    for row in GOOD:
        try:
            read(text_of(row), row["file"], row["flow_type"])
        except FlowError as error:
            if row["flow_type_from"] != "assumed":
                misplaced |= {problem.reason.split()[1] for problem in error.problems}
    assert misplaced <= {"'EndFlowExecution'"}  # one inbound flow uses it all the same
