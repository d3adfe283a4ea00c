from pathlib import Path

import pytest

from engine.directory import Kind, Origin
from engine.directory.permission import DEFAULT_PROFILES
from engine.records import RecordError
from tests.engine.directory.desk import directory
from tests.rig.house import PASSWORD, settings


async def test_an_instance_begins_with_its_profiles_and_whom_the_configuration_names(
    tmp_path: Path,
) -> None:
    async with directory(tmp_path) as one:
        resources = one.resources
        profiles = resources.all(Kind.SECURITY_PROFILE)
        assert {each.name for each in profiles} == set(DEFAULT_PROFILES)
        assert [each.name for each in resources.all(Kind.QUEUE)] == ["support"]
        agent, manager = (resources.get(Kind.USER, name) for name in ("agent1", "manager1"))
        assert agent.facts["SecurityProfileIds"] == ["Agent"]
        assert manager.facts["SecurityProfileIds"] == ["CallCenterManager", "Agent"]
        routing = resources.get(Kind.ROUTING_PROFILE, agent.facts["RoutingProfileId"])
        served = [each["QueueReference"] for each in routing.facts["QueueConfigs"]]
        channels = [(each["QueueId"], each["Channel"]) for each in served]
        assert channels == [("support", "VOICE"), ("support", "CHAT")]
        statuses = resources.all(Kind.AGENT_STATUS)
        assert [(each.name, each.facts["Type"]) for each in statuses] == [
            ("Available", "ROUTABLE"),
            ("Offline", "OFFLINE"),
        ]
        assert resources.arn(resources.instance) == resources.instance_arn
        assert not agent.secrets  # they are in the configuration


async def test_what_was_changed_stays_but_for_what_the_configuration_says(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        await one.change(Kind.USER, "agent1", {"SecurityProfileIds": ["Agent", "QualityAnalyst"]})
        await one.change(Kind.SECURITY_PROFILE, "QualityAnalyst", {"Permissions": []})
    agents = [{"username": "agent1", "password": PASSWORD, "queues": []}]
    async with directory(tmp_path, settings(tmp_path, agents=agents)) as one:
        agent = one.resources.get(Kind.USER, "agent1")
        assert agent.facts["SecurityProfileIds"] == ["Agent", "QualityAnalyst"]
        routing = one.resources.get(Kind.ROUTING_PROFILE, agent.facts["RoutingProfileId"])
        assert routing.facts["QueueConfigs"] == []
        profile = one.resources.get(Kind.SECURITY_PROFILE, "QualityAnalyst")
        assert (profile.facts["Permissions"], profile.origin) == ([], Origin.INSTANCE)


async def test_a_caller_name_is_what_the_configuration_or_the_api_said_last(
    tmp_path: Path,
) -> None:
    async def caller(name: str, **told: str) -> dict[str, str]:
        """After a start with this name in the configuration; then the API says what is told."""
        queues = [{"name": "support", "caller_name": name}]
        async with directory(tmp_path, settings(tmp_path, queues=queues)) as one:
            facts = one.resources.get(Kind.QUEUE, "support").facts
            if told:
                await one.change(Kind.QUEUE, "support", {"OutboundCallerConfig": told})
            found: dict[str, str] = facts.get("OutboundCallerConfig", {})
            return found

    assert await caller("Us") == {"OutboundCallerIdName": "Us"}
    assert await caller("We", OutboundCallerIdName="API") == {"OutboundCallerIdName": "We"}
    assert await caller("We") == {"OutboundCallerIdName": "API"}
    assert await caller("") == {}


async def test_numbers_that_somebody_outside_can_dial_are_phone_numbers(tmp_path: Path) -> None:
    flow = tmp_path / "support.json"
    numbers = [{"number": each, "flow": flow} for each in ("+49305550100", "100", "support")]
    async with directory(tmp_path, settings(tmp_path, numbers=numbers)) as one:
        [number] = one.resources.all(Kind.PHONE_NUMBER)
        assert (number.name, number.origin) == ("+49305550100", Origin.CONFIGURATION)


async def test_who_is_gone_from_the_configuration_is_gone(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        assert one.resources.find(Kind.USER, "agent2")
    agents = [{"username": "agent1", "password": PASSWORD, "queues": ["support"]}]
    async with directory(tmp_path, settings(tmp_path, agents=agents)) as one:
        assert one.resources.find(Kind.USER, "agent2") is None
        assert one.resources.find(Kind.USER, "agent1")


async def test_a_name_that_the_api_gave_away_is_not_taken_by_the_configuration(
    tmp_path: Path,
) -> None:
    nobody = settings(tmp_path, agents=[])
    async with directory(tmp_path, nobody) as one:
        facts = {"SecurityProfileIds": ["Agent"], "RoutingProfileId": "No queues"}
        await one.create(Kind.USER, "agent1", facts)
    with pytest.raises(RecordError, match=r"user agent1.*rename one"):
        async with directory(tmp_path):
            pass
