from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config import ConfigError, Settings
from engine.directory import Kind, Origin, Resource, wanted
from engine.directory.hierarchy import levels, path
from engine.records import RecordError
from tests.engine.directory.desk import NOON, directory, seeded
from tests.rig.house import settings

FLOW = Resource(Kind.CONTACT_FLOW, "f-1", "To a queue", {"Tags": {}}, Origin.CONFIGURATION, NOON)
LEAD = {"name": "Team lead", "description": "Listens", "permissions": ["ManagerListenIn"]}
SECOND = {
    "name": "Second line",
    "chats": 2,
    "outbound_queue": "support",
    "queues": [{"name": "support", "priority": 2, "delay": 60}],
}
GROUPS = [{"name": "Germany"}, {"name": "Blue", "parent": "Germany"}]


def declaring(folder: Path, **instance: Any) -> Settings:
    return settings(folder, instance=instance)


def by_name(given: Settings, kind: Kind) -> dict[str, Resource]:
    there = seeded(given)
    return {one.name: one for one in wanted(given, there, NOON, [FLOW]) if one.kind is kind}


def test_profiles_and_statuses_are_as_the_file_says(tmp_path: Path) -> None:
    given = declaring(
        tmp_path,
        security_profiles=[LEAD],
        routing_profiles=[SECOND],
        agent_statuses=[{"name": "Lunch"}, {"name": "Training", "state": "DISABLED"}],
    )
    lead = by_name(given, Kind.SECURITY_PROFILE)["Team lead"]
    assert lead.origin is Origin.CONFIGURATION
    assert lead.facts == {"Description": "Listens", "Permissions": ["ManagerListenIn"], "Tags": {}}
    assert by_name(given, Kind.ROUTING_PROFILE)["Second line"].facts == {
        "DefaultOutboundQueueId": "support",
        "MediaConcurrencies": [
            {"Channel": "VOICE", "Concurrency": 1},
            {"Channel": "CHAT", "Concurrency": 2},
        ],
        "QueueConfigs": [
            {
                "QueueReference": {"QueueId": "support", "Channel": channel},
                "Priority": 2,
                "Delay": 60,
            }
            for channel in ("VOICE", "CHAT")
        ],
        "Tags": {},
    }
    statuses = by_name(given, Kind.AGENT_STATUS)
    told = [(one.name, one.facts["DisplayOrder"], one.facts["State"]) for one in statuses.values()]
    assert told == [
        ("Available", 1, "ENABLED"),
        ("Offline", 2, "ENABLED"),
        ("Lunch", 3, "ENABLED"),
        ("Training", 4, "DISABLED"),
    ]


def test_quick_connects_lead_where_the_file_says(tmp_path: Path) -> None:
    flow = {"ContactFlowId": "f-1"}
    quick = [
        {"name": "Desk", "phone_number": "+493012345678"},
        {"name": "Flow", "flow": "To a queue"},
        {"name": "Agent", "user": "agent1", "flow": "To a queue"},
        {"name": "Queue", "queue": "support", "flow": "To a queue"},
    ]
    found = by_name(declaring(tmp_path, quick_connects=quick), Kind.QUICK_CONNECT)
    assert {name: one.facts["QuickConnectConfig"] for name, one in found.items()} == {
        "Desk": {
            "QuickConnectType": "PHONE_NUMBER",
            "PhoneConfig": {"PhoneNumber": "+493012345678"},
        },
        "Flow": {"QuickConnectType": "FLOW", "FlowConfig": flow},
        "Agent": {"QuickConnectType": "USER", "UserConfig": {"UserId": "agent1", **flow}},
        "Queue": {"QuickConnectType": "QUEUE", "QueueConfig": {"QueueId": "support", **flow}},
    }


async def test_the_hierarchy_has_the_levels_and_groups_of_the_file(tmp_path: Path) -> None:
    given = declaring(tmp_path, levels=["Country", "Team"], hierarchy_groups=GROUPS)
    async with directory(tmp_path, given) as one:
        assert levels(one.resources) == ["Country", "Team"]
        blue = one.resources.get(Kind.HIERARCHY_GROUP, "Blue")
        assert [each.name for each in path(blue, one.resources)] == ["Germany", "Blue"]


def test_everything_that_is_not_there_is_told_at_once_with_file_and_key(tmp_path: Path) -> None:
    given = declaring(
        tmp_path,
        security_profiles=[
            {"name": "Lead", "permissions": ["ManagerListenIn", "ManagerListenin"]},
            {"name": "Admin"},
        ],
        routing_profiles=[{"name": "R", "outbound_queue": "x", "queues": [{"name": "suport"}]}],
        agent_statuses=[{"name": "available"}],
        quick_connects=[{"name": "Q", "user": "nobody", "flow": "To a queue"}],
    )
    file = tmp_path / "instance.toml"
    given = given.model_copy(
        update={"directory": given.directory.model_copy(update={"instance_file": file})}
    )
    with pytest.raises(ConfigError) as caught:
        wanted(given, seeded(given), NOON, [FLOW])
    assert sorted(str(each).removeprefix(f"{file}: ") for each in caught.value.problems) == [
        "agent_statuses[0].name: the agent status 'available' is there anyway",
        "quick_connects[0].user: there is no user 'nobody'",
        "routing_profiles[0].outbound_queue: there is no queue 'x'",
        "routing_profiles[0].queues[0]: there is no queue 'suport', did you mean 'support'?",
        "security_profiles[0].permissions[1]: there is no permission 'ManagerListenin', "
        "did you mean 'ManagerListenIn'?",
        "security_profiles[1].name: the security profile 'Admin' is there anyway",
    ]


async def test_nothing_is_written_where_something_is_not_there(tmp_path: Path) -> None:
    wrong = declaring(
        tmp_path, agent_statuses=[{"name": "Lunch"}], quick_connects=[{"name": "Q", "flow": "x"}]
    )
    with pytest.raises(ConfigError, match=r"quick_connects\[0\]\.flow: there is no contact flow"):
        async with directory(tmp_path, wrong):
            pass
    async with directory(tmp_path) as one:
        assert one.resources.find(Kind.AGENT_STATUS, "Lunch") is None


async def test_a_second_start_changes_nothing_but_what_the_file_says_differently(
    tmp_path: Path,
) -> None:
    given = declaring(tmp_path, security_profiles=[LEAD], routing_profiles=[SECOND])
    async with directory(tmp_path, given) as one:
        await one.change(
            Kind.SECURITY_PROFILE, "Team lead", {"Permissions": [], "Tags": {"team": "red"}}
        )
        before = one.resources.get(Kind.ROUTING_PROFILE, "Second line")
    less = {**LEAD, "description": ""}
    async with directory(tmp_path, declaring(tmp_path, security_profiles=[less])) as one:
        lead = one.resources.get(Kind.SECURITY_PROFILE, "Team lead")
        assert lead.facts == {"Permissions": ["ManagerListenIn"], "Tags": {"team": "red"}}
        assert one.resources.find(Kind.ROUTING_PROFILE, "Second line") is None
    async with directory(tmp_path, given) as one:
        after = one.resources.get(Kind.ROUTING_PROFILE, "Second line")
        assert (after.facts, after.name) == (before.facts, before.name)


async def test_what_the_api_made_stays_and_can_be_named(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        queue = await one.create(Kind.QUEUE, "sales", {"Tags": {}})
    profile = {"name": "Sales", "queues": [{"name": "sales"}], "calls": 1}
    async with directory(tmp_path, declaring(tmp_path, routing_profiles=[profile])) as one:
        [served] = one.resources.get(Kind.ROUTING_PROFILE, "Sales").facts["QueueConfigs"]
        assert served["QueueReference"] == {"QueueId": queue.id, "Channel": "VOICE"}
        assert one.resources.get(Kind.QUEUE, queue.id).origin is Origin.API


async def test_a_name_that_the_api_gave_away_is_not_taken(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        await one.create(Kind.SECURITY_PROFILE, "Team lead", {"Permissions": []})
    with pytest.raises(RecordError, match=r"security profile Team lead.*rename one"):
        async with directory(tmp_path, declaring(tmp_path, security_profiles=[LEAD])):
            pass


async def test_what_is_gone_from_the_file_stays_the_apis_while_something_names_it(
    tmp_path: Path,
) -> None:
    given = declaring(
        tmp_path,
        levels=["Country", "Team"],
        hierarchy_groups=[*GROUPS, {"name": "France"}],
        security_profiles=[LEAD],
    )
    async with directory(tmp_path, given) as one:
        await one.change(Kind.USER, "agent1", {"HierarchyGroupId": "Blue"})
    async with directory(tmp_path) as one:
        groups = one.resources.all(Kind.HIERARCHY_GROUP)
        assert [(each.name, each.origin) for each in groups] == [
            ("Blue", Origin.API),
            ("Germany", Origin.API),
        ]
        assert one.resources.find(Kind.SECURITY_PROFILE, "Team lead") is None
        assert levels(one.resources) == ["Country", "Team"]
    async with directory(tmp_path, given) as one:
        assert one.resources.get(Kind.HIERARCHY_GROUP, "Blue").origin is Origin.CONFIGURATION


async def test_no_level_goes_on_which_there_are_groups(tmp_path: Path) -> None:
    given = declaring(tmp_path, levels=["Country", "Team"], hierarchy_groups=GROUPS[:1])
    async with directory(tmp_path, given) as one:
        await one.create(Kind.HIERARCHY_GROUP, "Red", {"ParentGroupId": "Germany"})
    fewer = declaring(tmp_path, levels=["Country"], hierarchy_groups=GROUPS[:1])
    with pytest.raises(ConfigError, match="levels: the group 'Red' is on a level"):
        async with directory(tmp_path, fewer):
            pass


async def test_the_api_and_the_file_together_have_no_more_than_an_instance_can_have(
    tmp_path: Path,
) -> None:
    async with directory(tmp_path) as one:
        await one.create(Kind.AGENT_STATUS, "Coffee", {"Type": "CUSTOM", "State": "ENABLED"})
    statuses = [{"name": f"Status {n}"} for n in range(48)]  # and the three are 51
    with pytest.raises(ConfigError, match="agent_statuses: an instance has at most 50"):
        async with directory(tmp_path, declaring(tmp_path, agent_statuses=statuses)):
            pass
