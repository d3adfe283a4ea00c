"""What each type of module of an older export is in the flow language: a row of a table each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flows.language import ANY, NO_CONDITION
from flows.legacy_module import Module, reference

Parameters = dict[str, Any]
Way = str | tuple[str, str]
"""Where a branch goes: NEXT, an ErrorType, or operator and operand of a condition."""
NEXT = ""

SUCCESS: Mapping[str, Way] = {"Success": NEXT}
USUAL: Mapping[str, Way] = {"Success": NEXT, "Error": ANY, "NoMatch": NO_CONDITION}


@dataclass(frozen=True, slots=True)
class Row:
    """`ways` by the branch's condition; Evaluate, which compares, needs none."""

    type: str
    parameters: Callable[[Module], Parameters] = lambda module: {}
    ways: Mapping[str, Way] = field(default_factory=lambda: USUAL)


def given(**values: str) -> Parameters:
    """Without those that are empty: the language has no empty parameter."""
    return {name: value for name, value in values.items() if value}


def prompt(module: Module) -> Parameters:
    if audio := module.named("AudioPrompt"):
        return {"PromptId": audio}
    kind = "SSML" if module.get("TextToSpeechType").lower() == "ssml" else "Text"
    return {kind: module.get("Text")} if module.all("Text") else {}


def digits(module: Module) -> Parameters:
    limit = given(InputTimeLimitSeconds=module.get("Timeout"))
    return {**prompt(module), "StoreInput": "False", **limit}


def bot(module: Module) -> Parameters:
    name, alias, region = (module.get(part) for part in ("BotName", "BotAlias", "BotRegion"))
    arn = module.named("BotAliasArn")
    lex: Parameters = {"LexV2Bot": {"AliasArn": arn}} if arn else {}
    if not arn:
        lex = {"LexBot": given(Name=name, Region=region, Alias=alias)}
    attributes = module.pairs("Parameter")
    return {**prompt(module), **lex, **({"LexSessionAttributes": attributes} if attributes else {})}


def store(module: Module) -> Parameters:
    if module.get("CustomerInputType") == "PhoneNumber":
        local = module.get("PhoneNumberFormat") != "E164"
        country = given(CountryCode=module.get("CountryCode")) if local else {}
        number = {"NumberFormat": "Local" if local else "E164", **country}
        validation: Parameters = {"PhoneNumberValidation": number}
    else:
        validation = {"CustomValidation": given(MaximumLength=module.get("MaxDigits"))}
    keys = given(InputTerminationSequence=module.get("TerminatorDigits"))
    if module.all("DisableCancel"):
        keys["DisableCancelKey"] = str(module.is_on("DisableCancel"))
    found = {**prompt(module), "StoreInput": "True", "InputValidation": validation}
    found |= given(InputTimeLimitSeconds=module.get("Timeout"))
    if keys:
        found["DTMFConfiguration"] = keys
    if module.is_on("EncryptEntry"):
        key, key_id = module.get("EncryptionKey"), module.get("EncryptionKeyId")
        found["InputEncryption"] = given(EncryptionKeyId=key_id, Key=key)
    return found


STATES = {"Enable": "Enabled", "Disable": "Disabled"}
PARTICIPANTS = {"Both": ["Agent", "Customer"], "Agent": ["Agent"], "Customer": ["Customer"]}


def recording(module: Module) -> Parameters:
    on = module.is_on("RecordingBehaviorOption")
    who = PARTICIPANTS.get(module.get("RecordingParticipantOption"), ["Agent", "Customer"])
    found: Parameters = {"RecordingBehavior": {"RecordedParticipants": who if on else []}}
    if module.all("AnalyticsBehaviorOption"):
        found["AnalyticsBehavior"] = {
            "Enabled": str(module.is_on("AnalyticsBehaviorOption")),
            **given(
                AnalyticsLanguage=module.get("AnalyticsLanguageLocaleCode"),
                AnalyticsRedactionBehavior=STATES.get(module.get("AnalyticsRedactionOption"), ""),
                AnalyticsMode=module.get("AnalyticsMode"),
            ),
        }
    return found


def whose(module: Module) -> Parameters:
    return given(QueueId=module.named("Queue"), AgentId=module.named("Agent"))


def compared(module: Module) -> Parameters:
    namespace, attribute = module.get("Namespace"), module.get("Attribute")
    return {"ComparisonValue": reference(module.node, namespace or "System", attribute)}


def target_queue(module: Module) -> Parameters:
    return whose(module) or {"QueueId": ""}


def third_party(module: Module) -> Parameters:
    return {
        "ThirdPartyPhoneNumber": module.get("PhoneNumber"),
        "ThirdPartyConnectionTimeLimitSeconds": module.get("TimeLimit"),
        "ContinueFlowExecution": str(not module.is_on("BlindTransfer")),
    }


def callback(module: Module) -> Parameters:
    return {
        **whose(module),
        **given(
            InitialCallDelaySeconds=module.get("InitialDelaySeconds"),
            RetryDelaySeconds=module.get("RetryDelaySeconds"),
            MaximumConnectionAttempts=module.get("MaxRetryAttempts"),
        ),
    }


def function(module: Module) -> Parameters:
    return {
        "LambdaFunctionARN": module.named("FunctionArn"),
        "InvocationTimeLimitSeconds": module.get("TimeLimit"),
        "LambdaInvocationAttributes": module.pairs("Parameter"),
    }


def streaming(state: str) -> Callable[[Module], Parameters]:
    def parameters(module: Module) -> Parameters:
        tracks = {track.value for track in module.all("Track")}
        directions = [name for name in ("From", "To") if f"{name}Customer" in tracks]
        return {
            "MediaStreamingState": state,
            "MediaStreamType": module.get("MediaStreamTypes") or "Audio",
            "Participants": [{"ParticipantType": "Customer", "MediaDirections": directions}],
        }

    return parameters


def messages(module: Module) -> Parameters:
    kinds = {"text": "Text", "ssml": "SSML"}
    found = [
        {"PromptId" if each.name == "AudioPrompt" else kinds.get(each.key, "Text"): each.named}
        for each in module.all("Text", "AudioPrompt")
    ]
    return {"Messages": found, **given(InterruptFrequencySeconds=module.get("InterruptSeconds"))}


def wait(module: Module) -> Parameters:
    events = ["CustomerReturned"] if module.is_on("InterruptOnCustomerReturn") else []
    limit = {"TimeLimitSeconds": module.get("TimeoutSeconds")}
    return {**limit, **({"Events": events} if events else {})}


def priority(module: Module) -> Parameters:
    adjustment = module.get("age") or module.get("Age")
    return given(
        QueuePriority=module.get("AbsolutePosition"), QueueTimeAdjustmentSeconds=adjustment
    )


def data(module: Module) -> Parameters:
    names = {"languageCode": "LanguageCode", "customerId": "CustomerId"}
    found: Parameters = {}
    for parameter in module.all("ContactData"):
        for name, member in parameter.node.members().items():
            if name in names:
                found[names[name]] = member.text()
    return found


CALLED: Mapping[str, Way] = {
    **USUAL, "CallFailure": "CallFailed", "Timeout": "ConnectionTimeLimitExceeded"
}  # fmt: skip
STAFFED: Mapping[str, Way] = {
    "True": ("NumberGreaterThan", "0"), "False": NO_CONDITION, "Error": ANY
}  # fmt: skip
OPEN: Mapping[str, Way] = {
    "True": ("Equals", "True"), "False": ("Equals", "False"), "Error": ANY
}  # fmt: skip
LOOPING: Mapping[str, Way] = {
    "Looping": ("Equals", "ContinueLooping"), "Complete": ("Equals", "DoneLooping")
}  # fmt: skip
WAITED: Mapping[str, Way] = {
    **USUAL,
    "Timeout": ("Equals", "WaitCompleted"),
    "CustomerReturn": ("Equals", "CustomerReturned"),
}
DIALABLE: Mapping[str, Way] = {
    **SUCCESS,
    "InvalidPhoneNumber": "InvalidCallbackNumber",
    "NonDialableNumber": "CallbackNumberNotDialable",
}

TABLE: Mapping[tuple[str, str], Row] = {
    ("SetRecordingBehavior", ""): Row("UpdateContactRecordingBehavior", recording, SUCCESS),
    ("PlayPrompt", ""): Row("MessageParticipant", prompt),
    ("GetUserInput", "Digits"): Row(
        "GetParticipantInput", digits, {**USUAL, "Timeout": "InputTimeLimitExceeded"}
    ),
    ("GetUserInput", "Lex"): Row("ConnectParticipantWithLexBot", bot),
    ("StoreUserInput", ""): Row(
        "GetParticipantInput", store, {**USUAL, "InvalidNumber": "InvalidPhoneNumber"}
    ),
    ("SetAttributes", ""): Row(
        "UpdateContactAttributes", lambda module: {"Attributes": module.pairs("Attribute")}
    ),
    ("CheckAttribute", ""): Row("Compare", compared, {"NoMatch": NO_CONDITION}),
    ("SetQueue", ""): Row("UpdateContactTargetQueue", target_queue),
    ("Transfer", "Queue"): Row(
        "TransferContactToQueue", ways={**USUAL, "AtCapacity": "QueueAtCapacity"}
    ),
    ("Transfer", "Flow"): Row(
        "TransferToFlow", lambda module: {"ContactFlowId": module.named("ContactFlowId")}
    ),
    ("Transfer", "PhoneNumber"): Row("TransferParticipantToThirdParty", third_party, CALLED),
    ("Transfer", "Agent"): Row("TransferContactToAgent", ways={}),
    ("CreateCallback", ""): Row("CreateCallbackContact", callback),
    ("SetCallBackNumber", ""): Row(
        "UpdateContactCallbackNumber",
        lambda module: {"CallbackNumber": module.get("CallBackNumber")},
        DIALABLE,
    ),
    ("InvokeExternalResource", "Lambda"): Row("InvokeLambdaFunction", function),
    ("SetEventHook", ""): Row(
        "UpdateContactEventHooks",
        lambda module: {"EventHooks": {module.get("Type"): module.named("ContactFlowId")}},
    ),
    ("CheckHoursOfOperation", ""): Row(
        "CheckHoursOfOperation",
        lambda module: given(HoursOfOperationId=module.named("Hours")),
        OPEN,
    ),
    ("CheckStaffing", ""): Row(
        "CheckMetricData",
        lambda module: {"MetricType": f"NumberOfAgents{module.get('Status')}", **whose(module)},
        STAFFED,
    ),
    ("CheckQueueStatus", ""): Row("CheckMetricData", whose),
    ("GetMetricData", ""): Row("GetMetricData", whose),
    ("PercentileBranching", ""): Row("DistributeByPercentage", ways={"NoMatch": NO_CONDITION}),
    ("Loop", ""): Row("Loop", lambda module: {"LoopCount": module.get("LoopCount")}, LOOPING),
    ("LoopPrompts", ""): Row(
        "MessageParticipantIteratively",
        messages,
        {"Timeout": ("Equals", "MessagesInterrupted"), "Error": ANY},
    ),
    ("Wait", ""): Row("Wait", wait, WAITED),
    ("SetVoice", ""): Row(
        "UpdateContactTextToSpeechVoice",
        lambda module: given(
            TextToSpeechVoice=module.get("GlobalVoice"),
            TextToSpeechEngine=module.get("GlobalEngine"),
            TextToSpeechStyle=module.get("SpeakingStyle"),
        ),
        SUCCESS,
    ),
    ("SetLoggingBehavior", ""): Row(
        "UpdateFlowLoggingBehavior",
        lambda module: {"FlowLoggingBehavior": STATES.get(module.get("LoggingBehavior"), "")},
        SUCCESS,
    ),
    ("StartMediaStreaming", ""): Row("UpdateContactMediaStreamingBehavior", streaming("Enabled")),
    ("StopMediaStreaming", ""): Row("UpdateContactMediaStreamingBehavior", streaming("Disabled")),
    ("UpdateRoutingPriority", ""): Row("UpdateContactRoutingBehavior", priority, SUCCESS),
    ("SetContactData", ""): Row("UpdateContactData", data),
    ("Disconnect", ""): Row("DisconnectParticipant", ways={}),
    ("Resume", ""): Row("EndFlowExecution", ways={}),
}

DEQUEUE = Row("DequeueContactAndTransferToQueue", whose, TABLE["Transfer", "Queue"].ways)

OLDER: Mapping[str, tuple[str, str]] = {
    "PlayAudio": ("PlayPrompt", ""),
    "PlayAudioAndFetchInput": ("GetUserInput", "Digits"),
    "StoreCustomerInput": ("StoreUserInput", ""),
    "SetScreenPop": ("SetAttributes", ""),
    "CheckCallAttribute": ("CheckAttribute", ""),
    "CustomerInQueue": ("Transfer", "Queue"),
    "TransferToFlow": ("Transfer", "Flow"),
    "InvokeExternal": ("InvokeExternalResource", "Lambda"),
    "SetContactFlow": ("SetEventHook", ""),
}
"""Names that the oldest exports use for the same."""


def kind_of(module: Module) -> tuple[str, str]:
    """Type and target, as in TABLE; types without targets have none, whatever the export says."""
    kind = OLDER.get(module.type, (module.type, module.target))
    if kind[0] == "GetUserInput" and not kind[1]:
        return "GetUserInput", "Lex" if module.all("BotName", "BotAliasArn") else "Digits"
    return kind if kind in TABLE else (kind[0], "")


def row_of(module: Module) -> Row | None:
    """None for a type that is outside of the table."""
    kind = kind_of(module)
    in_queue = kind == ("Transfer", "Queue") and module.flow_type == "customerQueue"
    return DEQUEUE if in_queue else TABLE.get(kind)
