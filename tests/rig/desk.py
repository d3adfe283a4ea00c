"""A house whose agent1 calls the outside, and carriers on addresses of their own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.app import Running
from engine.call import State
from engine.live import LiveContact
from tests.rig.house import AUDIO, PASSWORD, action, engine, phone
from tests.rig.patience import until
from tests.rig.phone import Called, Phone, Refused
from tests.rig.virtual_phone import Address

BERLIN, PARIS = "+49301234567", "+33123456789"
CARRIERS = ("127.0.0.3", "127.0.0.4")
OURS = "+49305550100"
Json = dict[str, Any]
AGENTS: list[Json] = [
    {
        "username": "agent1",
        "password": PASSWORD,
        "queues": ["support"],
        "may_dial": ["+49"],
        "outbound_queue": "support",
    },
    {"username": "agent2", "password": PASSWORD, "queues": ["support"]},
]


def whisper(*actions: Json) -> Json:
    """An outbound whisper flow that ends after these actions."""
    return {
        "Version": "2019-10-30",
        "StartAction": actions[0]["Identifier"],
        "Actions": [*actions, action("end", "EndFlowExecution")],
    }


def recorded(*participants: str) -> Json:
    behavior = {"RecordedParticipants": list(participants)}
    return action("record", "UpdateContactRecordingBehavior", "end", RecordingBehavior=behavior)


def trunk(address: Address, priority: int, **values: Any) -> Json:
    return {
        "name": f"carrier{priority}",
        "host": address[0],
        "port": address[1],
        "allowed": ["+49"],
        "caller_id": "+49305550199",
        "health_seconds": 0,
        "priority": priority,
        "calls_per_second": 1000,
        "first_response_seconds": 1,
        **values,
    }


@dataclass
class Desk:
    """agent1 may call Germany and nothing else; agent2 may call nobody."""

    one: Running
    agent: Phone
    carriers: list[Phone]

    @property
    def carrier(self) -> Phone:
        return self.carriers[0]

    @property
    def live(self) -> LiveContact:
        [live] = self.one.house.registry
        return live

    async def dials(self, number: str = BERLIN) -> Called:
        self.agent.dial(number, AUDIO)
        return await self.carrier.called()

    async def refused(self) -> int:
        """The status with which the agent's call is refused."""
        try:
            await self.agent.finished("INVITE")
        except Refused as refused:
            return refused.status
        raise AssertionError("the call was answered")

    async def talks(self) -> LiveContact:
        await self.dials()
        await self.carrier.answer(AUDIO)
        await self.agent.finished("INVITE")
        await until(lambda: self.live.call.state is State.BRIDGED)
        return self.live

    @property
    def calls(self) -> list[int]:
        return [each.calls for each in self.one.house.trunks.status()]


@asynccontextmanager
async def desk(
    folder: Path,
    *,
    flow: Json | None = None,
    carriers: int = 1,
    trunks: Json | None = None,
    more: Sequence[Json] = (),
    queue: Json | None = None,
    **sections: Any,
) -> AsyncIterator[Desk]:
    async with AsyncExitStack() as stack:
        lines = [
            await stack.enter_async_context(Phone("carrier", "", ("", 0), host))
            for host in CARRIERS[:carriers]
        ]
        addresses = enumerate((line.machine.address for line in lines), 1)
        own = [trunk(address, n, **(trunks or {})) for n, address in addresses]
        (folder / "whisper.json").write_text(json.dumps(flow))
        outbound = {"outbound_flow": folder / "whisper.json"} if flow else {}
        dialling = {"country_code": "49", "calls_per_second": 1000}
        one = await stack.enter_async_context(
            engine(
                folder,
                queues=[{"name": "support", "caller_id": OURS, **outbound, **(queue or {})}],
                agents=AGENTS,
                trunks=[*own, *more],
                dialling={**dialling, **sections.pop("dialling", {})},
                **sections,
            )
        )
        for line in lines:
            line.machine.server = ("127.0.0.1", one.house.sip.port)
        agent = await stack.enter_async_context(phone(one, "agent1"))
        await agent.register()
        yield Desk(one, agent, lines)
