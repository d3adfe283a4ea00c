"""What agents do just now, by unpatched boto3: real-time data, statuses, clearing, metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.agents import Presence
from engine.app import Running
from engine.directory import Kind
from engine.supervision import Stage
from tests.rig.aws import DENIED, NOT_FOUND, Aws, administered, aws
from tests.rig.house import AUDIO, converse, engine, phone
from tests.rig.patience import until

INVALID = (400, "InvalidRequestException")
FORECASTS = ("ESTIMATED_WAIT_TIME", "CONTACTS_SCHEDULED")
METRICS = ("AGENTS_AVAILABLE", "AGENTS_ONLINE", "CONTACTS_IN_QUEUE", "OLDEST_CONTACT_AGE")


async def present(one: Running, username: str, presence: Presence) -> None:
    floor = one.house.router.floor
    await until(lambda: floor.agents[username].presence is presence)


async def rows(api: Aws, **filters: Any) -> dict[str, Any]:
    """By user id."""
    found = await api.ask("GetCurrentUserData", Filters=filters)
    return {row["User"]["Id"]: row for row in found["UserDataList"]}


async def test_a_manager_finds_who_talks_and_is_shown_as_monitoring_while_they_listen(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        async with phone(one, "manager1") as ear:
            await agent.register()
            await ear.register()
            live = await converse(one, customer, agent, "support")
            manager = await aws(one, "manager1")
            found = await rows(manager, ContactFilter={"ContactStates": ["CONNECTED"]})
            [contact] = found["agent1"]["Contacts"]
            assert found.keys() == {"agent1"} and contact["ContactId"] == live.contact_id
            asked = {"ContactId": contact["ContactId"], "UserId": "manager1"}
            monitor = await manager.ask("MonitorContact", **asked)
            await ear.called()
            await ear.answer(AUDIO)
            await until(lambda: live.listeners[0].monitor.stage is Stage.LISTENING)
            shown = (await rows(manager, Agents=["manager1"]))["manager1"]
            assert shown["Status"]["StatusName"] == "Monitoring"
            assert shown["Contacts"][0]["ContactId"] == monitor["ContactId"]
            assert shown["Contacts"][0]["InitiationMethod"] == "MONITOR"
            await manager.ask("StopContact", ContactId=monitor["ContactId"])
            assert (await ear.hung_up()).by == "BYE"
            assert live.agent and not live.listeners


async def test_real_time_data_comes_in_pages_and_by_filter(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        manager = await aws(one, "manager1")
        first = await manager.ask("GetCurrentUserData", Filters={}, MaxResults=1)
        assert first["ApproximateTotalCount"] == 2
        second = await manager.ask(
            "GetCurrentUserData", Filters={}, MaxResults=1, NextToken=first["NextToken"]
        )
        pages = [first, second]
        assert [each["UserDataList"][0]["User"]["Id"] for each in pages] == ["agent1", "agent2"]
        assert "NextToken" not in second
        assert (await rows(manager, Queues=["support"])).keys() == {"agent1", "agent2"}
        assert (await rows(manager, RoutingProfiles=["support"])).keys() == {"agent1", "agent2"}
        assert not await rows(manager, RoutingProfiles=["No queues"])
        told = await manager.refused(
            "GetCurrentUserData", Filters={"UserHierarchyGroups": ["nobody's"]}
        )
        assert told[:2] == NOT_FOUND
        assert (await rows(manager, Agents=["agent2"])).keys() == {"agent2"}
        told = await manager.refused("GetCurrentUserData", Filters={"Queues": ["nowhere"]})
        assert told[:2] == NOT_FOUND
        told = await manager.refused("GetCurrentUserData", Filters={}, NextToken="mine")
        assert told[:2] == INVALID
        told = await (await aws(one, "agent1")).refused("GetCurrentUserData", Filters={})
        assert told[:2] == DENIED


async def test_a_status_holds_at_once_or_after_the_contact(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one) as customer, phone(one, "agent1") as agent:
        await agent.register()
        await present(one, "agent1", Presence.AVAILABLE)
        manager, worker = await aws(one, "manager1"), await aws(one, "agent1")
        away, back = {"AgentStatusId": "offline"}, {"AgentStatusId": "available"}
        await worker.ask("PutUserStatus", UserId="agent1", **away)
        row = (await rows(manager, Agents=["agent1"]))["agent1"]
        assert row["Status"]["StatusName"] == "Offline"
        assert row["Status"]["StatusStartTimestamp"]
        await customer.invite("support", AUDIO)
        await worker.ask("PutUserStatus", UserId="agent1", **back)
        await agent.called()
        await agent.answer(AUDIO)
        await present(one, "agent1", Presence.ON_CONTACT)
        await manager.ask("PutUserStatus", UserId="agent1", **away)
        row = (await rows(manager, Agents=["agent1"]))["agent1"]
        assert (row["Status"]["StatusName"], row["NextStatus"]) == ("Available", "Offline")
        agent.hang_up()
        await present(one, "agent1", Presence.OFFLINE)
        facts = {"Type": "CUSTOM", "State": "ENABLED", "Tags": {}}
        lunch = await one.house.directory.create(Kind.AGENT_STATUS, "Lunch", facts)
        await worker.ask("PutUserStatus", UserId="agent1", AgentStatusId=lunch.id)
        await present(one, "agent1", Presence.BREAK)
        await one.house.directory.change(Kind.AGENT_STATUS, lunch.id, {"State": "DISABLED"})
        told = await worker.refused("PutUserStatus", UserId="agent1", AgentStatusId=lunch.id)
        assert told[:2] == INVALID
        told = await worker.refused("PutUserStatus", UserId="agent2", **away)
        assert told[:2] == DENIED
        told = await manager.refused("PutUserStatus", UserId="agent1", AgentStatusId="nowhere")
        assert told[:2] == NOT_FOUND
        told = await manager.refused("PutUserStatus", UserId="nobody", **away)
        assert told[:2] == NOT_FOUND
        told = await manager.refused("PutUserStatus", UserId="manager1", **away)
        assert told[:2] == INVALID


async def test_after_contact_work_lasts_until_it_is_cleared_and_shows_as_ended(
    tmp_path: Path,
) -> None:
    async with administered(tmp_path) as (one, admin), phone(one) as customer:
        config = {"PhoneType": "DESK_PHONE", "AfterContactWorkTimeLimit": 0}
        await admin.ask("UpdateUserPhoneConfig", UserId="agent1", PhoneConfig=config)
        async with phone(one, "agent1") as agent:
            await agent.register()
            live = await converse(one, customer, agent, "support")
            worker = await aws(one, "agent1")
            clear = {"UserId": "agent1", "ContactId": live.contact_id}
            told = await worker.refused("DismissUserContact", **clear)
            assert told[:2] == INVALID
            customer.hang_up()
            await present(one, "agent1", Presence.AFTER_CONTACT_WORK)
            [left] = (await rows(admin, Agents=["agent1"]))["agent1"]["Contacts"]
            assert (left["ContactId"], left["AgentContactState"]) == (live.contact_id, "ENDED")
            told = await worker.refused("DismissUserContact", UserId="agent1", ContactId="other")
            assert told[:2] == NOT_FOUND
            await worker.ask("DismissUserContact", **clear)
            assert one.house.router.floor.agents["agent1"].presence is Presence.AVAILABLE
            told = await (await aws(one, "agent2")).refused("DismissUserContact", **clear)
            assert told[:2] == DENIED


async def test_metrics_are_of_queues_sorted_and_paged(tmp_path: Path) -> None:
    queues = [{"name": "support"}, {"name": "sales"}]
    async with engine(tmp_path, queues=queues) as one, phone(one) as customer:
        async with phone(one, "agent1") as agent:
            await agent.register()
            await present(one, "agent1", Presence.AVAILABLE)
            one.house.router.engage("agent1")
            await customer.invite("support", AUDIO)
            await until(lambda: one.house.router.floor.contacts_in("support"))
            manager = await aws(one, "manager1")
            metrics = [{"Name": name} for name in METRICS]
            asked: dict[str, Any] = {"CurrentMetrics": metrics}
            by_queue = asked | {
                "Filters": {"Queues": ["support", "sales"]},
                "Groupings": ["QUEUE", "CHANNEL"],
                "SortCriteria": [{"SortByMetric": "CONTACTS_IN_QUEUE", "SortOrder": "ASCENDING"}],
                "MaxResults": 1,
            }
            first = await manager.ask("GetCurrentMetricData", **by_queue)
            again = by_queue | {"NextToken": first["NextToken"]}
            second = await manager.ask("GetCurrentMetricData", **again)
            [idle], [busy] = first["MetricResults"], second["MetricResults"]
            assert idle["Dimensions"]["Queue"]["Id"] == "sales"
            assert busy["Dimensions"] == {
                "Queue": {"Id": "support", "Arn": busy["Dimensions"]["Queue"]["Arn"]},
                "Channel": "VOICE",
            }
            figures = {each["Metric"]["Name"]: each["Value"] for each in busy["Collections"]}
            assert figures.pop("OLDEST_CONTACT_AGE") >= 0
            assert figures == {"AGENTS_AVAILABLE": 0, "AGENTS_ONLINE": 1, "CONTACTS_IN_QUEUE": 1}
            assert (first["ApproximateTotalCount"], "NextToken" in second) == (2, False)


async def test_metrics_are_of_routing_profiles_and_of_voice_alone(tmp_path: Path) -> None:
    async with engine(tmp_path) as one, phone(one, "agent1") as agent:
        await agent.register()
        await present(one, "agent1", Presence.AVAILABLE)
        manager = await aws(one, "manager1")
        asked: dict[str, Any] = {"CurrentMetrics": [{"Name": name} for name in METRICS]}

        async def results(**wanted: Any) -> list[Any]:
            answer = await manager.ask("GetCurrentMetricData", **asked, **wanted)
            return list(answer["MetricResults"])

        by_profile = {"Filters": {"RoutingProfiles": ["support"]}}
        [of_profile] = await results(**by_profile, Groupings=["ROUTING_PROFILE"])
        assert of_profile["Dimensions"]["RoutingProfile"]["Id"] == "support"
        waits = {"CurrentMetrics": [{"Name": name} for name in FORECASTS]}
        here = {"Filters": {"Queues": ["support"]}, "Groupings": ["QUEUE"]}
        forecast = await manager.ask("GetCurrentMetricData", **here, **waits)
        [figures] = [row["Collections"] for row in forecast["MetricResults"]]
        assert [each["Value"] for each in figures] == [0, 0]
        [all_in_one] = await results(**by_profile)
        assert all_in_one["Collections"][0]["Value"] == 1
        assert not await results(Filters={"Queues": ["support"], "Channels": ["CHAT"]})


async def test_metrics_that_cannot_be_are_refused(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        manager = await aws(one, "manager1")
        here = {"Filters": {"Queues": ["support"]}}
        online = {"CurrentMetrics": [{"Name": "AGENTS_ONLINE"}]}
        by_size = [{"SortByMetric": "CONTACTS_IN_QUEUE"}]
        for wrong, expected in (
            ({"Filters": {}, **online}, INVALID),
            ({"Filters": {"Queues": ["nowhere"]}, **online}, NOT_FOUND),
            ({**here, "CurrentMetrics": [{"Name": "ESTIMATED_WAIT_TIME"}]}, INVALID),
            ({**here, **online, "Groupings": ["SUBTYPE"]}, INVALID),
            ({**here, **online, "Groupings": ["QUEUE", "ROUTING_PROFILE"]}, INVALID),
            ({**here, **online, "NextToken": "mine"}, INVALID),
            ({**here, **online, "SortCriteria": by_size}, INVALID),
        ):
            assert (await manager.refused("GetCurrentMetricData", **wrong))[:2] == expected
        worker = await aws(one, "agent1")
        assert (await worker.refused("GetCurrentMetricData", **here, **online))[:2] == DENIED
        assert one.house.directory.resources.find(Kind.USER, "agent1")
