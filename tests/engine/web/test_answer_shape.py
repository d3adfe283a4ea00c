from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.parsers import create_parser

from engine.web.answer_shape import write
from engine.web.service_model import Service

CONNECT = Service()
NOON = datetime(2026, 5, 4, 12, 0, 0, 250_000, tzinfo=UTC)


def body(operation: str, answer: dict[str, Any]) -> dict[str, Any]:
    return write(CONNECT.operations[operation], answer)


def test_what_is_not_known_is_left_out_and_a_moment_is_seconds() -> None:
    contact = {"Id": "c", "Name": None, "InitiationTimestamp": NOON, "Attributes": {"a": "b"}}
    assert body("DescribeContact", {"Contact": contact}) == {
        "Contact": {"Id": "c", "InitiationTimestamp": NOON.timestamp(), "Attributes": {"a": "b"}}
    }


def test_what_botocore_reads_is_what_was_meant() -> None:
    import json

    users = [{"Id": "u", "Username": "ann", "LastModifiedTime": NOON}]
    sent = json.dumps(body("ListUsers", {"UserSummaryList": users, "NextToken": None})).encode()
    parser = create_parser("rest-json")
    shape = CONNECT.operations["ListUsers"].output
    heard = parser.parse({"status_code": 200, "headers": {}, "body": sent}, shape)
    assert heard["UserSummaryList"] == users
    assert "NextToken" not in heard


def test_a_member_the_model_does_not_have_is_our_error() -> None:
    with pytest.raises(AssertionError, match="Shoe"):
        body("DescribeContact", {"Contact": {"Shoe": 43}})


def test_an_operation_without_output_answers_an_empty_object() -> None:
    assert body("DeleteUser", {}) == {}
    with pytest.raises(AssertionError):
        body("DeleteUser", {"Id": "u"})
