"""Phone numbers through their life, by boto3."""

from __future__ import annotations

import json
from pathlib import Path

from tests.rig.aws import NOT_FOUND, Aws, administered
from tests.rig.desk import trunk
from tests.rig.house import to_queue

OURS, FREE, TOLL_FREE = "+49305550199", "+49305550101", "+498001234567"
TRUNK = trunk(("127.0.0.3", 5060), 1, numbers=[FREE, TOLL_FREE])
INVALID = (400, "InvalidParameterException")
GERMAN = {"PhoneNumberCountryCode": "DE", "PhoneNumberType": "DID", "InstanceId": "earshot"}
ARN = "arn:aws:connect:local:000000000000:instance/earshot"


async def available(admin: Aws, **asked: str) -> list[str]:
    answer = await admin.ask("SearchAvailablePhoneNumbers", **{**GERMAN, **asked})
    return [one["PhoneNumber"] for one in answer["AvailableNumbersList"]]


async def test_a_number_is_found_claimed_described_listed_and_released(tmp_path: Path) -> None:
    async with administered(tmp_path, trunks=[TRUNK]) as (_, admin):
        assert await available(admin) == [FREE, OURS]
        assert await available(admin, PhoneNumberPrefix="+493055501010") == []
        assert await available(admin, PhoneNumberType="TOLL_FREE") == [TOLL_FREE]
        made = await admin.ask("ClaimPhoneNumber", PhoneNumber=FREE, PhoneNumberDescription="main")
        named = {"PhoneNumberId": made["PhoneNumberId"]}
        assert await available(admin) == [OURS]
        await admin.ask("UpdatePhoneNumberMetadata", PhoneNumberDescription="first", **named)
        shown = await admin.ask("DescribePhoneNumber", PhoneNumberId=made["PhoneNumberArn"])
        assert shown["ClaimedPhoneNumberSummary"] == {
            **named,
            "PhoneNumberArn": made["PhoneNumberArn"],
            "PhoneNumber": FREE,
            "PhoneNumberCountryCode": "DE",
            "PhoneNumberType": "DID",
            "PhoneNumberDescription": "first",
            "TargetArn": shown["ClaimedPhoneNumberSummary"]["TargetArn"],
            "InstanceId": "earshot",
            "Tags": {},
            "PhoneNumberStatus": {"Status": "CLAIMED"},
        }
        await admin.ask("ClaimPhoneNumber", PhoneNumber=TOLL_FREE)
        listed = await admin.ask("ListPhoneNumbers", PhoneNumberTypes=["DID"])
        assert [one["PhoneNumber"] for one in listed["PhoneNumberSummaryList"]] == [FREE]
        page = await admin.ask("ListPhoneNumbersV2", MaxResults=1)
        rest = await admin.ask("ListPhoneNumbersV2", NextToken=page["NextToken"])
        every = [*page["ListPhoneNumbersSummaryList"], *rest["ListPhoneNumbersSummaryList"]]
        assert [one["PhoneNumber"] for one in every] == [FREE, TOLL_FREE]
        found = await admin.ask("ListPhoneNumbersV2", PhoneNumberPrefix="49800")
        assert [one["PhoneNumber"] for one in found["ListPhoneNumbersSummaryList"]] == [TOLL_FREE]
        await admin.ask("ReleasePhoneNumber", **named)
        assert (await admin.refused("DescribePhoneNumber", **named))[:2] == NOT_FOUND
        assert await available(admin) == [FREE, OURS]


async def test_nothing_is_claimed_that_is_not_free_and_nothing_for_elsewhere(
    tmp_path: Path,
) -> None:
    (tmp_path / "menu.json").write_text(json.dumps(to_queue()))
    numbers = [{"number": OURS, "flow": tmp_path / "menu.json"}]
    async with administered(tmp_path, trunks=[TRUNK], numbers=numbers) as (_, admin):
        assert await available(admin) == [FREE]
        for number in (OURS, "+49301234567"):
            assert (await admin.refused("ClaimPhoneNumber", PhoneNumber=number))[:2] == INVALID
        elsewhere = {"TargetArn": ARN + "2", "PhoneNumber": FREE}
        assert (await admin.refused("ClaimPhoneNumber", **elsewhere))[:2] == NOT_FOUND
        moved = {"PhoneNumberId": OURS, "TargetArn": ARN + "2"}
        assert (await admin.refused("UpdatePhoneNumber", **moved))[:2] == NOT_FOUND
        assert (await admin.ask("UpdatePhoneNumber", PhoneNumberId=OURS))["PhoneNumberId"] == OURS


async def test_a_number_of_the_configuration_stays_with_its_flow(tmp_path: Path) -> None:
    (tmp_path / "menu.json").write_text(json.dumps(to_queue()))
    numbers = [{"number": OURS, "flow": tmp_path / "menu.json"}]
    async with administered(tmp_path, trunks=[TRUNK], numbers=numbers) as (_, admin):
        flow = await admin.ask(
            "CreateContactFlow", Name="menu", Type="CONTACT_FLOW", Content=json.dumps(to_queue())
        )
        named = {"PhoneNumberId": OURS}
        flow_id = {"ContactFlowId": flow["ContactFlowId"]}
        told = await admin.refused("AssociatePhoneNumberContactFlow", **named, **flow_id)
        assert told[:2] == INVALID and "configuration" in told[2]
        assert (await admin.refused("ReleasePhoneNumber", **named))[:2] == INVALID


async def test_a_number_runs_contact_flows_only_and_keeps_the_one_it_runs(tmp_path: Path) -> None:
    async with administered(tmp_path, trunks=[TRUNK]) as (one, admin):
        number = await admin.ask("ClaimPhoneNumber", PhoneNumber=FREE)
        named = {"PhoneNumberId": number["PhoneNumberId"]}
        flows = {}
        for kind in ("AGENT_TRANSFER", "CONTACT_FLOW"):
            made = await admin.ask(
                "CreateContactFlow", Name=kind, Type=kind, Content=json.dumps(to_queue())
            )
            flows[kind] = {"ContactFlowId": made["ContactFlowId"]}
        ask, refused = admin.ask, admin.refused
        told = await refused("AssociatePhoneNumberContactFlow", **named, **flows["AGENT_TRANSFER"])
        assert told[:2] == INVALID
        assert FREE not in one.house.numbers
        await ask("AssociatePhoneNumberContactFlow", **named, **flows["CONTACT_FLOW"])
        assert FREE in one.house.numbers
        told = await refused("DeleteContactFlow", **flows["CONTACT_FLOW"])
        assert told[1] == "InvalidRequestException" and FREE in told[2]
        await ask("DisassociatePhoneNumberContactFlow", **named)
        assert FREE not in one.house.numbers
        await ask("DeleteContactFlow", **flows["CONTACT_FLOW"])
