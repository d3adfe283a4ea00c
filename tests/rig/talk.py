"""A customer and an agent on one contact, and a colleague who serves another queue."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from engine.agents import Presence
from engine.app import Running
from engine.call import State
from engine.live import LiveContact
from tests.rig.house import AUDIO, PASSWORD, converse, engine, phone, to_queue
from tests.rig.patience import until
from tests.rig.phone import Phone

NUMBERS = ("support", "goodbye", "to-sales")
QUEUES = [{"name": "support"}, {"name": "sales"}]
AGENTS = [
    {"username": "agent1", "password": PASSWORD, "queues": ["support"]},
    {"username": "agent2", "password": PASSWORD, "queues": ["sales"]},
    {"username": "agent3", "password": PASSWORD, "queues": []},
]


@dataclass
class Talk:
    """A customer and agent1 on one contact; agent2, who serves another queue, is there too."""

    one: Running
    customer: Phone
    agent: Phone
    colleague: Phone
    live: LiveContact

    def presence(self, username: str) -> Presence:
        return self.one.house.router.floor.agents[username].presence

    async def is_in(self, state: State) -> None:
        await until(lambda: self.live.call.state is state)

    @asynccontextmanager
    async def consult(self, name: str = "agent2") -> AsyncIterator[Phone]:
        """agent1's second line, which has dialled `name`; nobody has answered yet."""
        async with phone(self.one, "agent1") as second:
            await second.register()
            second.dial(name, AUDIO)
            yield second


@asynccontextmanager
async def talk(folder: Path, agent_sdp: str = AUDIO, **sections: object) -> AsyncIterator[Talk]:
    async with AsyncExitStack() as stack:
        (folder / "to-sales.json").write_text(json.dumps(to_queue(queue="sales")))
        numbers = [{"number": name, "flow": folder / f"{name}.json"} for name in NUMBERS]
        one = await stack.enter_async_context(
            engine(folder, queues=QUEUES, agents=AGENTS, numbers=numbers, **sections)
        )
        customer, agent, colleague = [
            await stack.enter_async_context(phone(one, name))
            for name in ("customer", "agent1", "agent2")
        ]
        await agent.register()
        live = await converse(one, customer, agent, "support")
        await colleague.register()
        yield Talk(one, customer, agent, colleague, live)


async def statuses(phone: Phone, *wanted: int) -> None:
    """What the NOTIFYs say, one after the other."""
    for status in wanted:
        notified = await phone.notified()
        assert notified.status == status
        assert notified.state.startswith("terminated" if status >= 200 else "active")
