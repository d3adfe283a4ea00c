from __future__ import annotations

from typing import Any

import pytest

from flows import (
    CallThirdParty,
    CheckDialable,
    CreateCallback,
    Done,
    Failed,
    Play,
    Prompt,
    SetContactData,
)
from tests.flows.writing import action, first, interpreter, message, reasons, said, start

NUMBER = "+12065550100"
THIRD_PARTY = {
    "ThirdPartyPhoneNumber": NUMBER,
    "ThirdPartyConnectionTimeLimitSeconds": "30",
    "ContinueFlowExecution": "True",
}


# -- TransferParticipantToThirdParty


def test_a_third_party_is_called_as_the_parameters_say() -> None:
    given = {"ThirdPartyDTMFDigits": "1,$.Attributes.pin", "CallerId": {"Number": "+4930123456"}}
    asked = first(
        "TransferParticipantToThirdParty",
        {**THIRD_PARTY, **given, "ThirdPartyPhoneNumber": "+1$.Attributes.area"},
        attributes={"pin": "2#", "area": "2065550100"},
    )
    assert asked == [CallThirdParty(NUMBER, 30.0, True, "1,2#", "+4930123456")]
    blind = {**THIRD_PARTY, "ContinueFlowExecution": "False", "CallerId": {"Name": "Ann"}}
    assert first("TransferParticipantToThirdParty", blind) == [
        CallThirdParty(NUMBER, 30.0, False, caller_name="Ann")
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"ThirdPartyPhoneNumber": "911"},
        {"ThirdPartyPhoneNumber": "$.Attributes.none"},
        {"ThirdPartyConnectionTimeLimitSeconds": "$.Attributes.none"},
        {"ThirdPartyDTMFDigits": "1w2"},
        {"ThirdPartyDTMFDigits": "1" * 51},
    ],
)
def test_what_cannot_be_called_or_pressed_takes_the_error_branch(wrong: Any) -> None:
    parameters = {**THIRD_PARTY, **wrong}
    block = action("call", "TransferParticipantToThirdParty", parameters, leads="hang up")
    asks = start(block | {"Transitions": {"Errors": [SORRY]}}, message("sorry", "Sorry"))
    assert asks[-1] == Play(Prompt("text", "Sorry"))
    assert not any("1w2" in text or "1111" in text for text in said(asks))


SORRY = {"ErrorType": "NoMatchingError", "NextAction": "sorry"}


@pytest.mark.parametrize("seconds", ["601", "-1", "soon"])
def test_a_time_limit_is_at_most_ten_minutes(seconds: str) -> None:
    given = {**THIRD_PARTY, "ThirdPartyConnectionTimeLimitSeconds": seconds}
    assert reasons("TransferParticipantToThirdParty", given)


@pytest.mark.parametrize(
    ("event", "heard"),
    [
        (Done(), "back"),
        (Failed("CallFailed"), "failed"),
        (Failed("ConnectionTimeLimitExceeded"), "late"),
        (Failed(), "failed"),
    ],
)
def test_the_flow_goes_on_by_what_came_of_the_call(event: Done | Failed, heard: str) -> None:
    errors = {"ConnectionTimeLimitExceeded": "late", "NoMatchingError": "failed"}
    call = action(
        "call", "TransferParticipantToThirdParty", THIRD_PARTY, leads="back", errors=errors
    )
    run = interpreter([call, *(message(each, each) for each in ("back", "failed", "late"))])
    run.start(now=0.0)
    assert run.step(event, now=1.0)[-1] == Play(Prompt("text", heard))


# -- CompleteOutboundCall


def test_an_outbound_call_is_complete_when_the_flow_begins_and_keeps_its_caller_id() -> None:
    complete = action(
        "dial", "CompleteOutboundCall", {"CallerId": {"Number": NUMBER}}, leads="hello"
    )
    asks = start(complete, message("hello", "Hello"))
    assert asks[-1] == Play(Prompt("text", "Hello"))
    assert said(asks) == ["CompleteOutboundCall 'dial': CallerId is not available"]


# -- UpdateContactCallbackNumber


@pytest.mark.parametrize("number", ["+12065550100", "+4930123456", "+123456789012345"])
def test_a_callback_number_is_kept_where_it_may_be_called(number: str) -> None:
    parameters = {"CallbackNumber": "$.StoredCustomerInput"}
    errors = {"CallbackNumberNotDialable": "wrong"}
    block = action("number", "UpdateContactCallbackNumber", parameters, leads="ok", errors=errors)
    for event, heard in ((Done(), "ok"), (Failed("CallbackNumberNotDialable"), "wrong")):
        run = interpreter(
            [block, message("ok", "ok"), message("wrong", "wrong")],
            system={"StoredCustomerInput": number},
        )
        assert run.start(now=0.0) == [CheckDialable(number)]
        asks = run.step(event, now=0.0)
        assert asks[-1] == Play(Prompt("text", heard))
        kept = SetContactData({"CustomerCallbackNumber": number})
        assert (kept in asks) == (heard == "ok")


@pytest.mark.parametrize("number", ["", "2065550100", "+0123456", "+1234567890123456", "Timeout"])
def test_a_callback_number_that_is_none_takes_its_branch(number: str) -> None:
    block = action(
        "number",
        "UpdateContactCallbackNumber",
        {"CallbackNumber": "$.StoredCustomerInput"},
        leads="hang up",
        errors={"InvalidCallbackNumber": "wrong", "CallbackNumberNotDialable": "hang up"},
    )
    asks = start(block, message("wrong", "wrong"), system={"StoredCustomerInput": number})
    assert asks[-1] == Play(Prompt("text", "wrong"))


def test_a_callback_number_is_one_reference() -> None:
    assert reasons("UpdateContactCallbackNumber", {"CallbackNumber": "+12065550100"}) == [
        "CallbackNumber must be one reference, such as $.StoredCustomerInput, not '+12065550100'"
    ]
    assert reasons("UpdateContactCallbackNumber", {}) == ["CallbackNumber is missing"]


# -- CreateCallbackContact


def test_a_callback_is_to_the_number_that_was_set_or_else_to_the_customer() -> None:
    parameters = {
        "QueueId": "sales",
        "InitialCallDelaySeconds": "5",
        "RetryDelaySeconds": "60",
        "MaximumConnectionAttempts": "2",
    }
    known = {"CustomerEndpoint.Address": NUMBER}
    asked = first("CreateCallbackContact", parameters, system=known)
    assert asked == [CreateCallback(NUMBER, "sales", "", 5.0, 60.0, 2)]
    known["CustomerCallbackNumber"] = "+4930123456"
    asked = first("CreateCallbackContact", {"AgentId": "agent1", "QueueId": ""}, system=known)
    assert asked == [CreateCallback("+4930123456", "", "agent1", 0.0, 600.0, 1)]


def test_a_callback_needs_a_number_and_of_its_queue_what_is_named() -> None:
    assert first("CreateCallbackContact", {}, system={"CustomerEndpoint.Address": "ann"}) != []
    known = {"CustomerEndpoint.Address": NUMBER}
    asks = start(action("call", "CreateCallbackContact", {"QueueId": "$.Attributes.no"}, leads="x"),
                 message("x", "x"), system=known)  # fmt: skip
    assert "no queue is named" in said(asks)[0]


def test_what_of_a_callback_is_not_available_is_said() -> None:
    parameters = {"ContactFlowId": "x", "CallbackMode": "CustomerFirst"}
    block = action("call", "CreateCallbackContact", parameters, leads="hang up")
    asks = start(block, system={"CustomerEndpoint.Address": NUMBER})
    assert [text.partition(": ")[2] for text in said(asks)] == [
        "ContactFlowId is not available",
        "CallbackMode CustomerFirst is not available",
    ]
    both = {"QueueId": "sales", "AgentId": "agent1"}
    assert reasons("CreateCallbackContact", both)
