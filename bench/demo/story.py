"""What happens in the demo, step by step; the phones write down what they hear.

Instants are monotonic seconds, one clock for all processes of a machine.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.demo.engine import Engine
from tests.rig.patience import PATIENCE_SECONDS
from tests.rig.softphone import Softphone
from tests.rig.tones import silence, tone, write_wav

CUSTOMER_HZ, AGENT_HZ, MANAGER_HZ = 600.0, 1100.0, 1900.0
TONES = {"customer": CUSTOMER_HZ, "agent1": AGENT_HZ, "manager1": MANAGER_HZ}
BURST_SECONDS = 0.3
BURSTS = 8
INSTANCE = "earshot"

CUSTOMER_SAYS = (
    "Hello. I am calling about my order. It was promised for last Tuesday, and it has not come. "
    "I have the number of the order here, and the letter that you sent me in September. "
    "I should like to know where the parcel is, and who I can talk to when it does not come. "
    "My neighbour ordered the same thing two days later, and hers is here already."
)
AGENT_SAYS = "Good afternoon, you are talking to agent one. Let me look that up for you."


@dataclass
class Story:
    """What happened, for the checks."""

    folder: Path
    contact_id: str = ""
    contact: dict[str, Any] = field(default_factory=dict)
    at: dict[str, float] = field(default_factory=dict)
    """Instants by name."""
    bursts: dict[str, list[float]] = field(default_factory=dict)
    """When each party began each burst of its tone."""
    spans: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Stretches of the story by name."""

    def wav(self, name: str) -> Path:
        return self.folder / f"{name}.wav"

    def mark(self, name: str) -> float:
        self.at[name] = time.monotonic()
        return self.at[name]


async def tell(story: Story, engine: Engine, say: Callable[[str], None]) -> None:
    """Run one contact from the first INVITE to the contact record."""
    customer = Softphone("customer", story.folder)
    agent = phone_of("agent1", story, engine, rings=2.0)
    manager = phone_of("manager1", story, engine, rings=0.3)
    async with customer, agent, manager:
        await agent.register()
        await manager.register()
        say("agent1 and manager1 have registered, with digest authentication")
        await call_in(story, engine, customer, agent, say)
        await find_contact(story, engine)
        await speak_in_turns(story, customer, agent)
        say(f"customer and agent have each sounded {BURSTS} short tones")
        await monitor_twice(story, engine, (customer, agent, manager), say)
        await hang_up(story, customer, agent, manager)
        say("the agent has hung up; customer and manager are off the line")
    story.contact = await closed_contact(story, engine)
    say("the contact record is written")


def phone_of(username: str, story: Story, engine: Engine, rings: float) -> Softphone:
    return Softphone(
        username,
        story.folder,
        username=username,
        password=engine.passwords[username],
        registrar=engine.registrar,
        auto_answer=rings,
    )


async def call_in(
    story: Story, engine: Engine, customer: Softphone, agent: Softphone, say: Callable[[str], None]
) -> None:
    """Greeting, queue, hold music, agent: until both have spoken for a while."""
    await customer.play(story.wav("customer-says"), loop=False)
    await agent.play(story.wav("agent-says"), loop=False)
    for phone in (customer, agent):
        await record(story, phone)
    await customer.call(f"sip:support@127.0.0.1:{engine.sip_port}")
    await customer.wait_for("connected")
    story.at["customer speaks"] = (await customer.wait_for("media")).at
    say("the customer dialled support and hears the greeting")
    await agent.wait_for("incoming", 60)  # after the greeting
    story.mark("agent rings")
    say("the agent's phone rings; the customer hears hold music")
    story.at["bridge"] = (await agent.wait_for("connected")).at
    say("the agent has answered; customer and agent are bridged and recorded")
    await asyncio.sleep(5)
    await customer.stop_playing()
    await agent.stop_playing()


async def find_contact(story: Story, engine: Engine) -> None:
    """As a console would: which contact is agent1 on?"""
    body = {"Filters": {"Agents": ["agent1"]}}
    data = await engine.api("POST", f"/metrics/userdata/{INSTANCE}", body)
    [contact] = data["UserDataList"][0]["Contacts"]
    story.contact_id = contact["ContactId"]


async def speak_in_turns(story: Story, customer: Softphone, agent: Softphone) -> None:
    """Short tones at known instants; their spacing drifts through the phones' 20 ms ticks."""
    for number in range(BURSTS):
        for phone in (customer, agent):
            before = time.monotonic()
            await phone.play(story.wav(f"{phone.name}-burst"), loop=False)
            middle = (before + time.monotonic()) / 2
            story.bursts.setdefault(phone.name, []).append(middle)
        await asyncio.sleep(0.5 + 0.0073 * number)


async def monitor_twice(
    story: Story,
    engine: Engine,
    phones: tuple[Softphone, Softphone, Softphone],
    say: Callable[[str], None],
) -> None:
    """The last phone is the manager's. All three sound their tones from now on."""
    manager = phones[-1]
    for phone in phones:
        await phone.play(story.wav(f"{phone.name}-tone"))
    await record(story, manager)
    for turn in ("first", "second"):
        await monitor(story, engine, manager, f"{turn} monitoring")
        say(f"the manager has listened ({turn} time), and talked to nobody")
        if turn == "first":
            await manager.hang_up()
            await manager.wait_for("disconnected")
            await asyncio.sleep(0.5)


async def monitor(story: Story, engine: Engine, manager: Softphone, name: str) -> None:
    await engine.api(
        "POST",
        "/contact/monitor",
        {"InstanceId": INSTANCE, "ContactId": story.contact_id, "UserId": "manager1"},
    )
    await manager.wait_for("media")
    await asyncio.sleep(0.5)
    start = time.monotonic()
    await asyncio.sleep(1.5)
    story.spans[name] = (start, time.monotonic())


async def hang_up(story: Story, customer: Softphone, agent: Softphone, manager: Softphone) -> None:
    story.mark("agent hangs up")
    await agent.hang_up()
    story.at["manager is out"] = (await manager.wait_for("disconnected")).at
    story.at["customer is out"] = (await customer.wait_for("disconnected")).at
    for phone in (customer, agent, manager):
        await phone.stop_recording()


async def record(story: Story, phone: Softphone) -> None:
    """Everything this phone hears from now on."""
    await phone.record(story.wav(f"heard-by-{phone.name}"))
    story.at[f"{phone.name} records"] = (await phone.wait_for("recording")).at


async def closed_contact(story: Story, engine: Engine) -> dict[str, Any]:
    """The contact as the API describes it, once its recording is there; as it is in the end."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        path = f"/contacts/{INSTANCE}/{story.contact_id}"
        contact: dict[str, Any] = (await engine.api("GET", path))["Contact"]
        done = all(one.get("Status") == "AVAILABLE" for one in contact["Recordings"])
        if ("DisconnectTimestamp" in contact and done) or time.monotonic() > deadline:
            return contact
        await asyncio.sleep(0.1)


def sound_files(story: Story, voices: dict[str, bytes]) -> None:
    """What the phones play. `voices`: speech by file name, int16 LE mono 8 kHz."""
    for name, samples in voices.items():
        write_wav(story.wav(name), np.frombuffer(samples, "<i2"))
    for phone, frequency in TONES.items():
        write_wav(story.wav(f"{phone}-tone"), tone(frequency, 1.0))
        burst = np.concatenate([tone(frequency, BURST_SECONDS), silence(0.05)])
        write_wav(story.wav(f"{phone}-burst"), burst)
