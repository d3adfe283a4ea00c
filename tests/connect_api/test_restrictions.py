"""A manager of a part of the house: sees, hears and changes that part, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.model import ListShape, MapShape, Shape, StructureShape

from engine.app import Running
from engine.chat.chats import Wanted
from engine.directory import Kind
from engine.directory.reach import TAGGED
from engine.house import House
from engine.live import LiveContact
from engine.web.caller import calling
from engine.web.named import NAMED
from engine.web.required import OF_ITS_KIND, REQUIRED
from engine.web.service_model import Operation
from tests.connect_api.test_permissions import ERROR, OPERATIONS, asked_by
from tests.rig.aws import DENIED, Aws, administered, aws
from tests.rig.chatting import published, to_agent
from tests.rig.contacts import contact_record
from tests.rig.house import converse, engine, phone
from tests.rig.patience import until

WITHIN, BY_TAG = "HierarchyRestrictedResources", "TagRestrictedResources"
GROUP, TAGS = "AllowedAccessControlHierarchyGroupId", "AllowedAccessControlTags"
MANAGES = ("AccessMetrics", "ContactSearch.View", "ManagerListenIn", "ListenCallRecordings")
CHANGES = ("Users.View", "Users.Edit", "Users.EditPermission", "Users.Create", "Queues.View")


@dataclass
class Site:
    """agent1 is in the group north, agent2 in south; manager1 manages south."""

    one: Running
    admin: Aws
    manager: Aws
    groups: dict[str, str]
    profile: str


@asynccontextmanager
async def site(folder: Path, **restricting: Any) -> AsyncIterator[Site]:
    async with administered(folder) as (one, admin):
        levels = {"LevelOne": {"Name": "Land"}, "LevelTwo": {"Name": "Town"}}
        await admin.ask("UpdateUserHierarchyStructure", HierarchyStructure=levels)
        groups: dict[str, str] = {}
        for name, parent in (("north", None), ("south", None), ("bonn", "south")):
            above = {"ParentGroupId": groups[parent]} if parent else {}
            made = await admin.ask("CreateUserHierarchyGroup", Name=name, **above)
            groups[name] = made["HierarchyGroupId"]
        for user, group in (("agent1", "north"), ("agent2", "bonn")):
            await admin.ask("UpdateUserHierarchy", UserId=user, HierarchyGroupId=groups[group])
        await admin.ask("TagResource", resourceArn=arn(one, "agent2"), tags={"team": "south"})
        if restricting.get(WITHIN):
            restricting[GROUP] = groups["south"]
        made = await admin.ask(
            "CreateSecurityProfile",
            SecurityProfileName="Part of the house",
            Permissions=[*MANAGES, *CHANGES],
            **restricting,
        )
        profile = made["SecurityProfileId"]
        ids = [profile, "Agent"]
        await admin.ask("UpdateUserSecurityProfiles", UserId="manager1", SecurityProfileIds=ids)
        yield Site(one, admin, await aws(one, "manager1"), groups, profile)


def arn(one: Running, user: str) -> str:
    return f"{one.house.directory.resources.instance_arn}/agent/{user}"


HIERARCHY = {WITHIN: ["User"]}
BY_TAGS = {BY_TAG: ["User"], TAGS: {"team": "south"}}


@pytest.mark.parametrize("restricting", [HIERARCHY, BY_TAGS], ids=["hierarchy", "tags"])
async def test_users_out_of_reach_are_neither_seen_nor_changed(
    tmp_path: Path, restricting: dict[str, Any]
) -> None:
    async with site(tmp_path, **restricting) as it:
        listed = await it.manager.ask("ListUsers")
        found = await it.manager.ask("SearchUsers")
        for names in ([one["Username"] for one in listed["UserSummaryList"]],
                      [one["Username"] for one in found["Users"]]):  # fmt: skip
            assert names == ["agent2", "manager1"]
        assert (await it.manager.ask("DescribeUser", UserId="agent2"))["User"]["Id"] == "agent2"
        told = await it.manager.refused("DescribeUser", UserId="agent1")
        assert told == (*DENIED, "manager1 does not have access to the user agent1")
        facts: dict[str, Any] = {"IdentityInfo": {"FirstName": "Ann"}}
        assert (await it.manager.refused("UpdateUserIdentityInfo", UserId="agent1", **facts))[
            :2
        ] == DENIED
        await it.manager.ask("UpdateUserIdentityInfo", UserId="agent2", **facts)
        rows = (await it.manager.ask("GetCurrentUserData", Filters={}))["UserDataList"]
        assert {row["User"]["Id"] for row in rows} <= {"agent2", "manager1"}
        assert len((await it.admin.ask("GetCurrentUserData", Filters={}))["UserDataList"]) > len(
            rows
        )


async def test_nobody_gets_out_of_their_own_restrictions(tmp_path: Path) -> None:
    async with site(tmp_path, **HIERARCHY) as it:
        north, changed = it.groups["north"], "UpdateUserHierarchy"
        for user in ("agent2", "manager1"):
            told = await it.manager.refused(changed, UserId=user, HierarchyGroupId=north)
            assert told[:2] == DENIED
        free = {"UserId": "manager1", "SecurityProfileIds": ["Agent"]}
        told = await it.manager.refused("UpdateUserSecurityProfiles", **free)
        assert (told[:2], "a restriction would be missing" in told[2]) == (DENIED, True)
        new: dict[str, Any] = {
            "Username": "ann",
            "PhoneConfig": {"PhoneType": "SOFT_PHONE"},
            "SecurityProfileIds": [it.profile],
            "RoutingProfileId": "support",
        }
        assert (await it.manager.refused("CreateUser", **new))[:2] == DENIED
        made = await it.manager.ask("CreateUser", HierarchyGroupId=it.groups["bonn"], **new)
        key = await it.manager.send("POST", "/earshot/v1/access-key", {"UserId": made["UserId"]})
        assert key.status_code == 200
        key = await it.manager.send("POST", "/earshot/v1/access-key", {"UserId": "agent1"})
        assert key.status_code == 403
        group = {"HierarchyGroupId": it.groups["south"]}
        assert (await it.admin.refused("DeleteUserHierarchyGroup", **group))[1] == (
            "ResourceInUseException"
        )


async def talked(one: Running, agent_name: str) -> LiveContact:
    async with phone(one) as customer, phone(one, agent_name) as agent:
        await agent.register()
        live = await converse(one, customer, agent, "support")
        agent.hang_up()
        await customer.hung_up()
        await until(lambda: live.record.disconnect)
    return live


@pytest.mark.parametrize("restricting", [HIERARCHY, BY_TAGS], ids=["hierarchy", "tags"])
async def test_contacts_recordings_and_conversations_out_of_reach_are_not_there(
    tmp_path: Path, restricting: dict[str, Any]
) -> None:
    async with site(tmp_path, **restricting) as it:
        mine, now = await talked(it.one, "agent2"), datetime.now(UTC)
        theirs = replace(
            contact_record(),
            agent="agent1",
            agents=("agent1",),
            hierarchy=(it.groups["north"],),
            initiation=now,
            disconnect=now,
        )
        it.one.house.ledger.save(theirs)
        hour = {"StartTime": now - timedelta(hours=1), "EndTime": now + timedelta(hours=1)}
        asked = {"TimeRange": {"Type": "INITIATION_TIMESTAMP", **hour}}
        for who, total in ((it.admin, 2), (it.manager, 1)):
            assert (await who.ask("SearchContacts", **asked))["TotalCount"] == total
        found = (await it.manager.ask("SearchContacts", **asked))["Contacts"]
        assert [one["Id"] for one in found] == [mine.contact_id]
        wanted = {"SearchCriteria": {"AgentIds": ["agent1"]}} | asked
        assert (await it.manager.refused("SearchContacts", **wanted))[:2] == DENIED
        contact = (await it.manager.ask("DescribeContact", ContactId=mine.contact_id))["Contact"]
        levels = contact["AgentInfo"]["HierarchyGroups"]
        assert [each["Arn"].rpartition("/")[2] for each in levels.values()] == [
            *(it.groups["south"], it.groups["bonn"])
        ]
        told = await it.manager.refused("DescribeContact", ContactId=theirs.contact_id)
        assert told[:2] == DENIED
        for contact_id, status in ((mine.contact_id, 200), (theirs.contact_id, 403)):
            path = f"/earshot/v1/contact/{contact_id}/recording/AGENT"
            assert (await it.manager.send("GET", path)).status_code == status


async def test_a_conversation_out_of_reach_is_not_listened_to_nor_stopped(tmp_path: Path) -> None:
    async with site(tmp_path, **HIERARCHY) as it:
        async with phone(it.one) as customer, phone(it.one, "agent1") as agent:
            async with phone(it.one, "manager1") as manager:
                await agent.register()
                await manager.register()
                live = await converse(it.one, customer, agent, "support")
                asked = {"ContactId": live.contact_id, "UserId": "manager1"}
                told = await it.manager.refused("MonitorContact", **asked)
                assert (told[:2], "does not have access" in told[2]) == (DENIED, True)
                path = "/earshot/v1/agent/agent1/follow"
                answer = await it.manager.send("PUT", path, {"UserId": "manager1"})
                assert answer.status_code == 403
                south = {"UserId": "agent1", "HierarchyGroupId": it.groups["south"]}
                await it.admin.ask("UpdateUserHierarchy", **south)
                assert (await it.manager.refused("MonitorContact", **asked))[:2] == DENIED
                customer.hang_up()
                await agent.hung_up()
                live = await converse(it.one, customer, agent, "support")
                asked["ContactId"] = live.contact_id
                await it.manager.ask("MonitorContact", **asked)
                await manager.called()
                only = {"UserId": "manager1", "SecurityProfileIds": ["Agent"]}
                await it.admin.ask("UpdateUserSecurityProfiles", **only)
                assert (await manager.hung_up()).by == "CANCEL"


async def test_a_chat_out_of_reach_is_not_read(tmp_path: Path) -> None:
    async with site(tmp_path, **HIERARCHY) as it, phone(it.one, "agent1") as agent:
        await published(it.one, "chat", to_agent())
        await agent.register()
        chats = it.one.house.chats
        asked = {"UserId": "manager1"}
        for group, reached in (("north", False), ("south", True)):
            home = {"UserId": "agent1", "HierarchyGroupId": it.groups[group]}
            await it.admin.ask("UpdateUserHierarchy", **home)
            chat = chats.start(Wanted("chat", "Carla", 3600.0))
            await until(lambda chat=chat: chat.offered_to)
            chats.accept(chat)
            asked["ContactId"] = chat.contact_id
            if reached:
                await it.manager.ask("MonitorContact", **asked)
                assert len(it.one.house.wing.readings.of(chat)) == 1
            else:
                assert (await it.manager.refused("MonitorContact", **asked))[:2] == DENIED


async def test_figures_are_of_agents_and_queues_within_reach(tmp_path: Path) -> None:
    restricting = {BY_TAG: ["User", "Queue"], TAGS: {"team": "south"}}
    async with site(tmp_path, **restricting) as it:
        queue = f"{it.one.house.directory.resources.instance_arn}/queue/support"
        asked = {
            "Filters": {"Queues": ["support"]},
            "CurrentMetrics": [{"Name": "AGENTS_ONLINE", "Unit": "COUNT"}],
            "Groupings": ["QUEUE"],
        }
        assert (await it.manager.refused("GetCurrentMetricData", **asked))[:2] == DENIED
        await it.admin.ask("TagResource", resourceArn=queue, tags={"team": "south"})
        async with phone(it.one, "agent1") as first, phone(it.one, "agent2") as second:
            for each in (first, second):
                await each.register()
            for who, online in ((it.admin, 2.0), (it.manager, 1.0)):
                [row] = (await who.ask("GetCurrentMetricData", **asked))["MetricResults"]
                assert row["Collections"][0]["Value"] == online


@pytest.mark.parametrize(
    ("restricting", "told"),
    [
        ({WITHIN: ["User"]}, "or neither"),
        ({TAGS: {"a": "b"}}, "or neither"),
        ({TAGS: {"a": "b"}, BY_TAG: ["Moon"]}, "there is no Moon"),
        ({GROUP: "here", WITHIN: ["Queue"]}, "there is no Queue"),
        ({TAGS: {"a": "1", "b": "2", "c": "3"}, BY_TAG: ["User"]}, "at most 2"),
    ],
)
async def test_a_restriction_that_would_not_hold_is_refused(
    tmp_path: Path, restricting: dict[str, Any], told: str
) -> None:
    async with administered(tmp_path) as (_, admin):
        if GROUP in restricting:
            levels = {"LevelOne": {"Name": "Land"}}
            await admin.ask("UpdateUserHierarchyStructure", HierarchyStructure=levels)
            made = await admin.ask("CreateUserHierarchyGroup", Name="here")
            restricting = {**restricting, GROUP: made["HierarchyGroupId"]}
        profile = {"SecurityProfileName": "Part", **restricting}
        said = await admin.refused("CreateSecurityProfile", **profile)
        assert told in said[2]


async def test_restrictions_are_described_changed_and_taken_away(tmp_path: Path) -> None:
    async with site(tmp_path, **HIERARCHY) as it:
        part = {"SecurityProfileId": it.profile}
        before = (await it.admin.ask("DescribeSecurityProfile", **part))["SecurityProfile"]
        assert (before[GROUP], before[WITHIN]) == (it.groups["south"], ["User"])
        again = {BY_TAG: ["User"], TAGS: {"team": "south"}}
        made = await it.admin.ask("CreateSecurityProfile", SecurityProfileName="Red", **again)
        other = await it.admin.ask("CreateSecurityProfile", SecurityProfileName="Blue", **again)
        ids = [made["SecurityProfileId"], other["SecurityProfileId"]]
        twice = await it.admin.refused(
            "UpdateUserSecurityProfiles", UserId="agent1", SecurityProfileIds=ids
        )
        assert BY_TAG in twice[2]
        await it.admin.ask("UpdateSecurityProfile", **part, **{WITHIN: [], GROUP: ""})
        assert (await it.manager.ask("DescribeUser", UserId="agent1"))["User"]["Id"] == "agent1"


NUMBER = "+15550100"


def fit(shape: Shape | None) -> Any:
    """The least that a value of this shape can be."""
    match shape:
        case StructureShape():
            required = (each for each in shape.required_members if each != "InstanceId")
            return {name: fit(shape.members[name]) for name in required}
        case ListShape():
            return [fit(shape.member)] * shape.metadata.get("min", 0)
        case MapShape():
            return {"a": "b"}
        case None:
            return {}
    least = max(1, shape.metadata.get("min", 1))
    text = NUMBER if "+" in shape.metadata.get("pattern", "")[:3] else "a" * least
    kinds = {"string": text, "boolean": False, "timestamp": 0}
    return shape.metadata.get("enum", [kinds.get(shape.type_name, least)])[0]


def asking(operation: Operation, member: str, reference: str) -> tuple[str, str, dict[str, Any]]:
    """Method, path and body of a request in which the member names the reference."""
    assert operation.input
    values = fit(operation.input) | {"InstanceId": "earshot"}
    listed = isinstance(operation.input.members[member], ListShape)
    values[member] = [reference] if listed else reference
    path, body = operation.path, {}
    for name, value in values.items():
        serialized = operation.input.members[name].serialization
        if serialized.get("location") == "uri":
            path = path.replace("{" + serialized["name"] + "}", str(value))
        else:
            body[serialized.get("name", name)] = value
    return operation.method, path, body


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with engine(tmp_path, web={"request_burst": 5_000}) as one:
        yield one.house


async def test_no_operation_takes_the_name_of_what_is_out_of_reach(house: House) -> None:
    directory, resources = house.directory, house.directory.resources
    facts = {
        **{"Permissions": sorted({*REQUIRED.values()} - {OF_ITS_KIND}), "Tags": {}},
        **{TAGS: {"team": "south"}, BY_TAG: [*TAGGED]},
    }
    profile = await directory.create(Kind.SECURITY_PROFILE, "Part", facts)
    await directory.change(Kind.USER, "manager1", {"SecurityProfileIds": [profile.id]})
    caller, asked = calling(resources.get(Kind.USER, "manager1"), resources), 0
    there = {kind: resources.all(kind)[0].id for kind in {*NAMED.values()} if resources.all(kind)}
    async with asked_by(house, caller) as api:
        for operation in (OPERATIONS[name] for name in REQUIRED):
            members = operation.input.members if operation.input else {}
            for member in members.keys() & NAMED.keys():
                if reference := there.get(NAMED[member]):
                    method, path, body = asking(operation, member, reference)
                    answer = await api.request(method, path, json=body)
                    said = (answer.status_code, answer.headers.get(ERROR))
                    assert said == DENIED, (operation.name, member, answer.text)
                    assert "does not have access" in answer.json()["Message"], operation.name
                    asked += 1
    assert asked > 40
