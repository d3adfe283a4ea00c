from __future__ import annotations

import json
from typing import Any

import pytest

from flows import FlowError, Problem, read
from flows.reader import MAX_ACTIONS, MAX_BYTES
from tests.flows.writing import (
    HANG_UP,
    Document,
    action,
    document,
    flow,
    message,
    problems_of,
    problems_of_actions,
)

OLDER: Document = {
    "modules": [{"id": "bye", "type": "Disconnect", "branches": [], "parameters": []}],
    "start": "bye",
    "version": "1",
}


def test_a_flow_is_its_blocks_by_name() -> None:
    loaded = flow(message("hello", "Hello"))
    assert loaded.name == "test.json"
    assert loaded.start == "hello"
    assert loaded.blocks.keys() == {"hello", "hang up"}
    assert loaded.blocks["hello"].next_action == "hang up"


def test_a_byte_order_mark_is_ignored() -> None:
    assert problems_of("\ufeff" + json.dumps(document(message("hello", "Hello")))) == ()


def test_keys_stand_in_any_order() -> None:
    written = document(message("hello", "Hello"))
    turned = {key: written[key] for key in reversed(written)}
    turned["Actions"] = [dict(reversed(each.items())) for each in written["Actions"]]
    assert problems_of(turned) == ()


@pytest.mark.parametrize("transitions", [{}, {"Transitions": {}}, {"Transitions": None}])
@pytest.mark.parametrize("parameters", [{}, {"Parameters": {}}, {"Parameters": None}])
def test_an_end_needs_neither_transitions_nor_parameters(
    transitions: Document, parameters: Document
) -> None:
    end = {"Identifier": "end", "Type": "DisconnectParticipant", **transitions, **parameters}
    assert problems_of_actions(end) == []


def test_metadata_settings_and_unknown_keys_are_free() -> None:
    written = document(message("hello", "Hello"))
    written |= {"Metadata": {"entryPointPosition": 7}, "Settings": {}, "Comment": [1]}
    written["Actions"][0] |= {"Colour": "red"}
    written["Actions"][0]["Parameters"] |= {"TextToSpeechType": "text"}
    assert problems_of(written) == ()


def test_scalars_need_not_be_strings() -> None:
    results = [("Equals", result, "hang up") for result in ("ContinueLooping", "DoneLooping")]
    assert problems_of_actions(action("l", "Loop", {"LoopCount": 3}, conditions=results)) == []
    attributes = {"Attributes": {"number": 5, "truth": True}}
    assert (
        problems_of_actions(action("a", "UpdateContactAttributes", attributes, leads="hang up"))
        == []
    )


def test_a_type_that_is_not_executed_may_have_any_parameters_and_no_next_action() -> None:
    endless = action("stream", "CreateTask", {"Name": ["x"]})
    view = action("view", "ShowView", {"ViewData": {"count": 3, "deep": {"list": [True, None]}}})
    assert problems_of_actions(endless, view) == []


def test_every_problem_is_told_at_once() -> None:
    written = document(
        message("hello", "", leads="helo"),
        action("record", "UpdateContactRecordingBehaviour", leads="hang up"),
        action("queue", "UpdateContactTargetQueue", {}, leads="hang up", errors={"": "nowhere"}),
    )
    written["StartAction"] = "start"
    assert problems_of(written) == (
        Problem("/Actions/0/Parameters/Text", "Text is empty", "hello"),
        Problem(
            "/Actions/0/Transitions/NextAction",
            "NextAction leads to 'helo', and there is no such action; did you mean 'hello'?",
            "hello",
        ),
        Problem(
            "/Actions/1/Type",
            "Type 'UpdateContactRecordingBehaviour' is no action type of the flow language;"
            " did you mean 'UpdateContactRecordingBehavior'?",
            "record",
        ),
        Problem(
            "/Actions/2/Parameters",
            "Parameters must hold exactly one of QueueId, AgentId, not 0",
            "queue",
        ),
        Problem("/Actions/2/Transitions/Errors/0/ErrorType", "ErrorType is empty", "queue"),
        Problem(
            "/Actions/2/Transitions/Errors/0/NextAction",
            "NextAction leads to 'nowhere', and there is no such action",
            "queue",
        ),
        Problem("/StartAction", "StartAction leads to 'start', and there is no such action"),
    )


def test_the_error_names_flow_pointer_and_block() -> None:
    with pytest.raises(FlowError) as caught:
        read(json.dumps(document(message("hello", ""))), "support.json")
    assert str(caught.value) == (
        "support.json: /Actions/0/Parameters/Text (block 'hello'): Text is empty"
    )


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"StartAction": None}, Problem("", "StartAction is missing")),
        ({"Version": None}, Problem("", "Version is missing")),
        ({"Version": "1"}, Problem("/Version", "Version must be 2019-10-30, not '1'")),
    ],
)
def test_a_flow_has_its_version_and_start(change: Document, problem: Problem) -> None:
    assert problems_of(document(message("hello", "Hello")) | change) == (problem,)


@pytest.mark.parametrize("actions", [None, []])
def test_a_flow_has_actions(actions: Any) -> None:
    written = {"Version": "2019-10-30", "StartAction": "x", "Actions": actions}
    assert Problem("", "the document has no Actions: a flow needs at least one") in problems_of(
        written
    )


@pytest.mark.parametrize(
    "written",
    ["", "{", "[]", "null", "7", '"text"', "{}", '{"a": NaN}', "[" * 100_000, '{"a": "\\ud800"}'],
)
def test_what_is_no_flow_is_refused_with_a_reason(written: str) -> None:
    assert problems_of(written)


def test_a_syntax_error_says_line_and_column() -> None:
    (problem,) = problems_of('{\n  "Version": }')
    assert problem.reason == "not JSON: Expecting value at line 2, column 14"


def test_an_export_of_before_2021_is_converted() -> None:
    assert read(json.dumps(OLDER), "older").blocks["bye"].type == "DisconnectParticipant"
    assert read(json.dumps(OLDER), "older").document["StartAction"] == "bye"


def test_problems_of_an_older_export_are_told_of_its_modules() -> None:
    branches = [{"condition": "Success", "transition": "nowhere"}]
    hello = {"id": "hello", "type": "PlayPrompt", "branches": branches}
    assert problems_of({**OLDER, "modules": [*OLDER["modules"], hello], "start": "x"}) == (
        Problem(
            "/modules/1",
            "Parameters must hold exactly one of PromptId, Text, SSML, Media, not 0",
            "hello",
        ),
        Problem(
            "/modules/1",
            "NextAction leads to 'nowhere', and there is no such action",
            "hello",
        ),
        Problem("", "StartAction leads to 'x', and there is no such action"),
    )


def test_what_is_no_older_export_is_not_converted() -> None:
    with pytest.raises(FlowError, match="modules must be a list"):
        read('{"modules": 7, "start": "x"}', "odd")


# -- types of flow


@pytest.mark.parametrize("flow_type", ["CUSTOMER_QUEUE", "customerQueue"])
def test_an_action_stands_only_in_flows_of_its_types(flow_type: str) -> None:
    music = {"Messages": [{"PromptId": "music.wav"}]}
    text = json.dumps(document(action("music", "MessageParticipantIteratively", music)))
    assert read(text, "queue", flow_type) == read(text, "queue")
    with pytest.raises(FlowError) as caught:
        read(text, "inbound", "CONTACT_FLOW")
    assert caught.value.problems == (
        Problem(
            "/Actions/0/Type",
            "Type 'MessageParticipantIteratively' may not stand in a flow of type contactFlow,"
            " but: agentHold, customerHold, customerQueue",
            "music",
        ),
    )


def test_a_whisper_does_not_disconnect_and_a_module_ends_as_one() -> None:
    bye = json.dumps(document(message("hello", "Hello")))
    for flow_type in ("agentWhisper", "customerWhisper", "outboundWhisper"):
        with pytest.raises(FlowError, match="'DisconnectParticipant' may not stand"):
            read(bye, "whisper", flow_type)
    back = document(action("back", "EndFlowModuleExecution"))
    assert read(json.dumps(back), "module", "module")


def test_a_type_of_flow_that_does_not_exist_is_our_mistake() -> None:
    with pytest.raises(AssertionError):
        read(json.dumps(OLDER), "older", "lunch")


def test_a_flow_of_one_megabyte_is_read_and_not_a_byte_more() -> None:
    text = json.dumps(document(message("hello", "é")), ensure_ascii=False)
    padding = " " * (MAX_BYTES - len(text.encode()))
    assert problems_of(text + padding) == ()
    (problem,) = problems_of(text + padding + " ")
    assert problem.reason == f"is larger than {MAX_BYTES} bytes"


@pytest.mark.parametrize(("count", "fits"), [(MAX_ACTIONS, True), (MAX_ACTIONS + 1, False)])
def test_a_flow_has_at_most_250_actions(count: int, fits: bool) -> None:
    found = problems_of_actions(*(message(str(n), "Hello") for n in range(count - 1)))
    expected = ("/Actions", "Actions holds 251 actions, a flow may have 250")
    assert found == ([] if fits else [expected])


# -- identifiers


def test_an_identifier_is_used_once() -> None:
    found = problems_of_actions(message("a", "x"), message("b", "y"), message("a", "z"))
    expected = "Identifier 'a' is used by /Actions/0 too"
    assert found == [("/Actions/2/Identifier", expected)]


@pytest.mark.parametrize("character", "%:(\\/)=$,;[]{}")
def test_an_identifier_holds_no_forbidden_character(character: str) -> None:
    (found,) = problems_of_actions(message(f"a{character}b", "x"))
    assert found[0] == "/Actions/0/Identifier"
    assert found[1].endswith(f"holds what no identifier may hold: {character}")


@pytest.mark.parametrize("name", ["__proto__", "constructor", "toString", "valueOf"])
def test_an_identifier_is_no_name_of_a_javascript_prototype(name: str) -> None:
    assert problems_of_actions(message(name, "x")) == [
        ("/Actions/0/Identifier", f"Identifier may not be '{name}'")
    ]


def test_an_identifier_is_any_text_of_50_characters() -> None:
    assert problems_of_actions(message("ü" * 49 + " ", "x")) == []
    (found,) = problems_of_actions(message("a" * 51, "x"))
    assert found[1].endswith("is longer than 50 characters")


def test_an_action_without_identifier_or_type_is_told_apart_by_its_pointer() -> None:
    assert problems_of_actions(HANG_UP | {"Identifier": "first"}, {}) == [
        ("/Actions/1", "Identifier is missing"),
        ("/Actions/1", "Type is missing"),
    ]


# -- transitions


@pytest.mark.parametrize(
    "transitions",
    [
        {"NextAction": "x"},
        {"Errors": [{"NextAction": "x", "ErrorType": "NoMatchingError"}]},
        {"Conditions": [{"NextAction": "x"}]},
    ],
)
def test_a_target_that_does_not_exist_is_found_in_every_transition(transitions: Document) -> None:
    block = HANG_UP | {"Identifier": "b", "Type": "ShowView", "Transitions": transitions}
    ((pointer, reason),) = problems_of_actions(block)
    assert pointer.endswith("/NextAction")
    assert reason == "NextAction leads to 'x', and there is no such action"


@pytest.mark.parametrize(
    ("type_name", "parameters"),
    [
        ("MessageParticipant", {"Text": "x"}),
        ("UpdateContactTargetQueue", {"QueueId": "x"}),
        ("UpdateContactAttributes", {"Attributes": {"a": "b"}}),
        ("UpdateContactRecordingBehavior", {"RecordingBehavior": {"RecordedParticipants": []}}),
    ],
)
def test_a_block_that_goes_on_says_where(type_name: str, parameters: Document) -> None:
    reason = f"Transitions has no NextAction, but {type_name} does not end a flow"
    assert problems_of_actions(action("a", type_name, parameters)) == [
        ("/Actions/0/Transitions", reason)
    ]


def compare(condition: Any) -> list[tuple[str, str]]:
    block = action("c", "Compare", {"ComparisonValue": "$.Attributes.x"})
    block["Transitions"]["Conditions"] = [{"Condition": condition, "NextAction": "hang up"}]
    return problems_of_actions(block)


PLACE = "/Actions/0/Transitions/Conditions/0/Condition"


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        (
            {"Operator": "equals", "Operands": ["x"]},
            (f"{PLACE}/Operator", "Operator 'equals' is no operator; did you mean 'Equals'?"),
        ),
        ({"Operands": ["x"]}, (PLACE, "Operator is missing")),
        ({"Operator": "Equals"}, (PLACE, "Operands must hold one operand, not 0")),
        (
            {"Operator": "Equals", "Operands": ["x", "y"]},
            (f"{PLACE}/Operands", "Operands must hold one operand, not 2"),
        ),
        (
            {"Operator": "Equals", "Operands": [""]},
            (f"{PLACE}/Operands/0", "Operands[0] is empty"),
        ),
        (
            {"Operator": "Equals", "Operands": [{"Operator": "Equals"}]},
            (f"{PLACE}/Operands/0", "Operands[0] must be a text, not an object"),
        ),
    ],
)
def test_a_condition_has_an_operator_and_one_operand(condition: Any, problem: Any) -> None:
    assert compare(condition) == [problem]


def test_a_loop_has_a_condition_for_both_its_results() -> None:
    results = [("Equals", "ContinueLooping", "hang up")]
    found = problems_of_actions(action("l", "Loop", {"LoopCount": "1"}, conditions=results))
    reason = "Transitions has no condition for DoneLooping, one of the results of Loop"
    assert found == [("/Actions/0/Transitions", reason)]


def test_the_first_branch_of_an_error_counts() -> None:
    block = message("a", "x")
    block["Transitions"]["Errors"] = [
        {"ErrorType": "NoMatchingError", "NextAction": "hang up"},
        {"ErrorType": "NoMatchingError", "NextAction": "a"},
    ]
    assert flow(block).blocks["a"].errors == {"NoMatchingError": "hang up"}


def test_a_document_full_of_problems_is_refused_in_good_time() -> None:
    lost = [{"NextAction": f"lost {n}", "ErrorType": "E"} for n in range(10_000)]
    actions = [message(f"last {n}", "x") for n in range(MAX_ACTIONS - 2)]
    block = HANG_UP | {"Identifier": "b", "Type": "Wait", "Transitions": {"Errors": lost}}
    assert len(problems_of(document(block, *actions))) == len(lost)
