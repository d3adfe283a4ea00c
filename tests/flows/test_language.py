from __future__ import annotations

import json
from pathlib import Path

import pytest

from flows.language import ERRORS, general_error

REFERENCE = Path(__file__).parents[3] / "shared" / "connect" / "actions.json"


def test_the_language_has_57_action_types() -> None:
    assert len(ERRORS) == 57


@pytest.mark.skipif(not REFERENCE.exists(), reason=f"no table of action types at {REFERENCE}")
def test_every_type_and_every_error_is_in_the_reference_table() -> None:
    reference = {row["type"]: row["errors"] for row in json.loads(REFERENCE.read_text())["actions"]}
    assert ERRORS.keys() == reference.keys()
    for type_name, errors in ERRORS.items():
        assert all(error in reference[type_name] for error in errors), type_name


def test_the_general_error_is_no_matching_error_where_the_type_has_it() -> None:
    assert general_error("GetParticipantInput") == "NoMatchingError"


def test_a_type_without_it_fails_with_its_first_error() -> None:
    assert general_error("UpdateContactCallbackNumber") == "InvalidCallbackNumber"


def test_a_type_without_errors_cannot_fail() -> None:
    assert general_error("UpdateFlowLoggingBehavior") is None
