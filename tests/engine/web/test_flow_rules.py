import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from engine.directory import Kind, Origin, Resource
from engine.flow_resources import facts_of
from engine.refused import Refused
from engine.web.flow_rules import (
    FLOW,
    MAX_PROBLEMS,
    MODULE,
    check_content,
    check_origin,
    digest,
    status,
    without_alias,
)
from engine.web.resource_row import Row
from tests.rig.house import to_queue

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CONTENT = json.dumps(to_queue())
DRAFT = Resource(
    Kind.CONTACT_FLOW,
    "f1",
    "Menu",
    facts_of("CONTACT_FLOW", CONTENT, publish=False),
    Origin.API,
    NOON,
)


@pytest.mark.parametrize(
    ("reference", "found"),
    [("f1", ("f1", False)), ("f1:$SAVED", ("f1", True)), ("arn:x/f1:$SAVED", ("arn:x/f1", True))],
)
def test_the_alias_means_what_is_saved(reference: str, found: tuple[str, bool]) -> None:
    assert without_alias(reference) == found


def test_the_status_says_whether_anything_is_published() -> None:
    assert status(DRAFT) == "SAVED"
    facts = facts_of("CONTACT_FLOW", CONTENT, publish=True)
    assert status(replace(DRAFT, facts=facts)) == "PUBLISHED"


def test_a_digest_is_sha_256_in_hex() -> None:
    assert digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("row", "error", "member"),
    [
        (FLOW, "InvalidContactFlowException", "problems"),
        (MODULE, "InvalidContactFlowModuleException", "Problems"),
    ],
)
def test_every_problem_is_told_up_to_a_limit(row: Row, error: str, member: str) -> None:
    actions = [{"Identifier": str(n), "Type": "Odd"} for n in range(MAX_PROBLEMS + 5)]
    with pytest.raises(Refused) as refused:
        check_content(
            row, json.dumps({"Version": "2019-10-30", "Actions": actions}), "x", "CONTACT_FLOW"
        )
    assert (refused.value.status, refused.value.error) == (400, error)
    problems = refused.value.details[member]
    assert len(problems) == MAX_PROBLEMS
    assert problems[0]["message"].startswith("/Actions/0/Type (block '0')")


def test_an_action_may_stand_only_where_its_type_of_flow_allows_it() -> None:
    check_content(FLOW, CONTENT, "x", "CONTACT_FLOW")
    with pytest.raises(Refused, match="may not stand in a flow of type customerHold"):
        check_content(FLOW, CONTENT, "x", "CUSTOMER_HOLD")


def test_what_stands_in_a_file_is_changed_in_the_file() -> None:
    check_origin(DRAFT)
    with pytest.raises(Refused, match="change it there"):
        check_origin(replace(DRAFT, origin=Origin.CONFIGURATION))
