from pathlib import Path
from typing import Any

from tests.rig.aws import DENIED, NOT_FOUND, administered, aws
from tests.rig.house import converse, engine, phone
from tests.rig.phone import Phone

ANN: dict[str, Any] = {
    "Username": "ann",
    "Password": "Correct-Horse-9",
    "IdentityInfo": {"FirstName": "Ann", "LastName": "Ott", "Email": "ann@example.com"},
    "PhoneConfig": {"PhoneType": "DESK_PHONE", "DeskPhoneNumber": "+4930123456"},
    "SecurityProfileIds": ["Agent"],
    "RoutingProfileId": "support",
    "Tags": {"team": "a"},
}


async def test_a_user_is_created_described_changed_listed_found_and_deleted(
    tmp_path: Path,
) -> None:
    async with administered(tmp_path) as (_, admin):
        made = await admin.ask("CreateUser", **ANN)
        ann: dict[str, Any] = {"UserId": made["UserId"]}
        user = (await admin.ask("DescribeUser", **ann))["User"]
        assert user["Arn"] == made["UserArn"]
        expected = {name: ANN[name] for name in ANN if name != "Password"}
        assert {name: user[name] for name in expected} == expected

        identity = {"FirstName": "Anna"}
        await admin.ask("UpdateUserIdentityInfo", IdentityInfo=identity, **ann)
        await admin.ask("UpdateUserPhoneConfig", PhoneConfig={"PhoneType": "SOFT_PHONE"}, **ann)
        await admin.ask("UpdateUserRoutingProfile", RoutingProfileId="No queues", **ann)
        both = ["Agent", "QualityAnalyst"]
        await admin.ask("UpdateUserSecurityProfiles", SecurityProfileIds=both, **ann)
        user = (await admin.ask("DescribeUser", UserId=user["Arn"]))["User"]
        assert user["IdentityInfo"] == identity
        assert user["PhoneConfig"] == {"PhoneType": "SOFT_PHONE"}
        assert (user["RoutingProfileId"], user["SecurityProfileIds"]) == ("No queues", both)

        first = await admin.ask("ListUsers", MaxResults=4)
        rest = await admin.ask("ListUsers", MaxResults=4, NextToken=first["NextToken"])
        names = [one["Username"] for one in (*first["UserSummaryList"], *rest["UserSummaryList"])]
        assert names == ["agent1", "agent2", "ann", "manager1", "manager2", "manager3"]
        asked = {"FieldName": "FirstName", "Value": "ann", "ComparisonType": "STARTS_WITH"}
        found = await admin.ask("SearchUsers", SearchCriteria={"StringCondition": asked})
        assert [one["Username"] for one in found["Users"]] == ["ann"]

        await admin.ask("DeleteUser", **ann)
        assert (await admin.refused("DescribeUser", **ann))[:2] == NOT_FOUND


async def test_a_user_that_was_just_created_registers_a_phone_and_takes_a_contact(
    tmp_path: Path,
) -> None:
    async with administered(tmp_path) as (one, admin):
        made = await admin.ask("CreateUser", **ANN)
        address = ("127.0.0.1", one.house.sip.port)
        async with Phone("ann", ANN["Password"], address) as ann, phone(one) as customer:
            await ann.register()
            live = await converse(one, customer, ann, "support")
            assert live.record.agent == "ann"
            rows = await admin.ask("GetCurrentUserData", Filters={"Agents": [made["UserId"]]})
            [row] = rows["UserDataList"]
            assert row["User"]["Id"] == made["UserId"]
            assert row["Contacts"][0]["AgentContactState"] == "CONNECTED"


async def test_what_cannot_be_is_refused_by_connects_own_errors(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        await admin.ask("CreateUser", **ANN)
        assert (await admin.refused("CreateUser", **ANN))[:2] == (409, "DuplicateResourceException")
        other = ANN | {"Username": "bob"}
        for change in ({"SecurityProfileIds": ["none"]}, {"RoutingProfileId": "none"}):
            assert (await admin.refused("CreateUser", **other | change))[:2] == NOT_FOUND
        assert (await admin.refused("DeleteUser", UserId="agent1"))[1] == "InvalidRequestException"
        wrong = {"FieldName": "Shoe", "Value": "43", "ComparisonType": "EXACT"}
        told = await admin.refused("SearchUsers", SearchCriteria={"StringCondition": wrong})
        assert told[1] == "InvalidRequestException" and "Username" in told[2]
        told = await admin.refused("UpdateUserHierarchy", UserId="agent1", HierarchyGroupId="x")
        assert told[:2] == NOT_FOUND
        told = await admin.refused("ListEvaluationForms")
        assert told[:2] == (501, "NotImplementedException") and "ListEvaluationForms" in told[2]


async def test_nobody_gives_away_what_they_do_not_have(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        manager = await aws(one, "manager1")
        told = await manager.refused("CreateUser", **ANN | {"SecurityProfileIds": ["Admin"]})
        assert told[:2] == DENIED and "cannot grant" in told[2]
        await manager.ask("CreateUser", **ANN)
        told = await manager.refused(
            "UpdateUserSecurityProfiles", UserId="manager1", SecurityProfileIds=["Admin"]
        )
        assert told[:2] == DENIED and "Users.EditPermission" in told[2]
