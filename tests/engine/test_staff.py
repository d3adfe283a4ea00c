from math import inf
from pathlib import Path
from typing import Any

import pytest

from engine.chat.chat_router import ChatRouter
from engine.directory import Directory, Kind, Resource
from engine.queues import Floor
from engine.routing import Router
from engine.routing_profile import Served
from engine.staff import Staff, digested
from sip.digest import ha1
from tests.engine.directory.desk import directory
from tests.rig.house import PASSWORD, settings

FACTS = {
    "PhoneConfig": {},
    "SecurityProfileIds": ["Agent"],
    "RoutingProfileId": "support",
    "Tags": {},
}


def staff(folder: Path, one: Directory) -> tuple[Staff, Floor]:
    floor = Floor((), ())
    phones = Router(floor, lambda _: None)
    return Staff(settings(folder), one, phones, ChatRouter(phones, lambda _: None)), floor


async def create(folder: Path, one: Directory, name: str = "ann") -> Resource:
    return await one.create(Kind.USER, name, FACTS, digested(name, "pw", settings(folder).sip))


async def test_those_of_the_configuration_register_and_those_with_queues_answer(
    tmp_path: Path,
) -> None:
    async with directory(tmp_path) as one:
        here, floor = staff(tmp_path, one)
        assert set(floor.agents) == {"agent1", "agent2"}
        assert floor.agents["agent1"].profile.names == ("support",)
        assert set(here.accounts) == {"agent1", "agent2", "manager1", "manager2", "manager3"}
        assert PASSWORD not in repr(here.accounts)
        realm = settings(tmp_path).sip.realm
        expected = ha1("agent1", realm, PASSWORD, "SHA-256")
        assert here.accounts["agent1"].ha1["SHA-256"] == expected


async def test_a_user_of_the_api_registers_and_answers_from_the_moment_they_are_made(
    tmp_path: Path,
) -> None:
    async with directory(tmp_path) as one:
        here, floor = staff(tmp_path, one)
        ann = await create(tmp_path, one)
        assert "ann" in here.accounts and floor.agents["ann"].profile.names == ("support",)
        await one.change(Kind.USER, ann.id, {"RoutingProfileId": "No queues"})
        assert "ann" not in floor.agents and "ann" in here.accounts
        await one.change(Kind.USER, ann.id, {"RoutingProfileId": "support"})
        await one.delete(Kind.USER, ann.id)
        assert "ann" not in floor.agents and "ann" not in here.accounts


async def test_who_loses_the_permission_to_answer_answers_no_longer(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        here, floor = staff(tmp_path, one)
        assert here.may("agent1", "BasicAgentAccess") and not here.may("x", "BasicAgentAccess")
        await one.change(Kind.SECURITY_PROFILE, "Agent", {"Permissions": []})
        assert not floor.agents and not here.may("agent1", "BasicAgentAccess")


async def test_a_conversation_goes_on_though_its_agent_is_one_no_longer(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        _, floor = staff(tmp_path, one)
        floor.register("agent1", 0.0)
        floor.engage("agent1", 1.0)
        await one.change(Kind.USER, "agent1", {"SecurityProfileIds": []})
        assert "agent1" in floor.agents
        floor.release("agent1", 2.0)
        assert "agent1" not in floor.agents


async def test_queues_have_the_priority_and_delay_of_the_routing_profile(tmp_path: Path) -> None:
    def config(channel: str, priority: int, delay: int) -> dict[str, Any]:
        reference = {"QueueId": "support", "Channel": channel}
        return {"QueueReference": reference, "Priority": priority, "Delay": delay}

    async with directory(tmp_path) as one:
        _, floor = staff(tmp_path, one)
        configs = [config("VOICE", 2, 30), config("CHAT", 1, 0)]
        await one.change(Kind.ROUTING_PROFILE, "support", {"QueueConfigs": configs})
        assert floor.agents["agent1"].profile.queues == (Served("support", 2, 30.0),)
        await one.change(Kind.ROUTING_PROFILE, "support", {"MediaConcurrencies": []})
        assert floor.agents["agent1"].profile.queues == ()


@pytest.mark.parametrize(("limit", "seconds"), [(None, None), (0, inf), (30, 30.0)])
async def test_after_contact_work_is_as_long_as_the_user_has_it(
    tmp_path: Path, limit: int | None, seconds: float | None
) -> None:
    async with directory(tmp_path) as one:
        _, floor = staff(tmp_path, one)
        config = {} if limit is None else {"AfterContactWorkTimeLimit": limit}
        await one.change(Kind.USER, "agent1", {"PhoneConfig": config})
        assert floor.agents["agent1"].work_seconds == seconds


async def test_users_of_the_api_are_staff_after_a_restart(tmp_path: Path) -> None:
    async with directory(tmp_path) as one:
        await create(tmp_path, one)
    async with directory(tmp_path) as one:
        here, floor = staff(tmp_path, one)
        assert "ann" in here.accounts and "ann" in floor.agents


async def test_queues_and_routing_profiles_count_from_the_moment_they_are_made(
    tmp_path: Path,
) -> None:
    async with directory(tmp_path) as one:
        _, floor = staff(tmp_path, one)
        assert floor.queues == {"support"}
        hard = await one.create(Kind.QUEUE, "hard", {"Status": "ENABLED"})
        assert floor.queues == {"support", hard.id}
        configs = [
            {"QueueReference": {"QueueId": queue, "Channel": channel}, "Priority": n, "Delay": 7}
            for queue, channel, n in (
                ("support", "VOICE", 2),
                (hard.id, "VOICE", 1),
                (hard.id, "CHAT", 1),
            )
        ]
        slots = [{"Channel": "VOICE", "Concurrency": 1}]
        facts = {"QueueConfigs": configs, "MediaConcurrencies": slots}
        both = await one.create(Kind.ROUTING_PROFILE, "both", facts)
        await one.change(Kind.USER, "agent1", {"RoutingProfileId": both.id})
        served = (Served("support", 2, 7.0), Served(hard.id, 1, 7.0))
        assert floor.agents["agent1"].profile.queues == served
        await one.change(Kind.ROUTING_PROFILE, both.id, {"MediaConcurrencies": []})
        assert floor.agents["agent1"].profile.queues == ()
        await one.change(Kind.ROUTING_PROFILE, both.id, {"QueueConfigs": []})
        await one.delete(Kind.QUEUE, hard.id)
        assert floor.queues == {"support"}
