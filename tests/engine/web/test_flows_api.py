from __future__ import annotations

import json
from pathlib import Path

from engine.web.flow_rules import digest
from tests.rig.aws import DENIED, NOT_FOUND, administered, aws
from tests.rig.house import to_queue

FIRST, SECOND = json.dumps(to_queue()), json.dumps(to_queue(queue="sales"))
BROKEN = json.dumps({"Version": "2019-10-30", "StartAction": "x", "Actions": [{"Type": "Odd"}]})
MENU = {"Name": "Menu", "Type": "CONTACT_FLOW", "Content": FIRST}
MODULE = {
    "Version": "2019-10-30",
    "StartAction": "end",
    "Actions": [{"Identifier": "end", "Type": "EndFlowModuleExecution"}],
}
MODULE_FIRST, MODULE_SECOND = json.dumps(MODULE), json.dumps({**MODULE, "Metadata": {}})


async def test_what_is_saved_and_what_is_published_are_two_states(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        made = await admin.ask("CreateContactFlow", **MENU, Description="first", Tags={"a": "b"})
        menu = {"ContactFlowId": made["ContactFlowId"]}
        saved = {"ContactFlowId": f"{made['ContactFlowArn']}:$SAVED"}
        assert made["FlowContentSha256"] == digest(FIRST)
        library = one.flows.library
        flow = library.find("Menu")
        await admin.ask("UpdateContactFlowContent", Content=BROKEN, **saved)
        assert library.find("Menu") is flow
        shown = (await admin.ask("DescribeContactFlow", **menu))["ContactFlow"]
        assert (shown["Content"], shown["Status"]) == (FIRST, "PUBLISHED")
        assert (shown["Type"], shown["State"]) == ("CONTACT_FLOW", "ACTIVE")
        assert (shown["Description"], shown["Tags"]) == ("first", {"a": "b"})
        shown = (await admin.ask("DescribeContactFlow", **saved))["ContactFlow"]
        assert (shown["Content"], shown["Status"]) == (BROKEN, "SAVED")
        await admin.ask("UpdateContactFlowContent", Content=SECOND, **menu)
        assert library.find("Menu") is not flow
        shown = (await admin.ask("DescribeContactFlow", **saved))["ContactFlow"]
        assert shown["Content"] == SECOND
        await admin.ask("DeleteContactFlow", **menu)
        assert library.find("Menu") is None
        assert (await admin.refused("DescribeContactFlow", **menu))[:2] == NOT_FOUND


async def test_a_flow_that_was_never_published_is_shown_by_its_alias_only(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        made = await admin.ask("CreateContactFlow", **MENU | {"Content": BROKEN}, Status="SAVED")
        menu = made["ContactFlowId"]
        told = await admin.refused("DescribeContactFlow", ContactFlowId=menu)
        assert told[:2] == (404, "ContactFlowNotPublishedException")
        await admin.ask("DescribeContactFlow", ContactFlowId=f"{menu}:$SAVED")
        assert one.flows.library.find("Menu") is None


async def test_it_has_another_name_or_is_archived(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        made = await admin.ask("CreateContactFlow", **MENU)
        await admin.ask("CreateContactFlow", **MENU | {"Name": "Other"})
        menu = {"ContactFlowId": made["ContactFlowId"]}
        told = await admin.refused("CreateContactFlow", **MENU)
        assert told[:2] == (409, "DuplicateResourceException")
        told = await admin.refused("UpdateContactFlowName", Name="Other", **menu)
        assert told[:2] == (409, "DuplicateResourceException")
        await admin.ask("UpdateContactFlowName", Name="Main menu", Description="new", **menu)
        assert one.flows.library.find("Main menu") and not one.flows.library.find("Menu")
        await admin.ask("UpdateContactFlowMetadata", ContactFlowState="ARCHIVED", **menu)
        assert one.flows.library.find("Main menu") is None
        shown = (await admin.ask("DescribeContactFlow", **menu))["ContactFlow"]
        found = shown["Name"], shown["Description"], shown["State"]
        assert found == ("Main menu", "new", "ARCHIVED")


async def test_flows_are_listed_by_type_and_found_by_what_is_known_of_them(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        await admin.ask("CreateContactFlow", **MENU)
        queue = MENU | {"Name": "Waiting", "Type": "CUSTOMER_QUEUE", "Content": "draft"}
        await admin.ask("CreateContactFlow", **queue, Status="SAVED")
        listed = (await admin.ask("ListContactFlows"))["ContactFlowSummaryList"]
        assert [row["ContactFlowStatus"] for row in listed] == ["PUBLISHED", "SAVED"]
        asked = {"ContactFlowTypes": ["CUSTOMER_QUEUE"]}
        [row] = (await admin.ask("ListContactFlows", **asked))["ContactFlowSummaryList"]
        assert (row["Name"], row["ContactFlowType"]) == ("Waiting", "CUSTOMER_QUEUE")
        named = {"FieldName": "name", "Value": "wait", "ComparisonType": "STARTS_WITH"}
        conditions: list[dict[str, object]] = [
            {"TypeCondition": "CUSTOMER_QUEUE"},
            {"StatusCondition": "SAVED"},
            {"StringCondition": named},
        ]
        for criteria in conditions:
            found = await admin.ask("SearchContactFlows", SearchCriteria=criteria)
            assert [flow["Name"] for flow in found["ContactFlows"]] == ["Waiting"]
        criteria = {"StateCondition": "ARCHIVED"}
        assert not (await admin.ask("SearchContactFlows", SearchCriteria=criteria))["ContactFlows"]


async def test_whoever_edits_need_not_be_allowed_to_publish(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        menu = (await admin.ask("CreateContactFlow", **MENU))["ContactFlowId"]
        permissions = ["ContactFlows.Create", "ContactFlows.Edit", "ContactFlows.View"]
        made = await admin.ask(
            "CreateSecurityProfile", SecurityProfileName="Author", Permissions=permissions
        )
        await admin.ask(
            "UpdateUserSecurityProfiles",
            UserId="agent1",
            SecurityProfileIds=[made["SecurityProfileId"]],
        )
        author = await aws(one, "agent1")
        told = await author.refused("UpdateContactFlowContent", ContactFlowId=menu, Content=SECOND)
        assert told[:2] == DENIED and "ContactFlows.Publish" in told[2]
        saved = {"ContactFlowId": f"{menu}:$SAVED"}
        await author.ask("UpdateContactFlowContent", Content=SECOND, **saved)
        told = await author.refused("CreateContactFlow", **MENU | {"Name": "Mine"})
        assert told[:2] == DENIED
        await author.ask("CreateContactFlow", **MENU | {"Name": "Mine"}, Status="SAVED")
        assert (await author.refused("DeleteContactFlow", ContactFlowId=menu))[:2] == DENIED


async def test_a_flow_in_a_file_is_shown_and_changed_in_its_file(tmp_path: Path) -> None:
    (tmp_path / "flows").mkdir()
    (tmp_path / "flows" / "f1.json").write_text(FIRST)
    async with administered(tmp_path) as (_, admin):
        f1 = {"ContactFlowId": "f1"}
        assert (await admin.ask("DescribeContactFlow", **f1))["ContactFlow"]["Content"] == FIRST
        told = await admin.refused("UpdateContactFlowContent", Content=SECOND, **f1)
        assert told[:2] == (400, "InvalidRequestException") and "change it there" in told[2]
        assert (await admin.refused("DeleteContactFlow", **f1))[0] == 400


async def test_a_module_is_published_when_it_is_made_and_saved_by_its_alias(
    tmp_path: Path,
) -> None:
    async with administered(tmp_path) as (one, admin):
        made = await admin.ask(
            "CreateContactFlowModule", Name="Greeting", Content=MODULE_FIRST, Tags={"a": "b"}
        )
        module = {"ContactFlowModuleId": made["Id"]}
        saved = {"ContactFlowModuleId": f"{made['Arn']}:$SAVED"}
        flow = one.flows.library.find(made["Arn"])
        assert flow and one.flows.library.find("Greeting") is flow
        await admin.ask("UpdateContactFlowModuleContent", Content="draft", **saved)
        assert one.flows.library.find("Greeting") is flow
        described = "DescribeContactFlowModule"
        assert (await admin.ask(described, **module))["ContactFlowModule"][
            "Content"
        ] == MODULE_FIRST
        assert (await admin.ask(described, **saved))["ContactFlowModule"]["Content"] == "draft"
        await admin.ask("UpdateContactFlowModuleContent", Content=MODULE_SECOND, **module)
        assert one.flows.library.find("Greeting") is not flow
        await admin.ask("UpdateContactFlowModuleMetadata", Name="Hello", State="ARCHIVED", **module)
        assert one.flows.library.find("Hello") is None
        asked = {"ContactFlowModuleState": "ACTIVE"}
        listed = await admin.ask("ListContactFlowModules", **asked)
        assert listed["ContactFlowModulesSummaryList"] == []
        criteria = {"StateCondition": "ARCHIVED"}
        found = await admin.ask("SearchContactFlowModules", SearchCriteria=criteria)
        assert [each["Name"] for each in found["ContactFlowModules"]] == ["Hello"]
        await admin.ask("DeleteContactFlowModule", **module)
        listed = await admin.ask("ListContactFlowModules")
        assert listed["ContactFlowModulesSummaryList"] == []


async def test_what_no_module_may_hold_is_refused_with_its_problems(tmp_path: Path) -> None:
    wait = {"Identifier": "end", "Type": "EndFlowExecution"}
    async with administered(tmp_path) as (_, admin):
        content = json.dumps({**MODULE, "Actions": [wait]})
        told = await admin.refused("CreateContactFlowModule", Name="Odd", Content=content)
        assert told[:2] == (400, "InvalidContactFlowModuleException")
        invocation = {"Enabled": True}
        told = await admin.refused(
            "CreateContactFlowModule",
            Name="Odd",
            Content=MODULE_FIRST,
            ExternalInvocationConfiguration=invocation,
        )
        assert told[0] == 400 and "ExternalInvocationConfiguration" in told[2]
