from pathlib import Path

from tests.rig.aws import administered

SAID_AGENT = {"StringCondition": {"FieldName": "name", "Value": "agent", "ComparisonType": "EXACT"}}


async def test_profiles_are_kept_whole(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        listed = (await admin.ask("ListSecurityProfiles"))["SecurityProfileSummaryList"]
        defaults = ["Admin", "Agent", "CallCenterManager", "QualityAnalyst"]
        assert [each["Name"] for each in listed] == defaults
        asked = {"SecurityProfileName": "Mine", "Permissions": ["Nonsense.View"]}
        told = await admin.refused("CreateSecurityProfile", **asked)
        assert told[1] == "InvalidParameterException" and "Nonsense.View" in told[2]
        made = await admin.ask(
            "CreateSecurityProfile", SecurityProfileName="Mine", Description="of mine"
        )
        mine = {"SecurityProfileId": made["SecurityProfileId"]}
        await admin.ask("UpdateSecurityProfile", Permissions=["AccessMetrics"], **mine)
        shown = (await admin.ask("DescribeSecurityProfile", **mine))["SecurityProfile"]
        assert (shown["SecurityProfileName"], shown["Description"]) == ("Mine", "of mine")
        await admin.ask(
            "UpdateUserSecurityProfiles",
            UserId="agent1",
            SecurityProfileIds=[made["SecurityProfileId"]],
        )
        told = await admin.refused("DeleteSecurityProfile", **mine)
        assert told[:2] == (409, "ResourceInUseException") and "agent1" in told[2]
        await admin.ask("UpdateUserSecurityProfiles", UserId="agent1", SecurityProfileIds=["Agent"])
        await admin.ask("DeleteSecurityProfile", **mine)
        found = await admin.ask("SearchSecurityProfiles", SearchCriteria=SAID_AGENT)
        assert [each["SecurityProfileName"] for each in found["SecurityProfiles"]] == ["Agent"]
        told = await admin.refused(
            "UpdateSecurityProfile", SecurityProfileId="Admin", Permissions=[]
        )
        assert told[0] == 400


async def test_queues_and_routing_profiles_are_listed(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        [queue] = (await admin.ask("ListQueues"))["QueueSummaryList"]
        assert queue["Arn"].endswith("/queue/support")
        profiles = (await admin.ask("ListRoutingProfiles"))["RoutingProfileSummaryList"]
        assert [one["Name"] for one in profiles] == ["No queues", "support"]
