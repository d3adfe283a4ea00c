"""The same calls through the whole engine: each is a contact with a flow, a queue and an agent."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from secrets import token_urlsafe

from bench.calls import Pins
from bench.engine_process import HOST, EngineProcess
from bench.sipp import Calls, SippFailed, callee, callers
from bench.usage import cpu_of
from tests.rig.free_ports import free_ports
from tests.rig.house import to_queue
from tests.rig.phone import Phone

NUMBER = QUEUE = "bench"
AGENTS = 60
AT_ONCE = 30  # contacts: there is always a free agent
STAYS_MS = 300  # long enough to be bridged
WRITTEN_SECONDS = 1.0  # until the last contact record is in the database
SLOWEST = 10  # contacts in a second; what is slower has failed


async def engine_us_per_call(folder: Path, calls: int, pins: Pins) -> float:
    """CPU microseconds of the engine for each contact. Raises one of `bench.sip.FAILURES`."""
    agents = {f"agent{n}": token_urlsafe(12) for n in range(AGENTS)}
    callee_port, own_port = free_ports(2)
    plan = Calls(calls, AT_ONCE, milliseconds=STAYS_MS)
    async with (
        EngineProcess(folder, house(folder, agents), cpu=pins.engine) as engine,
        callee(folder, callee_port, cpu=pins.generator),
    ):
        for username, password in agents.items():
            async with Phone(username, password, (HOST, engine.sip_port)) as phone:
                await phone.register(contact=f"<sip:{username}@{HOST}:{callee_port}>")
        before = cpu_of(engine.pid).total
        load = callers(folder, own_port, engine.sip_port, NUMBER, plan, cpu=pins.generator)
        async with load as running:
            served = await running.finished(10 + calls / SLOWEST)
        await asyncio.sleep(WRITTEN_SECONDS)
        spent = cpu_of(engine.pid).total - before
    if served.failed:
        raise SippFailed(f"{served.failed} of {calls} calls through the engine failed")
    return spent / served.completed


def house(folder: Path, agents: dict[str, str]) -> str:
    """The people and the number, as configuration; the flow goes straight to the queue."""
    flow = folder / "flow.json"
    flow.write_text(json.dumps(to_queue(queue=QUEUE)))
    text = f'[[queues]]\nname = "{QUEUE}"\n[[numbers]]\nnumber = "{NUMBER}"\nflow = "{flow}"\n'
    for username, password in agents.items():
        text += f'[[agents]]\nusername = "{username}"\npassword = "{password}"\n'
        text += f'queues = ["{QUEUE}"]\n'
    return text
