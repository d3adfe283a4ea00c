"""Every kind of resource through its life, by boto3; what one of them refuses, all refuse alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.rig.aws import NOT_FOUND, Aws, administered
from tests.rig.house import to_queue

NINE, FIVE = {"Hours": 9, "Minutes": 0}, {"Hours": 17, "Minutes": 0}
OFFICE = [{"Day": "MONDAY", "StartTime": NINE, "EndTime": FIVE}]
HOURS: dict[str, Any] = {"Name": "office", "TimeZone": "Europe/Berlin", "Config": OFFICE}

FLOW = {"Name": "to agents", "Type": "AGENT_TRANSFER", "Content": json.dumps(to_queue())}


def routing_profile(queue: str) -> dict[str, Any]:
    return {
        "Name": "second line",
        "Description": "for what is hard",
        "DefaultOutboundQueueId": queue,
        "MediaConcurrencies": [{"Channel": "VOICE", "Concurrency": 1}],
    }


async def found(admin: Aws, operation: str, name: str) -> list[dict[str, Any]]:
    condition = {"FieldName": "name", "Value": name[:3].upper(), "ComparisonType": "STARTS_WITH"}
    answer = await admin.ask(operation, SearchCriteria={"StringCondition": condition})
    [rows] = [value for value in answer.values() if isinstance(value, list)]
    assert answer["ApproximateTotalCount"] == len(rows)
    return rows


async def test_a_queue_with_its_hours(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        hours = (await admin.ask("CreateHoursOfOperation", **HOURS))["HoursOfOperationId"]
        made = await admin.ask("CreateQueue", Name="hard", HoursOfOperationId=hours, MaxContacts=9)
        queue = {"QueueId": made["QueueId"]}
        await admin.ask("UpdateQueueName", Name="harder", Description="than others", **queue)
        await admin.ask("UpdateQueueStatus", Status="DISABLED", **queue)
        caller = {"OutboundCallerIdName": "Hard"}
        await admin.ask("UpdateQueueOutboundCallerConfig", OutboundCallerConfig=caller, **queue)
        shown = (await admin.ask("DescribeQueue", QueueId=made["QueueArn"]))["Queue"]
        assert (shown["Name"], shown["Description"], shown["Status"], shown["MaxContacts"]) == (
            *("harder", "than others", "DISABLED"),
            9,
        )
        assert (shown["HoursOfOperationId"], shown["OutboundCallerConfig"]) == (hours, caller)
        await admin.ask("UpdateQueueMaxContacts", **queue)
        assert "MaxContacts" not in (await admin.ask("DescribeQueue", **queue))["Queue"]
        assert [one["QueueId"] for one in await found(admin, "SearchQueues", "harder")] == [
            made["QueueId"]
        ]
        listed = (await admin.ask("ListQueues", QueueTypes=["STANDARD"]))["QueueSummaryList"]
        assert [(one["Name"], one["QueueType"]) for one in listed] == [
            ("harder", "STANDARD"),
            ("support", "STANDARD"),
        ]
        assert not (await admin.ask("ListQueues", QueueTypes=["AGENT"]))["QueueSummaryList"]

        told = await admin.refused("DeleteHoursOfOperation", HoursOfOperationId=hours)
        assert told[1] == "InvalidRequestException" and "harder" in told[2]
        await admin.ask("DeleteQueue", **queue)
        await admin.ask("DeleteHoursOfOperation", HoursOfOperationId=hours)
        assert (await admin.refused("DescribeQueue", **queue))[:2] == NOT_FOUND


async def test_hours_statuses_and_quick_connects_are_changed_and_found(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        made = await admin.ask("CreateHoursOfOperation", **HOURS)
        hours = {"HoursOfOperationId": made["HoursOfOperationId"]}
        await admin.ask("UpdateHoursOfOperation", TimeZone="UTC", Config=[], **hours)
        [shown] = await found(admin, "SearchHoursOfOperations", "office")
        assert (shown["TimeZone"], shown["Config"]) == ("UTC", [])
        listed = await admin.ask("ListHoursOfOperations")
        assert listed["HoursOfOperationSummaryList"][0]["Arn"] == made["HoursOfOperationArn"]

        lunch = await admin.ask("CreateAgentStatus", Name="Lunch", State="ENABLED", DisplayOrder=3)
        status = {"AgentStatusId": lunch["AgentStatusId"]}
        await admin.ask("UpdateAgentStatus", State="DISABLED", ResetOrderNumber=True, **status)
        shown = (await admin.ask("DescribeAgentStatus", **status))["AgentStatus"]
        assert (shown["Type"], shown["State"]) == ("CUSTOM", "DISABLED")
        assert "DisplayOrder" not in shown
        kinds = {"AgentStatusTypes": ["CUSTOM", "OFFLINE"]}
        rows = (await admin.ask("ListAgentStatuses", **kinds))["AgentStatusSummaryList"]
        assert [one["Name"] for one in rows] == ["Lunch", "Offline"]
        assert len(await found(admin, "SearchAgentStatuses", "Lunch")) == 1

        flow = await admin.ask("CreateContactFlow", **FLOW)
        user = {"UserId": "agent1", "ContactFlowId": flow["ContactFlowArn"]}
        config = {"QuickConnectType": "USER", "UserConfig": user}
        short = await admin.ask("CreateQuickConnect", Name="first", QuickConnectConfig=config)
        one = {"QuickConnectId": short["QuickConnectId"]}
        await admin.ask("UpdateQuickConnectName", Name="agent one", **one)
        told = await admin.refused("DeleteContactFlow", ContactFlowId=flow["ContactFlowId"])
        assert told[1] == "InvalidRequestException" and "agent one" in told[2]
        config = {"QuickConnectType": "PHONE_NUMBER", "PhoneConfig": {"PhoneNumber": "+4930123"}}
        await admin.ask("UpdateQuickConnectConfig", QuickConnectConfig=config, **one)
        shown = (await admin.ask("DescribeQuickConnect", **one))["QuickConnect"]
        assert (shown["Name"], shown["QuickConnectConfig"]) == ("agent one", config)
        listing = await admin.ask("ListQuickConnects", QuickConnectTypes=["QUEUE"])
        assert not listing["QuickConnectSummaryList"]
        assert len(await found(admin, "SearchQuickConnects", "agent")) == 1


async def test_a_routing_profile_and_its_queues(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        made = await admin.ask("CreateRoutingProfile", **routing_profile("support"))
        profile = {"RoutingProfileId": made["RoutingProfileId"]}
        served = {"QueueReference": {"QueueId": "support", "Channel": "VOICE"}}
        configs = [{**served, "Priority": 2, "Delay": 30}]
        await admin.ask("AssociateRoutingProfileQueues", QueueConfigs=configs, **profile)
        configs[0]["Priority"] = 1
        await admin.ask("UpdateRoutingProfileQueues", QueueConfigs=configs, **profile)
        rows = await admin.ask("ListRoutingProfileQueues", **profile)
        [row] = rows["RoutingProfileQueueConfigSummaryList"]
        assert (row["QueueName"], row["Priority"], row["Delay"]) == ("support", 1, 30)
        slots = [{"Channel": "VOICE", "Concurrency": 0}, {"Channel": "CHAT", "Concurrency": 3}]
        await admin.ask("UpdateRoutingProfileConcurrency", MediaConcurrencies=slots, **profile)
        await admin.ask("UpdateRoutingProfileName", Name="hard", **profile)
        await admin.ask(
            "UpdateRoutingProfileDefaultOutboundQueue", DefaultOutboundQueueId="support", **profile
        )
        await admin.ask("UpdateUserRoutingProfile", UserId="agent1", **profile)
        shown = (await admin.ask("DescribeRoutingProfile", **profile))["RoutingProfile"]
        assert (shown["Name"], shown["MediaConcurrencies"]) == ("hard", slots)
        assert (shown["NumberOfAssociatedQueues"], shown["NumberOfAssociatedUsers"]) == (1, 1)
        told = await admin.refused("DeleteRoutingProfile", **profile)
        assert told[:2] == (409, "ResourceInUseException") and "agent1" in told[2]
        await admin.ask("UpdateUserRoutingProfile", UserId="agent1", RoutingProfileId="support")
        gone = {"QueueReferences": [served["QueueReference"]], **profile}
        await admin.ask("DisassociateRoutingProfileQueues", **gone)
        told = await admin.refused("UpdateRoutingProfileQueues", QueueConfigs=configs, **profile)
        assert told[:2] == NOT_FOUND
        assert [one["Name"] for one in await found(admin, "SearchRoutingProfiles", "hard")] == [
            "hard"
        ]
        await admin.ask("DeleteRoutingProfile", **profile)
