from pathlib import Path

import pytest

from engine.agents import Presence
from engine.directory import Kind
from engine.refused import Refused
from engine.web.agents_api import AgentsApi
from engine.web.caller import Caller
from tests.rig.house import engine

AGENT = Caller("agent1", frozenset({"BasicAgentAccess"}))


async def test_everybody_changes_their_own_status_and_nobody_that_of_others(
    tmp_path: Path,
) -> None:
    async with engine(tmp_path) as one:
        api, floor = AgentsApi(one.house), one.house.router.floor
        floor.register("agent1", 0.0)
        await api.put_user_status(AGENT, {"UserId": "agent1", "AgentStatusId": "offline"})
        assert floor.agents["agent1"].presence is Presence.OFFLINE
        with pytest.raises(Refused, match="AccessMetrics"):
            await api.put_user_status(AGENT, {"UserId": "agent2", "AgentStatusId": "offline"})


async def test_a_supervisor_has_no_status_to_change(tmp_path: Path) -> None:
    async with engine(tmp_path) as one:
        user = one.house.directory.resources.get(Kind.USER, "manager1")
        given = {"UserId": user.id, "AgentStatusId": "offline"}
        with pytest.raises(Refused, match="no agent"):
            await AgentsApi(one.house).put_user_status(Caller("manager1", frozenset()), given)
