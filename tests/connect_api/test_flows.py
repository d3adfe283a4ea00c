"""A flow that is edited while a contact is in it, by unpatched boto3."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rig.aws import Aws, administered
from tests.rig.house import AUDIO, action, flow, phone
from tests.rig.patience import until


def waiting(mark: str) -> str:
    """Waits for a key, then notes the mark and hangs up."""
    ask = action("ask", "GetParticipantInput", "note", StoreInput="True")
    ask["Parameters"] |= {
        "InputTimeLimitSeconds": "60",
        "InputValidation": {"CustomValidation": {"MaximumLength": "1"}},
    }
    ask["Transitions"]["Errors"] = [{"NextAction": "bye", "ErrorType": "NoMatchingError"}]
    note = action("note", "UpdateContactAttributes", "bye", Attributes={"mark": mark})
    return json.dumps(flow(ask, note))


async def test_publishing_leaves_a_contact_in_the_flow_it_is_in_and_the_next_is_in_the_new_one(
    tmp_path: Path,
) -> None:
    transfer = action("go", "TransferToFlow", ContactFlowId="Menu")
    async with administered(tmp_path) as (one, admin):
        made = await publish(admin, Name="Menu", Content=waiting("old"))
        (tmp_path / "support.json").write_text(json.dumps(flow(transfer)))
        await one.flows.reread(one.house.directory)
        marks = []
        async with phone(one) as first, phone(one) as second:
            await first.invite("support", AUDIO)
            [live] = one.house.registry
            await until(lambda: live.flow and live.flow.collecting)
            menu = {"ContactFlowId": made["ContactFlowId"], "Content": waiting("new")}
            await admin.ask("UpdateContactFlowContent", **menu)
            await second.invite("support", AUDIO)
            [_, other] = one.house.registry
            await until(lambda: other.flow and other.flow.collecting)
            for caller, contact in ((first, live), (second, other)):
                await caller.press("5")
                assert (await caller.hung_up()).by == "BYE"
                marks.append(contact.record.attributes["mark"])
    assert marks == ["old", "new"]


async def publish(admin: Aws, **given: Any) -> dict[str, Any]:
    return await admin.ask("CreateContactFlow", Type="CONTACT_FLOW", **given)


async def test_a_flow_with_problems_is_refused_with_each_of_them(tmp_path: Path) -> None:
    document = json.loads(waiting("x"))
    document["Actions"][1]["Transitions"]["NextAction"] = "nowhere"
    document["Actions"][0]["Parameters"]["InputTimeLimitSeconds"] = "never"
    async with administered(tmp_path) as (_, admin):
        with pytest.raises(ClientError) as refused:
            await publish(admin, Name="Menu", Content=json.dumps(document))
    assert refused.value.response["Error"]["Code"] == "InvalidContactFlowException"
    problems = [each["message"] for each in refused.value.response["problems"]]  # type: ignore[typeddict-item]
    assert len(problems) == 2
    assert any(each.startswith("/Actions/1/Transitions/NextAction") for each in problems)
    assert any(each.startswith("/Actions/0/Parameters/InputTimeLimit") for each in problems)
