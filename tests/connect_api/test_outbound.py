"""StartOutboundVoiceContact by unpatched boto3: the call, each refusal, and a repeated request."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.rig.aws import DENIED, NOT_FOUND, Aws, administrator, aws
from tests.rig.desk import BERLIN, OURS, PARIS, desk
from tests.rig.house import AUDIO, action, flow
from tests.rig.outside import MAY
from tests.rig.patience import until

START = "StartOutboundVoiceContact"
INVALID = (400, "InvalidRequestException")
UNKNOWN = "00000000-0000-4000-8000-00000000ffff"
NOTES = flow(action("note", "UpdateContactAttributes", "bye", Attributes={"heard": "yes"}))
PATIENT = {"first_response_seconds": 10}


async def published(admin: Aws, name: str = "notes", status: str = "PUBLISHED") -> str:
    """A flow that notes that it was heard, and hangs up."""
    content = {"Type": "CONTACT_FLOW", "Content": json.dumps(NOTES)}
    made = await admin.ask("CreateContactFlow", Name=name, Status=status, **content)
    return str(made["ContactFlowId"])


async def test_somebody_is_called_once_and_the_flow_runs_with_what_was_given(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, flows=MAY, trunks=PATIENT) as it:
        admin = await administrator(it.one)
        given: dict[str, Any] = {
            "ContactFlowId": await published(admin),
            "DestinationPhoneNumber": BERLIN,
            "SourcePhoneNumber": OURS,
            "Attributes": {"plan": "gold"},
            "Name": "reminder",
            "References": {"case": {"Type": "STRING", "Value": "7"}},
            "ClientToken": "once",
        }
        first = await admin.ask(START, **given)
        assert await admin.ask(START, **given) == first
        told = await admin.refused(START, **{**given, "Name": "other"})
        assert told[1] == "InvalidParameterException" and "ClientToken" in told[2]
        called = await it.carrier.called()
        assert called.invite.from_.uri.startswith(f"sip:{OURS}@")
        assert len(it.one.house.registry) == 1
        await it.carrier.answer(AUDIO)
        assert (await it.carrier.hung_up()).by == "BYE"
        await until(lambda: not len(it.one.house.registry))
        contact = (await admin.ask("DescribeContact", **first))["Contact"]
        assert contact["InitiationMethod"] == "API" and contact["Name"] == "reminder"
        assert contact["Attributes"] == {"plan": "gold", "heard": "yes"}
        assert contact["CustomerEndpoint"]["Address"] == BERLIN
        assert contact["SystemEndpoint"]["Address"] == OURS
        assert contact["DisconnectReason"] == "CONTACT_FLOW_DISCONNECT"
        del given["ClientToken"]
        related = {"RelatedContactId": first["ContactId"], "Attributes": {"plan": "new"}}
        second = await admin.ask(START, **{**given, **related})
        [live] = it.one.house.registry
        assert live.record.related_contact_id == first["ContactId"] != second["ContactId"]
        assert live.record.attributes == {"plan": "new", "heard": "yes"}
        await admin.ask("StopContact", **second)
        [*_, line] = [a for a in await it.one.house.records.audits() if a.action == "contact.start"]
        assert (line.who, line.detail) == ("manager3", "notes")


async def test_what_cannot_be_is_refused_by_its_name_and_nobody_is_called(tmp_path: Path) -> None:
    async with desk(tmp_path, flows=MAY, trunks=PATIENT) as it:
        admin = await administrator(it.one)
        right: dict[str, Any] = {
            "ContactFlowId": await published(admin),
            "DestinationPhoneNumber": BERLIN,
            "QueueId": "support",
        }
        detection = {"EnableAnswerMachineDetection": True}
        saved = await published(admin, "saved", "SAVED")
        for wrong, expected in (
            ({"AnswerMachineDetectionConfig": detection}, INVALID),
            ({"TrafficType": "CAMPAIGN"}, INVALID),
            ({"CampaignId": "c"}, INVALID),
            ({"OutboundStrategy": {"Type": "AGENT_FIRST"}}, INVALID),
            ({"SourcePhoneNumber": PARIS}, INVALID),
            ({"ContactFlowId": saved}, INVALID),
            ({"ContactFlowId": UNKNOWN}, NOT_FOUND),
            ({"QueueId": UNKNOWN}, NOT_FOUND),
            ({"RelatedContactId": UNKNOWN}, NOT_FOUND),
            ({"DestinationPhoneNumber": PARIS}, (403, "DestinationNotAllowedException")),
        ):
            told = await admin.refused(START, **{**right, **wrong})
            assert told[:2] == expected, wrong
        del right["QueueId"]
        assert (await admin.refused(START, **right))[:2] == INVALID
        analyst = {"SecurityProfileIds": ["QualityAnalyst"], "UserId": "manager2"}
        await admin.ask("UpdateUserSecurityProfiles", **analyst)
        assert (await (await aws(it.one, "manager2")).refused(START, **right))[:2] == DENIED
        assert it.carrier.events == [] and not len(it.one.house.registry)


async def test_where_flows_may_call_nobody_the_api_may_not_either(tmp_path: Path) -> None:
    async with desk(tmp_path) as it:
        admin = await administrator(it.one)
        given = {"ContactFlowId": await published(admin), "QueueId": "support"}
        told = await admin.refused(START, DestinationPhoneNumber=BERLIN, **given)
        assert told[:2] == (403, "OutboundContactNotPermittedException")
        assert "flows.may_dial" in told[2]


async def test_the_limit_of_flows_is_a_limit_of_the_api(tmp_path: Path) -> None:
    async with desk(tmp_path, flows={**MAY, "max_calls": 1}, trunks=PATIENT) as it:
        admin = await administrator(it.one)
        given = {
            "ContactFlowId": await published(admin),
            "QueueId": "support",
            "DestinationPhoneNumber": BERLIN,
        }
        await admin.ask(START, **given)
        assert (await admin.refused(START, **given))[:2] == (429, "LimitExceededException")
