from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

import flows
from flows.blocks import READERS
from flows.schema import schema
from tests.flows.test_corpus import GOOD, Row, name_of, text_of
from tests.flows.writing import action, document, message, problems_of

KEPT = Path(flows.__file__).parent / "flow.schema.json"
VALIDATOR = jsonschema_rs.validator_for(schema())


def places(written: Any) -> list[str]:
    """JSON pointers of what the schema has something against."""
    found = VALIDATOR.iter_errors(written)
    return ["/" + "/".join(map(str, each.instance_path)) for each in found]


def test_the_schema_that_is_kept_is_the_one_that_the_readers_make() -> None:
    """To make it anew: earshot flow schema > flows/flow.schema.json."""
    assert json.loads(KEPT.read_text()) == schema()


def test_every_type_that_is_executed_is_described() -> None:
    assert schema()["$defs"]["parameters"].keys() == READERS.keys()


@pytest.mark.parametrize("row", GOOD, ids=name_of)
def test_a_flow_of_the_corpus_is_of_the_schema(row: Row) -> None:
    assert places(json.loads(text_of(row))) == []


def test_the_samples_are_of_the_schema() -> None:
    for file in (KEPT.parent / "samples").glob("*.json"):
        assert places(json.loads(file.read_text())) == []


@pytest.mark.parametrize(
    ("block", "place"),
    [
        ({"Identifier": "x"}, "/Actions/0"),
        (action("x" * 51, "Loop"), "/Actions/0/Identifier"),
        (action("a/b", "Loop"), "/Actions/0/Identifier"),
        (action("toString", "Loop"), "/Actions/0/Identifier"),
        (action("x", "PlayPrompt"), "/Actions/0/Type"),
        (message("x", "Hi") | {"Transitions": {}}, "/Actions/0/Transitions"),
        (
            action("x", "Wait", {"TimeLimitSeconds": "soon"}),
            "/Actions/0/Parameters/TimeLimitSeconds",
        ),
        (
            action("x", "Compare", conditions=[("Like", "a", "bye")]),
            "/Actions/0/Transitions/Conditions/0/Condition/Operator",
        ),
    ],
)
def test_what_the_schema_refuses_the_reader_refuses_too(block: Any, place: str) -> None:
    written = document(block)
    written["StartAction"] = "x"
    assert place in places(written)
    assert problems_of(written)
