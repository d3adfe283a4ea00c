"""Transfers as an independent phone asks for them: pjsua2's REFER, without and with Replaces."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.rig.inline import Inline
from tests.rig.needs import needs
from tests.rig.site import PASSWORD
from tests.rig.softphone import Softphone
from tests.rig.tones import RATE, Samples, leaked_dbfs, read_recording, steady_dbfs, tone, write_wav

pytestmark = [
    pytest.mark.call,
    needs("pjsua2"),
]
TONES = {"customer": 440.0, "agent1": 1000.0, "agent2": 1700.0}
SAID_DBFS, UNHEARD_DBFS = -10.0, -50.0
SETTLE_SECONDS, TALK_SECONDS, LENGTH_SECONDS = 0.6, 0.8, 0.3


@dataclass
class Stage:
    """An engine, a customer who talks with agent1, and agent2; `bridged` is monotonic seconds."""

    server: Inline
    phones: dict[str, Softphone]
    bridged: float

    def uri(self, name: str) -> str:
        return f"sip:{name}@{self.server.address}"

    async def stretch(self) -> slice:
        """The part of the recording in which nothing changes, from now on."""
        await asyncio.sleep(SETTLE_SECONDS)
        start = time.monotonic() - self.bridged
        await asyncio.sleep(TALK_SECONDS)
        return slice(round(start * RATE), round((start + TALK_SECONDS) * RATE))


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(Inline(folder))
        phones = {}
        for name, hertz in TONES.items():
            write_wav(folder / f"said-by-{name}.wav", tone(hertz, 1.0, SAID_DBFS))
            one = Softphone(
                name,
                folder,
                username=name,
                password=PASSWORD,
                registrar=server.registrar,
                auto_answer=None if name == "customer" else 0.3,
            )
            phones[name] = await stack.enter_async_context(one)
            await one.play(folder / f"said-by-{name}.wav")
        await phones["agent1"].register()
        await phones["customer"].call(f"sip:support@{server.address}")
        bridged = (await phones["agent1"].wait_for("connected")).at
        await phones["agent2"].register()
        yield Stage(server, phones, bridged)


def check(channel: Samples, name: str | None) -> None:
    """This one is heard, and nobody else."""
    for other, hertz in TONES.items():
        if other == name:
            assert steady_dbfs(channel, hertz) == pytest.approx(SAID_DBFS, abs=1.0), other
        else:
            assert leaked_dbfs(channel, hertz) < UNHEARD_DBFS, other


def check_recording(
    samples: Samples, parts: list[tuple[slice, str | None, str | None]], seconds: float
) -> None:
    assert len(samples) / RATE == pytest.approx(seconds, abs=LENGTH_SECONDS)
    for part, left, right in parts:
        check(samples[part, 0], left)
        check(samples[part, 1], right)


async def transferred(phone: Softphone) -> list[int]:
    """What the phone was told of its transfer, to the end."""
    told = []
    while not told or told[-1] < 200:
        told.append((await phone.wait_for("transfer")).detail["status"])
    return told


async def test_a_softphone_transfers_blindly(tmp_path: Path) -> None:
    async with stage(tmp_path) as it:
        customer, agent, colleague = it.phones.values()
        before = await it.stretch()
        await colleague.auto_answer(None)
        await agent.transfer(it.uri("agent2"))
        await colleague.wait_for("incoming")
        between = await it.stretch()
        await colleague.answer()
        await colleague.wait_for("connected")
        assert (await transferred(agent))[-1] == 200
        assert (await agent.wait_for("disconnected")).detail["status"] == 200
        after = await it.stretch()
        await customer.hang_up()
        ended = time.monotonic() - it.bridged
        await colleague.wait_for("disconnected")
        [row] = await it.server.recorded()
        [contact] = it.server.contacts()
    assert contact["agents"] == '["agent1", "agent2"]'
    parts = [
        (before, "customer", "agent1"),
        (between, None, "agent1"),
        (after, "customer", "agent2"),
    ]
    check_recording(read_recording(Path(row["location"])), parts, ended)


async def test_a_softphone_that_fails_to_transfer_has_its_customer_back(tmp_path: Path) -> None:
    async with stage(tmp_path) as it:
        customer, agent, colleague = it.phones.values()
        before = await it.stretch()
        await colleague.auto_answer(None)
        await agent.transfer(it.uri("agent2"))
        await colleague.wait_for("incoming")
        await colleague.reject(486)
        assert (await transferred(agent))[-1] == 486
        after = await it.stretch()
        await customer.hang_up()
        ended = time.monotonic() - it.bridged
        await agent.wait_for("disconnected")
        [row] = await it.server.recorded()
    parts = [(before, "customer", "agent1"), (after, "customer", "agent1")]
    check_recording(read_recording(Path(row["location"])), parts, ended)


async def test_a_softphone_transfers_to_the_one_it_consults(tmp_path: Path) -> None:
    async with stage(tmp_path) as it:
        customer, agent, colleague = it.phones.values()
        before = await it.stretch()
        await agent.consult(it.uri("agent2"))
        await colleague.wait_for("connected")
        between = await it.stretch()
        await agent.join()
        assert (await transferred(agent))[-1] == 200
        for _ in range(2):
            await agent.wait_for("disconnected")
        after = await it.stretch()
        await colleague.hang_up()
        ended = time.monotonic() - it.bridged
        await customer.wait_for("disconnected")
        talk, consultation = await it.server.recorded(2)
        contacts = it.server.contacts()
    assert [one["agents"] for one in contacts] == ['["agent1", "agent2"]', '["agent2"]']
    parts = [
        (before, "customer", "agent1"),
        (between, None, None),  # on hold pjsua says nothing
        (after, "customer", "agent2"),
    ]
    check_recording(read_recording(Path(talk["location"])), parts, ended)
    samples = read_recording(Path(consultation["location"]))
    middle = slice(len(samples) // 3, 2 * len(samples) // 3)
    check(samples[middle, 0], "agent1")
    check(samples[middle, 1], "agent2")
