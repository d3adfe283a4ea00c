import json
from collections.abc import Mapping
from typing import Any

import pytest

from flows import Ask, Failed, InvokeFunction, Play, Prompt, PromptEnded, Returned, read
from flows.interpreter import Interpreter
from tests.flows.writing import action, document, first, flow, interpreter, message, reasons

LOOKUP = "arn:aws:lambda:eu-central-1:123456789012:function:lookup"
GIVEN = {
    "LambdaFunctionARN": LOOKUP,
    "InvocationTimeLimitSeconds": "3",
    "LambdaInvocationAttributes": {"number": "tel $.CustomerEndpoint.Address", "kind": "vip"},
}
AS_JSON = {"ResponseValidation": {"ResponseType": "JSON"}}


def answered(value: object, text: str = "[$.External.name]", **more: Any) -> list[Ask]:
    """What comes after a function answered that: the text, or "failed"."""
    actions = [
        action("call", "InvokeLambdaFunction", GIVEN | more, leads="say", errors=FAILS),
        message("say", text),
        message("failed", "failed"),
    ]
    run = interpreter(actions)
    run.start(now=0.0)
    return [ask for ask in run.step(Returned(value), now=1.0) if isinstance(ask, Play)]


FAILS = {"NoMatchingError": "failed"}
FAILED = [Play(Prompt("text", "failed"))]


def test_a_function_is_called_with_parameters_that_are_known_now() -> None:
    [ask] = first("InvokeLambdaFunction", GIVEN, system={"CustomerEndpoint.Address": "+49"})
    assert ask == InvokeFunction(LOOKUP, {"number": "tel +49", "kind": "vip"}, 3.0)
    assert "vip" not in repr(ask)


def test_a_function_whose_name_comes_to_nothing_fails() -> None:
    given = GIVEN | {"LambdaFunctionARN": "$.Attributes.function"}
    assert [type(ask).__name__ for ask in first("InvokeLambdaFunction", given)] == ["End"]
    [ask] = first("InvokeLambdaFunction", given, attributes={"function": "lookup"})
    assert isinstance(ask, InvokeFunction) and ask.function == "lookup"


@pytest.mark.parametrize(
    ("value", "more", "text"),
    [
        ({"name": "Ada"}, {}, "[Ada]"),
        ({"name": 5}, {}, "[5]"),
        ({"name": True}, {}, "[true]"),
        ({"name": None}, {}, "[]"),
        ({}, {}, "[]"),
        ({"name": {"first": "Ada"}}, AS_JSON, "[]"),
    ],
)
def test_what_it_answers_is_read_as_external(
    value: object, more: Mapping[str, object], text: str
) -> None:
    assert answered(value, **more) == [Play(Prompt("text", text))]


def test_inside_of_json_a_value_is_found_by_its_way() -> None:
    value = {"name": {"first": "Ada"}, "orders": [{"id": 7}, {"id": 9}]}
    text = "$.External.name.first $.External.orders.1.id"
    assert answered(value, text, **AS_JSON) == [Play(Prompt("text", "Ada 9"))]


@pytest.mark.parametrize("value", [None, [], "text", 5, {"name": {"first": "Ada"}}, {"name": []}])
def test_an_answer_of_another_kind_takes_the_error_branch(value: object) -> None:
    assert answered(value) == FAILED


def test_a_function_that_fails_takes_the_error_branch() -> None:
    call = action("call", "InvokeLambdaFunction", GIVEN, leads="hang up", errors=FAILS)
    run = interpreter([call, message("failed", "failed")])
    run.start(now=0.0)
    assert FAILED[0] in run.step(Failed(), now=1.0)


def test_the_next_answer_replaces_the_last_one_whole() -> None:
    calls = [
        action("one", "InvokeLambdaFunction", GIVEN, leads="two"),
        action("two", "InvokeLambdaFunction", GIVEN, leads="say"),
        message("say", "[$.External.a$.External.b]"),
    ]
    run = interpreter(calls)
    run.start(now=0.0)
    run.step(Returned({"a": "1"}), now=1.0)
    assert Play(Prompt("text", "[2]")) in run.step(Returned({"b": "2"}), now=2.0)


def test_nobody_waits_for_one_that_is_called_asynchronously_and_nothing_is_read_of_it() -> None:
    mode = {"InvocationType": "ASYNCHRONOUS"}
    assert answered(None, **mode) == [Play(Prompt("text", "[]"))]
    [ask] = first("InvokeLambdaFunction", GIVEN | mode)
    assert isinstance(ask, InvokeFunction) and not ask.waits


def test_what_a_module_was_answered_stays_in_it_and_what_its_invoker_was_is_unreadable() -> None:
    call = action("call", "InvokeLambdaFunction", GIVEN, leads="say")
    ends = action("end", "EndFlowModuleExecution")
    inside = message("before", "[$.External.name]", "call"), call, message("say", "$.External.name")
    inside[2]["Transitions"]["NextAction"] = "end"
    invoke = action("invoke", "InvokeFlowModule", {"FlowModuleId": "module"}, leads="after")
    outer = flow(
        {**call, "Transitions": {"NextAction": "invoke"}},
        invoke,
        message("after", "$.External.name"),
    )
    module = read(json.dumps(document(*inside, ends)), "module")
    run = Interpreter(outer, {}, {}, lambda name: module)
    run.start(now=0.0)
    said = [run.step(Returned({"name": "outer"}), 1.0), run.step(PromptEnded(), 2.0)]
    said += [run.step(Returned({"name": "inner"}), 3.0), run.step(PromptEnded(), 4.0)]
    texts = [ask.prompt.value for asks in said for ask in asks if isinstance(ask, Play)]
    assert texts == ["[]", "inner", "outer"]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"InvocationTimeLimitSeconds": "0"}, "InvocationTimeLimitSeconds must be a whole number"),
        ({"LambdaFunctionARN": None}, "LambdaFunctionARN is missing"),
        ({"InvocationType": "LATER"}, "InvocationType must be SYNCHRONOUS or ASYNCHRONOUS"),
        ({"ResponseValidation": {"ResponseType": "XML"}}, "ResponseType must be STRING_MAP"),
    ],
)
def test_wrong_parameters_are_found_when_the_flow_is_read(
    wrong: Mapping[str, object], reason: str
) -> None:
    [found] = reasons("InvokeLambdaFunction", GIVEN | wrong)
    assert found.startswith(reason)


def test_no_function_gets_more_than_eight_seconds_whatever_is_written() -> None:
    given = {**GIVEN, "InvocationTimeLimitSeconds": "30"}
    [ask] = first("InvokeLambdaFunction", given)
    assert isinstance(ask, InvokeFunction) and ask.seconds == 8.0
    warnings = flow(action("call", "InvokeLambdaFunction", given, leads="hang up")).warnings
    assert [str(each.reason) for each in warnings] == [
        "InvocationTimeLimitSeconds is 30: 8 are taken"
    ]
