from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest

from flows import Flow, FlowError, Interpreter, Step, read
from tests.flows.writing import said

Document = dict[str, Any]
BYE = {"id": "bye", "type": "Disconnect", "branches": [], "parameters": []}


def branch(condition: str, target: str = "bye", operator: str = "", value: Any = None) -> Document:
    compared = {"conditionType": operator, "conditionValue": value} if operator else {}
    return {"condition": condition, "transition": target, **compared}


def module(type_name: str, parameters: Document, *branches: Document, **more: Any) -> Document:
    listed = [{"name": name, "value": value} for name, value in parameters.items()]
    return {
        "id": "m",
        "type": type_name,
        "parameters": listed,
        "branches": list(branches),
        "metadata": {"position": {"x": 1, "y": 2}},
        **more,
    }


def export(*modules: Document, **top: Any) -> str:
    every = [*modules, BYE]
    return json.dumps({"modules": every, "version": "1", "start": every[0]["id"], **top})


def converted(*modules: Document, **top: Any) -> list[Document]:
    actions: list[Document] = read(export(*modules, **top), "older").document["Actions"]
    return actions


def transitions(*modules: Document) -> Document:
    found: Document = converted(*modules)[0]["Transitions"]
    return found


def loaded(*modules: Document) -> Flow:
    return read(export(*modules), "older")


def test_an_export_becomes_a_document_of_today() -> None:
    metadata = {"name": "Main", "type": "customerQueue", "entryPointPosition": {"x": 0, "y": 0}}
    hello = module("PlayPrompt", {"Text": "Hi"}, branch("Success"), branch("Error"))
    assert read(export(hello, metadata=metadata), "older").document == {
        "Version": "2019-10-30",
        "StartAction": "m",
        "Metadata": {
            **metadata,
            "ActionMetadata": {"m": {"position": {"x": 1, "y": 2}}, "bye": {}},
        },
        "Actions": [
            {
                "Identifier": "m",
                "Type": "MessageParticipant",
                "Parameters": {"Text": "Hi"},
                "Transitions": {
                    "NextAction": "bye",
                    "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingError"}],
                },
            },
            {
                "Identifier": "bye",
                "Type": "DisconnectParticipant",
                "Parameters": {},
                "Transitions": {},
            },
        ],
    }


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        ({"type": "customerQueue"}, "customerQueue"),
        ({"metadata": {"type": "agentWhisper"}}, "agentWhisper"),
        ({"type": "customerQueue", "metadata": {"type": "agentWhisper"}}, "customerQueue"),
        ({}, "contactFlow"),
    ],
)
def test_the_type_of_a_flow_stands_at_the_top_or_in_the_metadata(
    top: Document, expected: str
) -> None:
    assert read(export(**top), "older").document["Metadata"]["type"] == expected


def test_what_is_converted_is_read_as_if_it_had_been_written_so() -> None:
    hello = module("PlayPrompt", {"Text": "Hi"}, branch("Success"))
    today = read(json.dumps(read(export(hello), "older").document), "older")
    assert today == loaded(hello)


@pytest.mark.parametrize(
    ("operator", "value", "expected"),
    [
        ("Equals", "1", ("Equals", "1")),
        ("Contains", "a", ("TextContains", "a")),
        ("StartsWith", "a", ("TextStartsWith", "a")),
        ("EndsWith", "a", ("TextEndsWith", "a")),
        ("GreaterThan", 5, ("NumberGreaterThan", "5")),
        ("GreaterThanOrEqualTo", 5, ("NumberGreaterOrEqualTo", "5")),
        ("LessThan", 5, ("NumberLessThan", "5")),
        ("LessThanOrEqualTo", 5, ("NumberLessOrEqualTo", "5")),
    ],
)
def test_a_branch_that_compares_becomes_a_condition(
    operator: str, value: Any, expected: tuple[str, str]
) -> None:
    parameters = {"Attribute": "tier", "Namespace": "User Defined"}
    check = module("CheckAttribute", parameters, branch("Evaluate", "bye", operator, value))
    (condition,) = transitions(check)["Conditions"]
    name, operand = expected
    assert condition["Condition"] == {"Operator": name, "Operands": [operand]}


def test_branches_become_errors_of_the_type() -> None:
    menu = module(
        "GetUserInput",
        {"Text": "Press 1", "Timeout": "5"},
        branch("Evaluate", "bye", "Equals", "1"),
        branch("Timeout"),
        branch("NoMatch"),
        branch("Error"),
        target="Digits",
    )
    assert [each["ErrorType"] for each in transitions(menu)["Errors"]] == [
        "InputTimeLimitExceeded",
        "NoMatchingCondition",
        "NoMatchingError",
    ]


def test_a_loop_gets_the_next_action_that_the_service_wants() -> None:
    loop = module("Loop", {"LoopCount": "3"}, branch("Looping", "m"), branch("Complete"))
    found = transitions(loop)
    assert found["NextAction"] == "bye"
    assert [each["Condition"]["Operands"] for each in found["Conditions"]] == [
        ["ContinueLooping"],
        ["DoneLooping"],
    ]


def test_staffing_is_a_number_of_agents_above_zero() -> None:
    check = module("CheckStaffing", {"Status": "Staffed"}, branch("True", "m"), branch("False"))
    assert transitions(check) == {
        "Conditions": [
            {
                "NextAction": "m",
                "Condition": {"Operator": "NumberGreaterThan", "Operands": ["0"]},
            }
        ],
        "Errors": [{"NextAction": "bye", "ErrorType": "NoMatchingCondition"}],
    }


def test_shares_add_up_and_every_number_from_1_to_100_goes_one_way() -> None:
    names = ("half", "third", "rest")
    says = [module("SetAttributes", {}, branch("Success"), id=name) for name in names]
    split = module(
        "PercentileBranching",
        {},
        branch("Evaluate", "half", "Equals", "50%"),
        branch("Evaluate", "third", "Equals", 30),
        branch("NoMatch", "rest"),
    )
    bounds = [each["Condition"]["Operands"] for each in transitions(split, *says)["Conditions"]]
    assert bounds == [["51"], ["81"]]
    flow = loaded(split, *says)
    went = Counter(second_block(flow, drawn) for drawn in range(1, 101))
    assert went == {"half": 50, "third": 30, "rest": 20}


def second_block(flow: Flow, drawn: int) -> str:
    asks = Interpreter(flow, {}, {}, draw=lambda: drawn, trace=True).start(0.0)
    return [ask.block for ask in asks if isinstance(ask, Step)][1]


def test_a_share_that_is_none_is_refused() -> None:
    split = module("PercentileBranching", {}, branch("Evaluate", "bye", "Equals", "many"))
    with pytest.raises(FlowError, match="must be a share of a hundred, not 'many'"):
        loaded(split)


def test_a_check_of_a_queue_by_age_and_size_becomes_two() -> None:
    check = module(
        "CheckQueueStatus",
        {"Queue": "q"},
        branch("CheckQueueTime", "bye", "LessThan", 300000),
        branch("CheckQueueSize", "bye", "GreaterThan", 5),
        branch("NoMatch"),
        branch("Error"),
    )
    first, _, second = converted(check)
    assert first["Parameters"]["MetricType"] == "OldestContactInQueueAgeSeconds"
    assert first["Transitions"]["Errors"] == [
        {"NextAction": "bye", "ErrorType": "NoMatchingError"},
        {"NextAction": "m QueueSize", "ErrorType": "NoMatchingCondition"},
    ]
    assert second["Identifier"] == "m QueueSize"
    assert second["Parameters"] == {"MetricType": "NumberOfContactsInQueue", "QueueId": "q"}
    assert loaded(check).blocks.keys() == {"m", "bye", "m QueueSize"}


def test_the_name_of_a_resource_is_kept_where_the_console_keeps_it() -> None:
    queue = module("SetQueue", {}, branch("Success"))
    queue["parameters"] = [{"name": "Queue", "value": "arn", "resourceName": "BasicQueue"}]
    metadata = read(export(queue), "older").document["Metadata"]["ActionMetadata"]
    assert metadata["m"]["parameters"] == {"QueueId": {"displayName": "BasicQueue"}}


def test_a_type_outside_of_the_table_takes_its_error_branch_and_is_told() -> None:
    hello = module("PlayPrompt", {"Text": "Hi"}, branch("Success"), id="hello")
    hold = module("HoldCustomerOrAgent", {}, branch("Success"), branch("Error", "hello"))
    flow = loaded(hold, hello)
    (warning,) = flow.warnings
    assert warning.pointer == "/modules/0/type"
    assert "'HoldCustomerOrAgent' (block 'm') is no type" in warning.reason
    asks = Interpreter(flow, {}, {"Channel": "VOICE"}, trace=True).start(0.0)
    assert [getattr(ask, "block", "") for ask in asks] == ["m", "hello", ""]


def test_a_type_outside_of_the_table_without_an_error_branch_disconnects() -> None:
    flow = loaded(module("HoldCustomerOrAgent", {}, branch("Success")))
    assert "without a branch" in said(Interpreter(flow, {}, {}).start(0.0))[0]


def test_a_branch_that_nothing_can_take_is_told() -> None:
    voice = module("SetVoice", {"GlobalVoice": "Amy"}, branch("Success"), branch("Lunch"))
    (warning,) = loaded(voice).warnings
    assert warning.pointer == "/modules/0/branches/1"
    assert warning.reason == "branches[1] 'Lunch' is left out: nothing can lead there"


@pytest.mark.parametrize(
    ("top", "pointer", "reason"),
    [
        ({"modules": 7}, "/modules", "modules must be a list, not a number"),
        ({"modules": [7]}, "/modules/0", "modules[0] must be an object, not a number"),
        ({"start": None}, "", "start is missing"),
        ({"metadata": []}, "/metadata", "metadata must be an object, not a list"),
        ({"modules": []}, "", "the document has no Actions: a flow needs at least one"),
    ],
)
def test_what_is_no_export_is_refused_with_its_place(
    top: Document, pointer: str, reason: str
) -> None:
    with pytest.raises(FlowError) as caught:
        read(json.dumps({**json.loads(export()), **top}), "older")
    assert (pointer, reason) in [(each.pointer, each.reason) for each in caught.value.problems]
