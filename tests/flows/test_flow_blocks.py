from __future__ import annotations

from typing import Any

import pytest

from flows import (
    Ask,
    Disconnect,
    End,
    Flow,
    Play,
    Prompt,
    SetAttributes,
    SetContactData,
    Step,
)
from tests.flows.writing import (
    SORRY,
    Document,
    action,
    first,
    flow,
    interpreter,
    message,
    reasons,
    start,
)

SAYS = [message("open", "open")]

# -- other flows


def test_a_transfer_goes_on_in_the_other_flow_for_good() -> None:
    other = flow(message("hello", "Other: $.Attributes.a[$.FlowAttributes.a]"))
    block = action("go", "TransferToFlow", {"ContactFlowId": "$.Attributes.next"}, leads="hang up")
    keep = action(
        "keep", "UpdateFlowAttributes", {"FlowAttributes": {"a": {"Value": "1"}}}, leads="go"
    )
    run = interpreter([keep, block], {"a": "1", "next": "other"}, flows={"other": other}.get)
    assert run.start(0.0) == [Play(Prompt("text", "Other: 1[]"))]


@pytest.mark.parametrize("reference", ["nowhere", "$.Attributes.unset"])
@pytest.mark.parametrize(
    ("type_name", "name"),
    [("TransferToFlow", "ContactFlowId"), ("InvokeFlowModule", "FlowModuleId")],
)
def test_a_flow_that_does_not_exist_is_a_failure(type_name: str, name: str, reference: str) -> None:
    assert first(type_name, {name: reference}) == [End()]


def invoke(*conditions: tuple[str, str, str], **given: str) -> Document:
    return action(
        "invoke",
        "InvokeFlowModule",
        {"FlowModuleId": "module", "Input": given},
        leads="after",
        conditions=conditions,
        errors={"NoMatchingError": "sorry"},
    )


def module(*blocks: Document, result: str = "", **data: Any) -> Flow:
    parameters = {"Result": result, "ResultData": data} if result else {}
    return flow(*blocks, action("back", "EndFlowModuleExecution", parameters))


def heard(*blocks: Document, **flows: Flow) -> list[Ask]:
    return start(*blocks, SORRY, attributes={"a": "1"}, flows=flows.get)


def test_a_module_is_handed_its_input_and_hands_back_its_result() -> None:
    note = action(
        "note",
        "UpdateContactAttributes",
        {"Attributes": {"a": "$.Modules.Input.x[$.External.y]"}},
        leads="back",
    )
    after = message("after", "$.Modules.Result $.Modules.ResultData.ooh $.Modules.ResultData.n.0")
    asks = start(
        invoke(x="$.External.y"),
        after,
        SORRY,
        system={"External.y": "secret"},
        flows={"module": module(note, result="Open", ooh=False, n=[7])}.get,
    )
    assert asks == [SetAttributes({"a": "secret[]"}), Play(Prompt("text", "Open False 7"))]


@pytest.mark.parametrize(("result", "leads"), [("Open", "open"), ("Odd", "after"), ("", "after")])
def test_the_result_of_a_module_chooses_a_branch_or_the_next_action(
    result: str, leads: str
) -> None:
    block = invoke(("Equals", "Open", "open"))
    asks = heard(block, message("after", "after"), *SAYS, module=module(result=result))
    assert asks == [Play(Prompt("text", leads))]


def test_what_a_module_counts_and_notes_for_itself_is_its_own() -> None:
    inner = action(
        "keep", "UpdateFlowAttributes", {"FlowAttributes": {"x": {"Value": "inner"}}}, leads="back"
    )
    keep = action(
        "keep", "UpdateFlowAttributes", {"FlowAttributes": {"x": {"Value": "1"}}}, leads="invoke"
    )
    asks = heard(keep, invoke(), message("after", "$.FlowAttributes.x"), module=module(inner))
    assert asks == [Play(Prompt("text", "1"))]


def test_a_module_that_is_run_as_a_flow_ends_it() -> None:
    assert start(action("back", "EndFlowModuleExecution")) == [End()]


def test_a_module_takes_over_what_a_prompt_in_it_waits_for() -> None:
    inner = module(message("hello", "inner", leads="back"))
    run = interpreter([invoke(), message("after", "outer"), SORRY], flows={"module": inner}.get)
    (play,) = run.start(0.0)
    assert play == Play(Prompt("text", "inner"))


# -- UpdateFlowAttributes and UpdateFlowLoggingBehavior


def test_flow_attributes_are_read_by_the_blocks_after() -> None:
    values = {"a": {"Type": "String", "Value": "$.Attributes.x!"}, "b": {"Value": 2}}
    block = action("keep", "UpdateFlowAttributes", {"FlowAttributes": values}, leads="say")
    say = message("say", "$.FlowAttributes.a $.FlowAttributes.b")
    assert start(block, say, attributes={"x": "1"}) == [Play(Prompt("text", "1! 2"))]


def test_flow_attributes_have_names_and_are_texts() -> None:
    unset = {"FlowAttributes": {"$.Attributes.unset": {"Value": "1"}}}
    assert first("UpdateFlowAttributes", unset) == [End()]
    assert reasons("UpdateFlowAttributes", {}) == ["FlowAttributes is missing"]
    odd = {"FlowAttributes": {"a": {"Type": "Map", "Value": {}}}}
    assert reasons("UpdateFlowAttributes", odd) == [
        "Type must be String, not 'Map'",
        "Value must be a text, not an object",
    ]


def test_logging_tells_every_step_from_there_on_until_it_is_switched_off() -> None:
    on, off = (
        action(name, "UpdateFlowLoggingBehavior", {"FlowLoggingBehavior": name}, leads=leads)
        for name, leads in (("Enabled", "Disabled"), ("Disabled", "hang up"))
    )
    assert start(on, off) == [
        SetContactData({"FlowLoggingBehavior": "Enabled"}),
        Step("test.json", "Disabled", "UpdateFlowLoggingBehavior"),
        SetContactData({"FlowLoggingBehavior": "Disabled"}),
        Disconnect(),
    ]


def test_a_later_flow_inherits_the_logging() -> None:
    asks = start(message("hello", "Hello"), system={"FlowLoggingBehavior": "Enabled"})
    assert asks[0] == Step("test.json", "hello", "MessageParticipant")
