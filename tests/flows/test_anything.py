"""Documents that nobody would write, and flows that somebody might: none breaks anything."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flows import read, write
from flows.blocks import RESULTS
from flows.interpreter import STEPS_PER_FLOW
from flows.language import ERRORS
from flows.rehearsal import Script, rehearse
from tests.flows.walking import walk
from tests.flows.writing import action, document, message, problems_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                "Version StartAction Actions Identifier Type Parameters Transitions NextAction"
                " Conditions Condition Operator Operands Errors ErrorType Text modules id type"
                " branches parameters start name value namespace transition".split()
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(JSON)
@settings(deadline=None)
def test_any_json_is_read_or_refused(value: Any) -> None:
    problems_of(value)


def newer() -> Any:
    results = [("Equals", "DoneLooping", "hello"), ("Equals", "ContinueLooping", "hello")]
    return document(
        message("hello", "Hello", errors={"NoMatchingError": "hang up"}),
        action("loop", "Loop", {"LoopCount": "3"}, conditions=results),
        action("note", "UpdateContactData", {"References": {"a": {"Value": "b"}}}, leads="loop"),
        action("back", "EndFlowModuleExecution", {"Result": "x", "ResultData": {"a": ["b"]}}),
    )


def older() -> Any:
    def module(name: str, type_name: str, *branches: Any, **parameters: Any) -> Any:
        drawn = [
            {"condition": c, "conditionType": o, "conditionValue": v, "transition": t}
            for c, o, v, t in branches
        ]
        listed = [
            {"name": name, "value": value, "namespace": "User Defined", "resourceName": "x"}
            for name, value in parameters.items()
        ]
        return {"id": name, "type": type_name, "branches": drawn, "parameters": listed}

    time, size = (("CheckQueueTime", "LessThan", 5), ("CheckQueueSize", "LessThan", 5))
    modules = [
        module("split", "PercentileBranching", ("Evaluate", "Equals", "50", "check")),
        module("check", "CheckQueueStatus", (*time, "say"), (*size, "say"), Queue="q"),
        module("say", "PlayPrompt", ("Success", None, None, "loop"), Text="greeting"),
        module("loop", "Loop", ("Complete", None, None, "hold"), LoopCount=3),
        module("hold", "HoldCustomer", ("Error", None, None, "split")),
    ]
    metadata = {"type": "contactFlow", "name": "x"}
    return {"modules": modules, "start": "split", "type": "contactFlow", "metadata": metadata}


@pytest.mark.parametrize("whole", [newer, older])
@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_a_flow_with_anything_in_any_place_is_read_or_refused_with_pointers_that_exist(
    whole: Callable[[], Any], data: st.DataObject
) -> None:
    written = whole()
    place: Any = written
    while True:
        key = data.draw(st.sampled_from(keys_of(place)))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(JSON)
    for problem in problems_of(written):
        resolve(written, problem.pointer)


def keys_of(place: Any) -> list[Any]:
    return list(place) if isinstance(place, dict) else list(range(len(place)))


def resolve(value: Any, pointer: str) -> Any:
    """RFC 6901 §4; raises where it leads to nothing."""
    for token in pointer.split("/")[1:]:
        step = token.replace("~1", "/").replace("~0", "~")
        value = value[int(step)] if isinstance(value, list) else value[step]
    return value


# -- flows that are valid

TEXT = st.sampled_from(["Hello", "$.Attributes.a", "$.Attributes.b and $.Channel", "1", "<b/>"])
NAME = st.sampled_from(["a", "b", "$.Attributes.a"])
PARAMETERS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "MessageParticipant": st.fixed_dictionaries({"Text": TEXT}),
    "MessageParticipantIteratively": st.fixed_dictionaries(
        {"Messages": st.lists(st.fixed_dictionaries({"Text": TEXT}), min_size=1, max_size=3)},
        optional={"InterruptFrequencySeconds": st.just("30")},
    ),
    "GetParticipantInput": st.fixed_dictionaries(
        {"InputTimeLimitSeconds": st.just("5"), "StoreInput": st.sampled_from(["True", "False"])},
        optional={"Text": TEXT},
    ),
    "TransferParticipantToThirdParty": st.fixed_dictionaries(
        {
            "ThirdPartyPhoneNumber": TEXT | st.just("+12065550100"),
            "ThirdPartyConnectionTimeLimitSeconds": st.just("30"),
            "ContinueFlowExecution": st.sampled_from(["True", "False"]),
        }
    ),
    "UpdatePreviousContactParticipantState": st.just(
        {"PreviousContactParticipantState": "CustomerOnHold"}
    ),
    "UpdateContactRoutingBehavior": st.fixed_dictionaries({"QueuePriority": TEXT}),
    "UpdateContactTargetQueue": st.fixed_dictionaries({"QueueId": NAME}),
    "DequeueContactAndTransferToQueue": st.fixed_dictionaries({"AgentId": NAME}),
    "UpdateContactAttributes": st.fixed_dictionaries(
        {"Attributes": st.dictionaries(NAME, TEXT, max_size=3)}
    ),
    "UpdateContactRecordingBehavior": st.just(
        {"RecordingBehavior": {"RecordedParticipants": ["Agent"]}}
    ),
    "UpdateContactRecordingAndAnalyticsBehavior": st.sampled_from(
        [
            {"VoiceBehavior": {"VoiceRecordingBehavior": {"RecordedParticipants": []}}},
            {"ChatBehavior": {}},
        ]
    ),
    "UpdateContactEventHooks": st.fixed_dictionaries(
        {"EventHooks": st.fixed_dictionaries({"CustomerQueue": NAME})}
    ),
    "UpdateContactCallbackNumber": st.just({"CallbackNumber": "$.StoredCustomerInput"}),
    "UpdateContactTextToSpeechVoice": st.fixed_dictionaries({"TextToSpeechVoice": NAME}),
    "UpdateContactData": st.fixed_dictionaries({"Name": TEXT}),
    "TagContact": st.fixed_dictionaries({"Tags": st.dictionaries(NAME, TEXT, max_size=3)}),
    "UntagContact": st.fixed_dictionaries({"TagKeys": st.lists(NAME, max_size=3)}),
    "Compare": st.just({"ComparisonValue": "$.Attributes.a"}),
    "Loop": st.fixed_dictionaries({"LoopCount": st.sampled_from(["0", "3", "$.Attributes.a"])}),
    "CheckMetricData": st.just({"MetricType": "NumberOfContactsInQueue"}),
    "Wait": st.just({"TimeLimitSeconds": "5"}),
    "TransferToFlow": st.fixed_dictionaries({"ContactFlowId": NAME}),
    "InvokeFlowModule": st.fixed_dictionaries({"FlowModuleId": NAME}),
    "UpdateFlowAttributes": st.fixed_dictionaries(
        {"FlowAttributes": st.dictionaries(NAME, st.fixed_dictionaries({"Value": TEXT}))}
    ),
    "UpdateFlowLoggingBehavior": st.just({"FlowLoggingBehavior": "Enabled"}),
    "InvokeLambdaFunction": st.fixed_dictionaries(
        {"LambdaFunctionARN": NAME, "LambdaInvocationAttributes": st.dictionaries(NAME, TEXT)},
        optional={"ResponseValidation": st.just({"ResponseType": "JSON"})},
    ),
    "UpdateContactMediaStreamingBehavior": st.fixed_dictionaries(
        {"MediaStreamingState": st.sampled_from(["Enabled", "Disabled"])}
    ),
    "ConnectParticipantWithLexBot": st.fixed_dictionaries(
        {"Text": TEXT, "LexV2Bot": st.fixed_dictionaries({"AliasArn": NAME})}
    ),
}
"""Of the types that need any."""


@st.composite
def flows(draw: st.DrawFn) -> str:
    names = [str(n) for n in range(draw(st.integers(1, 8)))]
    target = st.sampled_from([*names, "hang up"])
    blocks = []
    for name in names:
        type_name = draw(st.sampled_from(sorted(ERRORS)))
        operands = RESULTS.get(type_name) or ("1", "7", "MessagesInterrupted", "$.Attributes.a")
        conditions = [("Equals", operand, draw(target)) for operand in operands]
        errors = draw(st.dictionaries(st.sampled_from(["NoMatchingError", "Odd"]), target))
        parameters = draw(PARAMETERS.get(type_name, st.just({})))
        blocks.append(
            action(
                name,
                type_name,
                parameters,
                leads=draw(target),
                conditions=conditions,
                errors=errors,
            )
        )
    return json.dumps(document(*blocks))


@given(flows(), flows(), st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=100)
def test_a_valid_flow_never_hangs_and_never_raises(
    main: str, other: str, chance: random.Random
) -> None:
    loaded = {"a": read(main, "a"), "b": read(other, "b")}
    walk(loaded["a"], chance, {"a": "b", "b": "7"}, loaded.get)


@given(flows(), st.lists(st.text("0123456789*#", max_size=4), max_size=5))
@settings(deadline=None, max_examples=60)
def test_a_rehearsal_of_a_valid_flow_ends(main: str, keys: list[str]) -> None:
    loaded = read(main, "a")
    told = list(rehearse(loaded, Script(keys=tuple(keys)), {"a": loaded}.get, lambda: 50))
    assert told[-1].ending and not any(moment.ending for moment in told[:-1])
    assert sum(moment.step is not None for moment in told) <= STEPS_PER_FLOW


@given(flows())
@settings(deadline=None, max_examples=60)
def test_a_valid_flow_is_printed_as_it_was_written(main: str) -> None:
    assert json.loads(write(read(main, "a"))) == json.loads(main)
