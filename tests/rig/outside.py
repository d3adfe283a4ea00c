"""Flows that call somebody outside, for the desk: its carrier is whoever is called."""

from __future__ import annotations

import json
from pathlib import Path

from tests.rig.desk import BERLIN, Json
from tests.rig.house import action, flow

MAY = {"may_dial": ["+49"]}
ERRORS = ("CallFailed", "ConnectionTimeLimitExceeded", "NoMatchingError")


def third_party(
    number: str = BERLIN, *, comes_back: bool, seconds: int = 20, **more: object
) -> Json:
    """Calls them; what comes of it is the attribute `went`, and then a prompt is played."""
    call = action(
        "call",
        "TransferParticipantToThirdParty",
        "back",
        ThirdPartyPhoneNumber=number,
        ThirdPartyConnectionTimeLimitSeconds=str(seconds),
        ContinueFlowExecution=str(comes_back),
        **more,
    )
    call["Transitions"]["Errors"] = [{"NextAction": each, "ErrorType": each} for each in ERRORS]
    notes = [
        action(each, "UpdateContactAttributes", "say", Attributes={"went": each})
        for each in ("back", *ERRORS)
    ]
    return flow(call, *notes, action("say", "MessageParticipant", "bye", PromptId="short"))


def number(folder: Path, document: Json, name: str = "outside") -> Json:
    """What a customer dials to meet that flow."""
    (folder / f"{name}.json").write_text(json.dumps(document))
    return {"number": name, "flow": folder / f"{name}.json"}


def callback(
    *, delay: int = 0, retry: int = 0, attempts: int = 1, queue: str = "support", to: str = BERLIN
) -> Json:
    """Has that number called back, and hangs up; `callback` is whether it will be."""
    number = action(
        "number", "UpdateContactCallbackNumber", "create", CallbackNumber="$.Attributes.to"
    )
    number["Transitions"]["Errors"] = [
        {"NextAction": "no", "ErrorType": each}
        for each in ("InvalidCallbackNumber", "CallbackNumberNotDialable")
    ]
    create = action(
        "create",
        "CreateCallbackContact",
        "yes",
        QueueId=queue,
        InitialCallDelaySeconds=str(delay),
        RetryDelaySeconds=str(retry),
        MaximumConnectionAttempts=str(attempts),
    )
    create["Transitions"]["Errors"] = [{"NextAction": "no", "ErrorType": "NoMatchingError"}]
    return flow(
        action("set", "UpdateContactAttributes", "number", Attributes={"to": to}),
        number,
        create,
        *(
            action(each, "UpdateContactAttributes", "bye", Attributes={"callback": each})
            for each in ("yes", "no")
        ),
    )
