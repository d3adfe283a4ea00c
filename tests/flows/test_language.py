from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.language import ALLOWED_IN, ERRORS, FLOW_TYPES

REFERENCE = Path(__file__).parents[3] / "shared" / "connect" / "actions.json"


def test_the_language_has_57_action_types() -> None:
    assert len(ERRORS) == 57


@pytest.mark.skipif(not REFERENCE.exists(), reason=f"no table of action types at {REFERENCE}")
def test_every_type_and_every_error_is_in_the_reference_table() -> None:
    reference = {row["type"]: row["errors"] for row in json.loads(REFERENCE.read_text())["actions"]}
    assert ERRORS.keys() == reference.keys()
    for type_name, errors in ERRORS.items():
        assert all(error in reference[type_name] for error in errors), type_name


def test_actions_and_types_of_flow_in_the_table_exist() -> None:
    assert ALLOWED_IN.keys() <= ERRORS.keys()
    assert all(allowed and allowed <= set(FLOW_TYPES.values()) for allowed in ALLOWED_IN.values())


LETTERS = {
    "I": {"contactFlow"},
    "T": {"agentTransfer", "queueTransfer"},
    "AT": {"agentTransfer"},
    "QT": {"queueTransfer"},
    "W": {"agentWhisper", "customerWhisper", "outboundWhisper"},
    "OW": {"outboundWhisper"},
    "OW?": {"outboundWhisper"},
    "Q": {"customerQueue"},
    "CH": {"customerHold"},
    "AH": {"agentHold"},
    "M": {"module"},
}
EVERYWHERE = {"UpdateContactRecordingBehavior"}  # sources disagree; taken wherever it stands


@pytest.mark.skipif(not REFERENCE.exists(), reason=f"no table of action types at {REFERENCE}")
def test_types_of_flow_are_those_of_the_reference_table() -> None:
    for row in json.loads(REFERENCE.read_text())["actions"]:
        words = row["flow_types"].replace(" only", "").replace("^", "").replace(" (docs)", "")
        if words.startswith("all") or row["type"] in EVERYWHERE:
            continue
        expected = {name for word in words.split(",") for name in LETTERS[word.strip()]}
        found = ALLOWED_IN[row["type"]]
        assert found - {"module"} == expected - {"module"}, row["type"]
        assert expected & {"module"} <= found, row["type"]
