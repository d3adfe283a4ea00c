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


async def test_a_queue_has_quick_connects(tmp_path: Path) -> None:
    phone = {"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "+493012345"}}
    async with administered(tmp_path) as (_, admin):
        ids = [
            (await admin.ask("CreateQuickConnect", Name=name, QuickConnectConfig=phone))[
                "QuickConnectId"
            ]
            for name in ("chief", "Boss")
        ]
        queue = {"QueueId": "support"}
        for _ in range(2):  # whoever is there already is there once
            await admin.ask("AssociateQueueQuickConnects", QuickConnectIds=ids, **queue)
        first = await admin.ask("ListQueueQuickConnects", MaxResults=1, **queue)
        rest = await admin.ask("ListQueueQuickConnects", NextToken=first["NextToken"], **queue)
        rows = [*first["QuickConnectSummaryList"], *rest["QuickConnectSummaryList"]]
        assert [(one["Name"], one["QuickConnectType"]) for one in rows] == [
            ("Boss", "PHONE_NUMBER"),
            ("chief", "PHONE_NUMBER"),
        ]
        told = await admin.refused("DeleteQuickConnect", QuickConnectId=ids[0])
        assert told[1] == "InvalidRequestException" and "support" in told[2]
        await admin.ask("DisassociateQueueQuickConnects", QuickConnectIds=ids[:1], **queue)
        await admin.ask("DeleteQuickConnect", QuickConnectId=ids[0])


async def test_the_permissions_of_a_profile_come_in_pages(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        given, found = {"SecurityProfileId": "Agent", "MaxResults": 1}, []
        for _ in range(2):
            answer = await admin.ask("ListSecurityProfilePermissions", **given)
            found += answer["Permissions"]
            given["NextToken"] = answer.get("NextToken", "")
        assert found == ["BasicAgentAccess", "OutboundCallAccess"] and not given["NextToken"]


async def test_contacts_are_assigned_by_the_router_alone(tmp_path: Path) -> None:
    manual = [{"QueueReference": {"QueueId": "support", "Channel": "VOICE"}}]
    async with administered(tmp_path) as (_, admin):
        told = await admin.refused(
            "AssociateRoutingProfileQueues",
            RoutingProfileId="support",
            ManualAssignmentQueueConfigs=manual,
        )
        assert told[1] == "InvalidRequestException" and "not implemented" in told[2]
