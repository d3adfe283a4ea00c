from pathlib import Path

from tests.engine.directory.desk import ARN
from tests.rig.aws import administered
from tests.rig.house import converse, phone

ENHANCED = {"AttributeType": "ENHANCED_CONTACT_MONITORING"}
THREE = {"LevelOne": {"Name": "Land"}, "LevelTwo": {"Name": "Town"}, "LevelThree": {"Name": "Team"}}


async def test_the_instance_says_what_it_is(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        shown = (await admin.ask("DescribeInstance"))["Instance"]
        assert (shown["Arn"], shown["InstanceStatus"]) == (ARN, "ACTIVE")
        [listed] = (await admin.ask("ListInstances"))["InstanceSummaryList"]
        assert listed["Arn"] == ARN
        first = await admin.ask("ListInstanceAttributes", MaxResults=7)
        rest = await admin.ask("ListInstanceAttributes", NextToken=first["NextToken"])
        names = [each["AttributeType"] for each in (*first["Attributes"], *rest["Attributes"])]
        assert len(names) == 14 and names == sorted(names)


async def test_enhanced_monitoring_needs_no_recording(tmp_path: Path) -> None:
    async with administered(tmp_path) as (one, admin):
        async with (
            phone(one, "agent1") as agent,
            phone(one, "manager3") as manager,
            phone(one) as customer,
        ):
            await agent.register()
            await manager.register()
            live = await converse(one, customer, agent, "unrecorded")
            asked = {"ContactId": live.contact_id, "UserId": "manager3"}
            told = await admin.refused("MonitorContact", **asked)
            assert told[2] == "Monitoring failed, please enable call recording"
            await admin.ask("UpdateInstanceAttribute", Value="true", **ENHANCED)
            shown = await admin.ask("DescribeInstanceAttribute", **ENHANCED)
            assert shown["Attribute"]["Value"] == "true"
            await admin.ask("MonitorContact", **asked)
            await manager.called()
            await admin.ask("UpdateInstanceAttribute", Value="false", **ENHANCED)


async def test_what_the_engine_does_or_does_not_is_no_switch(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        lens = {"AttributeType": "CONTACT_LENS"}
        await admin.ask("UpdateInstanceAttribute", Value="false", **lens)
        for value in ("true", "perhaps"):
            told = await admin.refused("UpdateInstanceAttribute", Value=value, **lens)
            assert told[1] == "InvalidRequestException"


async def test_a_hierarchy_of_groups_has_the_levels_that_were_named(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        told = await admin.refused("CreateUserHierarchyGroup", Name="north")
        assert told[1] == "InvalidRequestException" and "0 levels" in told[2]
        await admin.ask("UpdateUserHierarchyStructure", HierarchyStructure=THREE)
        structure = (await admin.ask("DescribeUserHierarchyStructure"))["HierarchyStructure"]
        assert {level: each["Name"] for level, each in structure.items()} == {
            level: each["Name"] for level, each in THREE.items()
        }
        north = await admin.ask("CreateUserHierarchyGroup", Name="north")
        kiel = await admin.ask(
            "CreateUserHierarchyGroup", Name="kiel", ParentGroupId=north["HierarchyGroupArn"]
        )
        group = {"HierarchyGroupId": kiel["HierarchyGroupId"]}
        await admin.ask("UpdateUserHierarchyGroupName", Name="Kiel", **group)
        shown = (await admin.ask("DescribeUserHierarchyGroup", **group))["HierarchyGroup"]
        assert (shown["Name"], shown["LevelId"]) == ("Kiel", "LevelTwo")
        assert shown["HierarchyPath"]["LevelOne"]["Name"] == "north"
        await admin.ask("UpdateUserHierarchy", UserId="agent1", **group)
        condition = {
            "Value": north["HierarchyGroupId"],
            "HierarchyGroupMatchType": "WITH_CHILD_GROUPS",
        }
        found = await admin.ask(
            "SearchUsers", SearchCriteria={"HierarchyGroupCondition": condition}
        )
        assert [user["Username"] for user in found["Users"]] == ["agent1"]
        told = await admin.refused("DeleteUserHierarchyGroup", **group)
        assert told[1] == "ResourceInUseException" and "agent1" in told[2]
        await admin.ask("UpdateUserHierarchy", UserId="agent1")
        assert "HierarchyGroupId" not in (await admin.ask("DescribeUser", UserId="agent1"))["User"]
        await admin.ask("DeleteUserHierarchyGroup", **group)
        listed = await admin.ask("ListUserHierarchyGroups")
        assert [one["Name"] for one in listed["UserHierarchyGroupSummaryList"]] == ["north"]


async def test_levels_with_groups_stay_and_have_no_gap(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        await admin.ask("UpdateUserHierarchyStructure", HierarchyStructure=THREE)
        north = await admin.ask("CreateUserHierarchyGroup", Name="north")
        kiel = {"Name": "kiel", "ParentGroupId": north["HierarchyGroupId"]}
        await admin.ask("CreateUserHierarchyGroup", **kiel)
        for structure, error in (
            ({"LevelOne": {"Name": "Land"}}, "ResourceInUseException"),
            ({"LevelTwo": {"Name": "Town"}}, "InvalidRequestException"),
        ):
            told = await admin.refused("UpdateUserHierarchyStructure", HierarchyStructure=structure)
            assert told[1] == error
        two = {"LevelOne": {"Name": "Country"}, "LevelTwo": {"Name": "City"}}
        await admin.ask("UpdateUserHierarchyStructure", HierarchyStructure=two)
