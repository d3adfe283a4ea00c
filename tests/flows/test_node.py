from __future__ import annotations

import pytest

from flows.node import MAX_REASON, FlowError, Node, Problem


def node(value: object) -> Node:
    return Node(value, [])


def test_a_pointer_escapes_tilde_and_slash_as_rfc_6901_says() -> None:
    assert node({"a/b": {"m~n": [1]}}).child("a/b").child("m~n").pointer == "/a~1b/m~0n"


def test_elements_are_counted_from_zero() -> None:
    pointers = [element.pointer for element in node({"list": ["x", "y"]}).child("list").elements()]
    assert pointers == ["/list/0", "/list/1"]


def test_what_is_missing_is_told_of_the_object_it_is_missing_from() -> None:
    root = node({"Parameters": {}})
    assert root.child("Parameters").child("Text").text() == ""
    assert root.problems == [Problem("/Parameters", "Text is missing")]


@pytest.mark.parametrize(("value", "text"), [("5", "5"), (5, "5"), (1.5, "1.5"), (True, "True")])
def test_any_scalar_is_a_text(value: object, text: str) -> None:
    root = node({"key": value})
    assert root.child("key").text() == text
    assert not root.problems


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({}, "key must be a text, not an object"),
        ([], "key must be a text, not a list"),
        ("", "key is empty"),
        (None, "key is missing"),
    ],
)
def test_a_filled_text_is_neither_empty_nor_something_else(value: object, reason: str) -> None:
    root = node({"key": value})
    assert root.child("key").filled() == ""
    assert [problem.reason for problem in root.problems] == [reason]


def test_a_value_of_the_wrong_kind_is_noted_and_read_as_empty() -> None:
    root = node({"list": "text", "object": 7})
    assert root.child("list").elements() == []
    assert root.child("object").members() == {}
    assert [str(problem) for problem in root.problems] == [
        "/list: list must be a list, not a text",
        "/object: object must be an object, not a number",
    ]


def test_null_counts_as_absent() -> None:
    root = node({"Transitions": None})
    assert not root.child("Transitions").present
    assert root.child("Transitions").members() == {}
    assert root.child("Transitions").elements() == []
    assert not root.problems


def test_a_choice_names_what_is_allowed() -> None:
    root = node({"Target": "Previous"})
    root.child("Target").choice("Current", "Related")
    assert root.problems[0].reason == "Target must be Current or Related, not 'Previous'"


def test_a_problem_says_pointer_block_and_reason() -> None:
    assert str(Problem("/Actions/0", "Text is missing", "greeting")) == (
        "/Actions/0 (block 'greeting'): Text is missing"
    )
    assert str(Problem("", "not JSON")) == "/: not JSON"


def test_an_error_says_each_problem_once_with_the_name_of_the_flow() -> None:
    problem, other = Problem("/a", "is wrong"), Problem("/b", "is wrong")
    error = FlowError("support.json", [problem, other, problem])
    assert error.problems == (problem, other)
    assert str(error) == "support.json: /a: is wrong\nsupport.json: /b: is wrong"


def test_a_long_value_does_not_make_a_long_reason() -> None:
    root = node({"Target": "x" * 100_000})
    root.child("Target").choice("Current")
    assert len(root.problems[0].reason) == MAX_REASON + len("...")


@pytest.mark.parametrize(("value", "number"), [("5", 5), (5, 5), ("1", 1), (9, 9)])
def test_a_whole_number_may_be_a_text(value: object, number: int) -> None:
    node = Node({"n": value}, [])
    assert node.child("n").whole(1, 9) == number
    assert not node.problems


@pytest.mark.parametrize("value", ["", "0", "10", "1.5", "x", "-1", "٣", "1" * 5000, True])
def test_what_is_no_whole_number_in_range_is_told_once(value: object) -> None:
    node = Node({"n": value}, [])
    assert node.child("n").whole(1, 9) == 1
    (problem,) = node.problems
    assert problem.reason.startswith("n must be a whole number from 1 to 9, not ")


@pytest.mark.parametrize(
    ("value", "flag"),
    [("True", True), (True, True), ("true", True), ("False", False), (None, False)],
)
def test_a_flag_is_true_or_false_in_any_spelling(value: object, flag: bool) -> None:
    assert Node({"f": value}, []).child("f").flag() is flag


def test_a_doubt_is_no_problem() -> None:
    node = Node({"a": {}}, [])
    node.child("a").doubtful("is odd")
    assert not node.problems
    assert node.warnings == [Problem("/a", "a is odd")]


def test_one_of_several_and_what_is_required_are_told_when_they_are_not_there() -> None:
    node = Node({"a": 1, "b": 2}, [])
    assert node.one_of("a", "c") == "a"
    assert node.one_of("a", "b") is None
    assert not node.required("c").present
    assert [problem.reason for problem in node.problems] == [
        "the document must hold exactly one of a, b, not 2",
        "c is missing",
    ]


def test_texts_are_the_scalars_of_an_object() -> None:
    node = Node({"a": 1, "b": True, "c": None, "d": []}, [])
    assert node.texts() == {"a": "1", "b": "True", "d": ""}
    assert [problem.reason for problem in node.problems] == ["d must be a text, not a list"]
