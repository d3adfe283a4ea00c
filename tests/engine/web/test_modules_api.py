from __future__ import annotations

import json
from pathlib import Path

from tests.rig.aws import administered

SAYS = {
    "Version": "2019-10-30",
    "StartAction": "end",
    "Actions": [{"Identifier": "end", "Type": "EndFlowModuleExecution"}],
}
FIRST, SECOND = json.dumps(SAYS), json.dumps({**SAYS, "Metadata": {}})


async def test_a_module_is_published_when_it_is_made_and_saved_by_its_alias(
    tmp_path: Path,
) -> None:
    async with administered(tmp_path) as (one, admin):
        made = await admin.ask(
            "CreateContactFlowModule", Name="Greeting", Content=FIRST, Tags={"a": "b"}
        )
        module = {"ContactFlowModuleId": made["Id"]}
        saved = {"ContactFlowModuleId": f"{made['Arn']}:$SAVED"}
        flow = one.flows.library.find(made["Arn"])
        assert flow and one.flows.library.find("Greeting") is flow
        await admin.ask("UpdateContactFlowModuleContent", Content="draft", **saved)
        assert one.flows.library.find("Greeting") is flow
        described = "DescribeContactFlowModule"
        assert (await admin.ask(described, **module))["ContactFlowModule"]["Content"] == FIRST
        assert (await admin.ask(described, **saved))["ContactFlowModule"]["Content"] == "draft"
        await admin.ask("UpdateContactFlowModuleContent", Content=SECOND, **module)
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
        content = json.dumps({**SAYS, "Actions": [wait]})
        told = await admin.refused("CreateContactFlowModule", Name="Odd", Content=content)
        assert told[:2] == (400, "InvalidContactFlowModuleException")
        invocation = {"Enabled": True}
        told = await admin.refused(
            "CreateContactFlowModule",
            Name="Odd",
            Content=FIRST,
            ExternalInvocationConfiguration=invocation,
        )
        assert told[0] == 400 and "ExternalInvocationConfiguration" in told[2]
