"""An agent's call to the outside, by its sound: who hears whom, and who is on which channel."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.live import LiveContact
from tests.calls.party import Party, Talker, media_port
from tests.rig.desk import BERLIN, Desk, desk, recorded, whisper
from tests.rig.house import action, phone
from tests.rig.patience import until
from tests.rig.phone import Phone
from tests.rig.tones import (
    RATE,
    Samples,
    leaked_dbfs,
    level_dbfs,
    read_recording,
    steady_dbfs,
    tone,
)

pytestmark = pytest.mark.call
CALLED_HZ, AGENT_HZ, SECOND_HZ = 440.0, 1000.0, 1700.0
SAID_DBFS, UNHEARD_DBFS = -10.0, -50.0
SETTLE_SECONDS, TALK_SECONDS = 0.4, 1.0
BOTH = recorded("Agent", "Customer")
SAYS = action("say", "MessageParticipant", "record", PromptId="short")


@dataclass
class Talk:
    """agent1 talks with somebody outside."""

    it: Desk
    called: Party
    agent: Party
    live: LiveContact

    async def recording(self) -> Samples:
        """The only one, once the contact is over."""
        await until(lambda: not len(self.it.one.house.registry))
        await self.it.one.house.recordings.close()
        record = await self.it.one.house.records.contact(self.live.contact_id)
        assert record
        [row] = record.recordings
        samples = read_recording(Path(row.location))
        return samples


def party(stack: AsyncExitStack, phone: Phone, hertz: float) -> Party:
    """Somebody whose phone is there already."""
    talker = Talker(tone(hertz, 1.0, SAID_DBFS))
    stack.callback(talker.close)
    return Party(phone, talker)


@asynccontextmanager
async def talk(folder: Path) -> AsyncIterator[Talk]:
    """The media of the called does not come from where the trunk's signalling does."""
    async with AsyncExitStack() as stack:
        it = await stack.enter_async_context(desk(folder, flow=whisper(SAYS, BOTH)))
        called = party(stack, it.carrier, CALLED_HZ)
        agent = party(stack, it.agent, AGENT_HZ)
        it.agent.dial(BERLIN, agent.sdp)
        await called.answer()
        agent.rtp_port = media_port((await it.agent.finished("INVITE")).body)
        agent.talker.start(agent.rtp_port)
        await asyncio.sleep(SETTLE_SECONDS)
        yield Talk(it, called, agent, it.live)


def check(samples: Samples, *wanted: float) -> None:
    for hertz in (CALLED_HZ, AGENT_HZ, SECOND_HZ):
        if hertz in wanted:
            assert steady_dbfs(samples, hertz) == pytest.approx(SAID_DBFS, abs=1.0), hertz
        else:
            assert leaked_dbfs(samples, hertz) < UNHEARD_DBFS, hertz


async def both_hear(one: Party, other: Party) -> tuple[Samples, Samples]:
    """What comes to each in the same time."""
    return await asyncio.gather(one.talker.hears(TALK_SECONDS), other.talker.hears(TALK_SECONDS))


async def test_both_hear_each_other_and_the_called_are_on_the_left(tmp_path: Path) -> None:
    async with talk(tmp_path) as it:
        theirs, ours = await both_hear(it.called, it.agent)
        check(theirs, AGENT_HZ)
        check(ours, CALLED_HZ)
        it.called.phone.hang_up()
        samples = await it.recording()
    middle = samples[4000:-4000]
    check(middle[:, 0], CALLED_HZ)
    check(middle[:, 1], AGENT_HZ)


async def test_a_transfer_inside_is_the_same_recording_and_its_listener_hears_on(
    tmp_path: Path,
) -> None:
    async with talk(tmp_path) as it, AsyncExitStack() as stack:
        one = it.it.one
        second, manager = [
            await stack.enter_async_context(Party.of(phone(one, name), tone(hertz, 1.0, SAID_DBFS)))
            for name, hertz in (("agent2", SECOND_HZ), ("manager1", 3000.0))
        ]
        await second.phone.register()
        await manager.phone.register()
        one.house.monitors.start(it.live, "manager1")
        await manager.answer()
        await asyncio.sleep(SETTLE_SECONDS)
        check((await manager.talker.hears(TALK_SECONDS))[-4000:], CALLED_HZ, AGENT_HZ)
        await it.agent.phone.refer("agent2")
        await second.answer()
        assert (await it.agent.phone.hung_up()).by == "BYE"
        it.agent.talker.hush()
        await asyncio.sleep(SETTLE_SECONDS)
        overheard, theirs = await both_hear(manager, it.called)
        check(overheard, CALLED_HZ, SECOND_HZ)
        check(theirs, SECOND_HZ)
        it.called.phone.hang_up()
        samples = await it.recording()
    last = samples[-8000:-1000]
    check(last[:, 0], CALLED_HZ)
    check(last[:, 1], SECOND_HZ)


async def test_a_third_party_talks_with_the_customer_and_the_recording_ends_with_the_agent(
    tmp_path: Path,
) -> None:
    async with AsyncExitStack() as stack:
        it = await stack.enter_async_context(desk(tmp_path))
        customer_phone = await stack.enter_async_context(phone(it.one))
        customer = party(stack, customer_phone, SECOND_HZ)
        agent, called = party(stack, it.agent, AGENT_HZ), party(stack, it.carrier, CALLED_HZ)
        await customer.dial()
        began = time.monotonic()
        await agent.answer()
        live = it.live
        check((await customer.talker.hears(TALK_SECONDS))[4000:], AGENT_HZ)
        await it.agent.refer(BERLIN)
        await called.answer()
        await it.agent.hung_up()
        with_agent = time.monotonic() - began
        await asyncio.sleep(SETTLE_SECONDS)
        theirs, ours = await both_hear(customer, called)
        check(theirs, CALLED_HZ)
        check(ours, SECOND_HZ)
        called.phone.hang_up()
        assert (await customer_phone.hung_up()).by == "BYE"
        samples = await Talk(it, called, agent, live).recording()
    assert TALK_SECONDS < len(samples) / RATE < with_agent + SETTLE_SECONDS
    for channel in (0, 1):
        assert level_dbfs(samples[:, channel], CALLED_HZ) < UNHEARD_DBFS
