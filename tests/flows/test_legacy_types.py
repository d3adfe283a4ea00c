"""Every row of the table: a module as the console wrote it, and the action it becomes."""

from __future__ import annotations

from typing import Any

import pytest

from flows.language import ERRORS
from flows.legacy_module import Module
from flows.legacy_types import OLDER, TABLE, row_of
from flows.node import Node

ARN = "arn:aws:connect:eu-central-1:1:instance/i/queue/q"


def module(
    type_name: str, *parameters: Any, target: str = "", flow_type: str = "contactFlow"
) -> Module:
    """Parameters are (name, value) or (name, value, namespace) or (name, value, namespace, key)."""
    names = ("name", "value", "namespace", "key")
    written = [dict(zip(names, each, strict=False)) for each in parameters]
    value = {"id": "m", "type": type_name, "parameters": written, "branches": []}
    return Module.read(Node({**value, "target": target or None}, []), flow_type)


CASES: list[tuple[Module, str, dict[str, Any]]] = [
    (
        module(
            "SetRecordingBehavior",
            ("RecordingBehaviorOption", "Enable"),
            ("RecordingParticipantOption", "Both"),
        ),
        "UpdateContactRecordingBehavior",
        {"RecordingBehavior": {"RecordedParticipants": ["Agent", "Customer"]}},
    ),
    (
        module(
            "SetRecordingBehavior",
            ("RecordingBehaviorOption", "Disable"),
            ("AnalyticsBehaviorOption", "Enable"),
            ("AnalyticsLanguageLocaleCode", "en-US"),
            ("AnalyticsRedactionOption", "Disable"),
            ("AnalyticsMode", "RealTime"),
        ),
        "UpdateContactRecordingBehavior",
        {
            "RecordingBehavior": {"RecordedParticipants": []},
            "AnalyticsBehavior": {
                "Enabled": "True",
                "AnalyticsLanguage": "en-US",
                "AnalyticsRedactionBehavior": "Disabled",
                "AnalyticsMode": "RealTime",
            },
        },
    ),
    (
        module("PlayPrompt", ("Text", "Hello"), ("TextToSpeechType", "text")),
        "MessageParticipant",
        {"Text": "Hello"},
    ),
    (
        module("PlayAudio", ("Text", "greeting", "External"), ("TextToSpeechType", "ssml")),
        "MessageParticipant",
        {"SSML": "$.External.greeting"},
    ),
    (module("PlayPrompt", ("AudioPrompt", ARN)), "MessageParticipant", {"PromptId": ARN}),
    (
        module("GetUserInput", ("Text", "Press 1"), ("Timeout", "5"), target="Digits"),
        "GetParticipantInput",
        {"Text": "Press 1", "StoreInput": "False", "InputTimeLimitSeconds": "5"},
    ),
    (
        module(
            "GetUserInput",
            ("Text", "Say it"),
            ("BotName", "bot"),
            ("BotAlias", "live"),
            ("BotRegion", "eu-central-1"),
            ("Parameter", "x", None, "k"),
            target="Lex",
        ),
        "ConnectParticipantWithLexBot",
        {
            "Text": "Say it",
            "LexBot": {"Name": "bot", "Region": "eu-central-1", "Alias": "live"},
            "LexSessionAttributes": {"k": "x"},
        },
    ),
    (
        module("GetUserInput", ("BotAliasArn", ARN)),
        "ConnectParticipantWithLexBot",
        {"LexV2Bot": {"AliasArn": ARN}},
    ),
    (
        module(
            "StoreUserInput",
            ("Text", "Account?"),
            ("CustomerInputType", "Custom"),
            ("Timeout", "5"),
            ("MaxDigits", 4),
            ("EncryptEntry", False),
            ("DisableCancel", "true"),
            ("TerminatorDigits", "##"),
        ),
        "GetParticipantInput",
        {
            "Text": "Account?",
            "StoreInput": "True",
            "InputTimeLimitSeconds": "5",
            "InputValidation": {"CustomValidation": {"MaximumLength": "4"}},
            "DTMFConfiguration": {
                "InputTerminationSequence": "##",
                "DisableCancelKey": "True",
            },
        },
    ),
    (
        module(
            "StoreCustomerInput",
            ("CustomerInputType", "PhoneNumber"),
            ("PhoneNumberFormat", "Local"),
            ("CountryCode", "US"),
            ("EncryptEntry", True),
            ("EncryptionKeyId", "id"),
            ("EncryptionKey", "key"),
        ),
        "GetParticipantInput",
        {
            "StoreInput": "True",
            "InputValidation": {
                "PhoneNumberValidation": {"NumberFormat": "Local", "CountryCode": "US"}
            },
            "InputEncryption": {"EncryptionKeyId": "id", "Key": "key"},
        },
    ),
    (
        module("SetScreenPop", ("Attribute", "Stored customer input", "System", "pin")),
        "UpdateContactAttributes",
        {"Attributes": {"pin": "$.StoredCustomerInput"}},
    ),
    (
        module("CheckCallAttribute", ("Attribute", "tier"), ("Namespace", "User Defined")),
        "Compare",
        {"ComparisonValue": "$.Attributes.tier"},
    ),
    (
        module("SetQueue", ("Queue", "q", "User Defined")),
        "UpdateContactTargetQueue",
        {"QueueId": "$.Attributes.q"},
    ),
    (module("SetQueue", ("Agent", "ann")), "UpdateContactTargetQueue", {"AgentId": "ann"}),
    (module("SetQueue", ("Queue", None)), "UpdateContactTargetQueue", {"QueueId": ""}),
    (module("Transfer", target="Queue"), "TransferContactToQueue", {}),
    (module("CustomerInQueue"), "TransferContactToQueue", {}),
    (
        module("Transfer", ("Queue", ARN), target="Queue", flow_type="customerQueue"),
        "DequeueContactAndTransferToQueue",
        {"QueueId": ARN},
    ),
    (
        module("TransferToFlow", ("ContactFlowId", ARN)),
        "TransferToFlow",
        {"ContactFlowId": ARN},
    ),
    (
        module(
            "Transfer",
            ("PhoneNumber", "n", "External"),
            ("TimeLimit", "30"),
            ("BlindTransfer", True),
            target="PhoneNumber",
        ),
        "TransferParticipantToThirdParty",
        {
            "ThirdPartyPhoneNumber": "$.External.n",
            "ThirdPartyConnectionTimeLimitSeconds": "30",
            "ContinueFlowExecution": "False",
        },
    ),
    (module("Transfer", target="Agent"), "TransferContactToAgent", {}),
    (
        module(
            "CreateCallback",
            ("InitialDelaySeconds", 15),
            ("RetryDelaySeconds", 60),
            ("MaxRetryAttempts", 2),
            ("Queue", ARN),
        ),
        "CreateCallbackContact",
        {
            "QueueId": ARN,
            "InitialCallDelaySeconds": "15",
            "RetryDelaySeconds": "60",
            "MaximumConnectionAttempts": "2",
        },
    ),
    (
        module("SetCallBackNumber", ("CallBackNumber", "Stored customer input", "System")),
        "UpdateContactCallbackNumber",
        {"CallbackNumber": "$.StoredCustomerInput"},
    ),
    (
        module(
            "InvokeExternal",
            ("FunctionArn", ARN),
            ("TimeLimit", "3"),
            ("Parameter", "Customer Number", "System", "who"),
        ),
        "InvokeLambdaFunction",
        {
            "LambdaFunctionARN": ARN,
            "InvocationTimeLimitSeconds": "3",
            "LambdaInvocationAttributes": {"who": "$.CustomerEndpoint.Address"},
        },
    ),
    (
        module("SetContactFlow", ("Type", "AgentWhisper"), ("ContactFlowId", ARN)),
        "UpdateContactEventHooks",
        {"EventHooks": {"AgentWhisper": ARN}},
    ),
    (module("CheckHoursOfOperation"), "CheckHoursOfOperation", {}),
    (
        module("CheckHoursOfOperation", ("Hours", ARN)),
        "CheckHoursOfOperation",
        {"HoursOfOperationId": ARN},
    ),
    (
        module("CheckStaffing", ("Status", "Online"), ("Queue", ARN)),
        "CheckMetricData",
        {"MetricType": "NumberOfAgentsOnline", "QueueId": ARN},
    ),
    (module("GetMetricData", ("Queue", ARN)), "GetMetricData", {"QueueId": ARN}),
    (module("PercentileBranching"), "DistributeByPercentage", {}),
    (module("Loop", ("LoopCount", 3)), "Loop", {"LoopCount": "3"}),
    (
        module(
            "LoopPrompts",
            ("AudioPrompt", ARN),
            ("Text", "Hold", None, "text"),
            ("Text", "<speak/>", None, "ssml"),
            ("InterruptSeconds", 30),
        ),
        "MessageParticipantIteratively",
        {
            "Messages": [{"PromptId": ARN}, {"Text": "Hold"}, {"SSML": "<speak/>"}],
            "InterruptFrequencySeconds": "30",
        },
    ),
    (
        module("Wait", ("TimeoutSeconds", "20"), ("InterruptOnCustomerReturn", "true")),
        "Wait",
        {"TimeLimitSeconds": "20", "Events": ["CustomerReturned"]},
    ),
    (
        module("SetVoice", ("GlobalVoice", "Amy"), ("GlobalEngine", "Neural")),
        "UpdateContactTextToSpeechVoice",
        {"TextToSpeechVoice": "Amy", "TextToSpeechEngine": "Neural"},
    ),
    (
        module("SetLoggingBehavior", ("LoggingBehavior", "Enable")),
        "UpdateFlowLoggingBehavior",
        {"FlowLoggingBehavior": "Enabled"},
    ),
    (
        module("StartMediaStreaming", ("Track", "FromCustomer"), ("MediaStreamTypes", "Audio")),
        "UpdateContactMediaStreamingBehavior",
        {
            "MediaStreamingState": "Enabled",
            "MediaStreamType": "Audio",
            "Participants": [{"ParticipantType": "Customer", "MediaDirections": ["From"]}],
        },
    ),
    (
        module("StopMediaStreaming", ("Track", "FromCustomer"), ("Track", "ToCustomer")),
        "UpdateContactMediaStreamingBehavior",
        {
            "MediaStreamingState": "Disabled",
            "MediaStreamType": "Audio",
            "Participants": [{"ParticipantType": "Customer", "MediaDirections": ["From", "To"]}],
        },
    ),
    (
        module("UpdateRoutingPriority", ("AbsolutePosition", 1)),
        "UpdateContactRoutingBehavior",
        {"QueuePriority": "1"},
    ),
    (module("Disconnect"), "DisconnectParticipant", {}),
    (module("Resume"), "EndFlowExecution", {}),
]


@pytest.mark.parametrize(("written", "type_name", "parameters"), CASES)
def test_a_module_becomes_an_action(
    written: Module, type_name: str, parameters: dict[str, Any]
) -> None:
    row = row_of(written)
    assert row is not None
    assert (row.type, row.parameters(written)) == (type_name, parameters)


def test_contact_data_stand_beside_the_name_of_their_parameter() -> None:
    parameter = {"name": "ContactData", "namespace": None, "languageCode": "es-ES"}
    written = {"id": "m", "type": "SetContactData", "parameters": [parameter]}
    read = Module.read(Node(written, []), "contactFlow")
    row = row_of(read)
    assert row and row.parameters(read) == {"LanguageCode": "es-ES"}


def test_every_row_has_a_case_and_leads_to_a_type_of_the_language() -> None:
    done = {row.type for written, _, _ in CASES if (row := row_of(written))}
    special = {"CheckMetricData", "UpdateContactData"}
    assert {row.type for row in TABLE.values()} <= done | special
    assert done <= ERRORS.keys()
    assert all(kind in TABLE for kind in OLDER.values())


def test_errors_of_a_row_are_errors_of_its_type() -> None:
    for row in TABLE.values():
        named = {way for way in row.ways.values() if isinstance(way, str) and way}
        assert named <= {*ERRORS[row.type], "NoMatchingError", "NoMatchingCondition"}, row.type


def test_a_type_that_is_in_no_table_has_no_row() -> None:
    assert row_of(module("HoldCustomerOrAgent")) is None
    assert row_of(module("Transfer", target="Moon")) is None
