from pathlib import Path
from typing import Any

import pytest

from engine.directory import Kind, Origin, Resource, Resources
from engine.refused import Refused
from engine.web.caller import OPERATOR
from engine.web.routing_rules import agent_status, once, users_of
from tests.engine.directory.desk import ARN, NOON
from tests.rig.aws import NOT_FOUND, administered

NINE, FIVE = {"Hours": 9, "Minutes": 0}, {"Hours": 17, "Minutes": 0}
OFFICE = [{"Day": "MONDAY", "StartTime": NINE, "EndTime": FIVE}]
HOURS: dict[str, Any] = {"Name": "office", "TimeZone": "Europe/Berlin", "Config": OFFICE}


def routing_profile(queue: str) -> dict[str, Any]:
    return {
        "Name": "second line",
        "Description": "for what is hard",
        "DefaultOutboundQueueId": queue,
        "MediaConcurrencies": [{"Channel": "VOICE", "Concurrency": 1}],
    }


def test_what_is_there_twice_is_named() -> None:
    once(["a", "b"], "Letters")
    with pytest.raises(Refused, match="Letters: a is there twice"):
        once(["a", "b", "a"], "Letters")


def test_a_status_that_is_reset_has_no_place_in_the_list() -> None:
    given = {"ResetOrderNumber": True, "State": "DISABLED"}
    custom = Resource(Kind.AGENT_STATUS, "1", "Lunch", {"Type": "CUSTOM"}, Origin.API, NOON)
    assert agent_status(OPERATOR, given, custom) == {"State": "DISABLED", "DisplayOrder": None}


def test_the_users_of_a_routing_profile_are_counted() -> None:
    profile = Resource(Kind.ROUTING_PROFILE, "p", "p", {}, Origin.API, NOON)
    users = [
        Resource(Kind.USER, name, name, {"RoutingProfileId": of}, Origin.API, NOON)
        for name, of in (("ann", "p"), ("bob", "p"), ("eve", "q"))
    ]
    assert users_of(profile, Resources(ARN, [profile, *users])) == 2


async def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    async with administered(tmp_path) as (_, admin):
        for wrong in (
            {"TimeZone": "Mars/Olympus"},
            {"Config": [{"Day": "MONDAY", "StartTime": NINE, "EndTime": NINE}]},
            {"ParentHoursOfOperationConfigs": [{"HoursOfOperationId": "office"}]},
        ):
            told = await admin.refused("CreateHoursOfOperation", **HOURS | wrong)
            assert told[1] == "InvalidRequestException", wrong
        config = {"QuickConnectType": "QUEUE", "PhoneConfig": {"PhoneNumber": "+4930123"}}
        told = await admin.refused("CreateQuickConnect", Name="x", QuickConnectConfig=config)
        assert told[1] == "InvalidRequestException" and "QueueConfig" in told[2]
        told = await admin.refused("UpdateAgentStatus", AgentStatusId="available", State="DISABLED")
        assert told[1] == "InvalidRequestException"
        for member, value in (
            ("MediaConcurrencies", [{"Channel": "VOICE", "Concurrency": 2}]),
            ("MediaConcurrencies", [{"Channel": "CHAT"}, {"Channel": "CHAT"}]),
            ("AgentAvailabilityTimer", "TIME_SINCE_LAST_INBOUND"),
        ):
            asked = routing_profile("support") | {member: value}
            told = await admin.refused("CreateRoutingProfile", **asked)
            assert told[1] == "InvalidRequestException", member
        told = await admin.refused("CreateRoutingProfile", **routing_profile("nowhere"))
        assert told[:2] == NOT_FOUND
        told = await admin.refused("CreateQueue", Name="support", HoursOfOperationId="x")
        assert told[:2] == (409, "DuplicateResourceException")
        told = await admin.refused("DescribeQueue", QueueId="support/../support")
        assert told[0] == 404
