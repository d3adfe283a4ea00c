from __future__ import annotations

from typing import Any

import pytest

from flows.expressions import is_reference
from flows.legacy_module import SYSTEM, Module, Parameter, reference
from flows.node import Node, Problem


def node(value: Any) -> Node:
    return Node(value, [])


@pytest.mark.parametrize(
    ("namespace", "key", "expected"),
    [
        ("User Defined", "tier", "$.Attributes.tier"),
        ("User Defined", "two words", "$.Attributes['two words']"),
        ("User Defined", "it's", '$.Attributes["it\'s"]'),
        ("External", "customer.tier", "$.External.customer.tier"),
        ("Lex.Slots", "city", "$.Lex.Slots.city"),
        ("Agent", "FirstName", "$.Agent.FirstName"),
        ("System", "Customer Number", "$.CustomerEndpoint.Address"),
        ("System", "Dialed Number", "$.SystemEndpoint.Address"),
        ("System", "Stored customer input", "$.StoredCustomerInput"),
        ("System", "Channel", "$.Channel"),
        ("System", "Queue.ARN", "$.Queue.ARN"),
        ("User Defined", "$.Attributes.tier", "$.Attributes.tier"),
    ],
)
def test_a_namespace_becomes_a_reference(namespace: str, key: str, expected: str) -> None:
    assert reference(node({}), namespace, key) == expected


@pytest.mark.parametrize(
    ("namespace", "key"), [("System", "Mood of the day"), ("External", "a'b\"c")]
)
def test_a_name_that_no_reference_could_name_is_told_and_empty(namespace: str, key: str) -> None:
    told = node({})
    assert reference(told, namespace, key) == ""
    assert "names no" in told.warnings[0].reason


def test_every_system_attribute_is_a_reference() -> None:
    assert all(is_reference(f"$.{path}") for path in SYSTEM.values())


@pytest.mark.parametrize(
    ("value", "text"), [("a $.Channel", "a $.Channel"), (7, "7"), (True, "True"), (None, "")]
)
def test_a_value_without_a_namespace_is_taken_as_a_text(value: Any, text: str) -> None:
    assert Parameter.read(node({"name": "x", "value": value, "namespace": None})).value == text


def test_a_resource_goes_by_its_name_where_its_arn_is_missing() -> None:
    named = Parameter.read(node({"name": "Queue", "resourceName": "BasicQueue"}))
    assert (named.value, named.named) == ("", "BasicQueue")
    both = Parameter.read(node({"name": "Queue", "value": "arn", "resourceName": "BasicQueue"}))
    assert both.named == "arn"


def test_a_module_has_its_parameters_and_the_branches_that_were_drawn() -> None:
    written = {
        "id": "m",
        "type": "SetAttributes",
        "parameters": [
            {"name": "Attribute", "key": "a", "value": "1"},
            {"name": "Attribute", "key": "b", "value": "x", "namespace": "External"},
            {"name": "DisableCancel", "value": True},
        ],
        "branches": [
            {"condition": "Success", "transition": "next"},
            {"condition": "Error"},
        ],
    }
    module = Module.read(node(written), "contactFlow")
    assert module.pairs("Attribute") == {"a": "1", "b": "$.External.x"}
    assert module.get("Attribute") == "1" and module.get("Nothing") == module.named("Nothing") == ""
    assert module.is_on("DisableCancel") and not module.is_on("Nothing")
    assert [(each.condition, each.target) for each in module.branches] == [("Success", "next")]


def test_what_is_wrong_with_a_module_is_told_with_its_place() -> None:
    root = node({"modules": [{"id": 7, "parameters": {}, "branches": [[]]}]})
    for each in root.child("modules").elements():
        Module.read(each, "contactFlow")
    assert list(dict.fromkeys(root.problems)) == [
        Problem("/modules/0", "type is missing"),
        Problem("/modules/0/parameters", "parameters must be a list, not an object"),
        Problem("/modules/0/branches/0", "branches[0] must be an object, not a list"),
        Problem("/modules/0/branches/0", "condition is missing"),
    ]
