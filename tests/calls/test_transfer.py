"""A contact that is transferred: one recording from the first agent to the last, who hears it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from engine.app import Running
from engine.live import LiveContact
from tests.calls.party import Party, bridge
from tests.rig.house import PASSWORD, engine, phone
from tests.rig.patience import until
from tests.rig.tones import (
    MUSIC_DBFS,
    RATE,
    Samples,
    leaked_dbfs,
    read_recording,
    steady_dbfs,
    tone,
)

pytestmark = pytest.mark.call
CUSTOMER_HZ, FIRST_HZ, SECOND_HZ = 440.0, 1000.0, 1700.0
SAID_DBFS, UNHEARD_DBFS = -10.0, -50.0
SETTLE_SECONDS = 0.4  # until the last sound is gone everywhere
TALK_SECONDS = 1.0
LENGTH_SECONDS = 2.0  # a busy machine hears late that somebody has hung up
QUEUES = [{"name": "support"}, {"name": "sales"}]
AGENTS = [
    {"username": "agent1", "password": PASSWORD, "queues": ["support"]},
    {"username": "agent2", "password": PASSWORD, "queues": ["sales"]},
]


@dataclass
class Stage:
    """One engine and everybody who is on the phone; the instants are monotonic seconds."""

    one: Running
    customer: Party
    first: Party
    second: Party
    consulting: Party
    manager: Party
    bridged: float
    live: LiveContact

    async def stretch(self) -> tuple[float, float]:
        """A part of the recording, in seconds, in which nothing changes."""
        await asyncio.sleep(SETTLE_SECONDS)
        start = time.monotonic()
        await asyncio.sleep(TALK_SECONDS)
        return start - self.bridged, time.monotonic() - self.bridged

    async def second_talks(self) -> None:
        """The customer and the second agent hear each other, and the manager both."""
        ears = (self.manager, self.customer, self.second)
        both, agent, customer = await asyncio.gather(*(ear.talker.hears(0.5) for ear in ears))
        check(both, CUSTOMER_HZ, SECOND_HZ)
        check(agent, SECOND_HZ)
        check(customer, CUSTOMER_HZ)

    async def recording(self) -> Samples:
        """The contact's only one, once the contact is over."""
        await until(lambda: not len(self.one.house.registry))
        await self.one.house.recordings.close()
        record = await self.one.house.records.contact(self.live.contact_id)
        assert record
        [row] = record.recordings
        samples = read_recording(Path(row.location))
        return samples


@asynccontextmanager
async def stage(folder: Path) -> AsyncIterator[Stage]:
    """A customer talks with agent1; agent2 and manager1, who listens already, are there."""
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(engine(folder, queues=QUEUES, agents=AGENTS))
        customer, first, second, consulting, manager = [
            await stack.enter_async_context(Party.of(phone(one, name), tone(hertz, 1.0, SAID_DBFS)))
            for name, hertz in (
                ("customer", CUSTOMER_HZ),
                ("agent1", FIRST_HZ),
                ("agent2", SECOND_HZ),
                ("agent1", FIRST_HZ),
                ("manager1", 3000.0),
            )
        ]
        bridged = await bridge(customer, first)
        [live] = one.house.registry
        await second.phone.register()
        await manager.phone.register()
        one.house.monitors.start(live, "manager1")
        await manager.answer()
        yield Stage(one, customer, first, second, consulting, manager, bridged, live)


def check(samples: Samples, *wanted: float) -> None:
    for hertz in (CUSTOMER_HZ, FIRST_HZ, SECOND_HZ):
        if hertz in wanted:
            assert steady_dbfs(samples, hertz) == pytest.approx(SAID_DBFS, abs=1.0), hertz
        else:
            assert leaked_dbfs(samples, hertz) < UNHEARD_DBFS, hertz


def check_part(
    recording: Samples, part: tuple[float, float], left: tuple[float, ...], right: float | None
) -> None:
    start, end = (round(at * RATE) for at in part)
    check(recording[start:end, 0], *left)
    check(recording[start:end, 1], *((right,) if right else ()))


def rms_dbfs(samples: Samples) -> float:
    return 20 * float(np.log10(max(1e-7, np.sqrt(np.mean((samples / 32768.0) ** 2)))))


async def test_a_blind_transfer_is_one_recording_and_its_listener_hears_on(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as it:
        before = await it.stretch()
        check((await it.manager.talker.hears(0.5))[-2000:], CUSTOMER_HZ, FIRST_HZ)
        await it.first.phone.refer("agent2")
        await it.second.rings()
        between = await it.stretch()
        music = await it.customer.talker.hears(0.5)
        assert rms_dbfs(music) > -50 and leaked_dbfs(music, FIRST_HZ) < MUSIC_DBFS
        await it.second.take()
        assert (await it.first.phone.hung_up()).by == "BYE"
        it.first.talker.hush()
        after = await it.stretch()
        await it.second_talks()
        talked = time.monotonic() - it.bridged
        it.customer.phone.hang_up()
        samples = await it.recording()
    assert len(samples) / RATE == pytest.approx(talked, abs=LENGTH_SECONDS)
    check_part(samples, before, (CUSTOMER_HZ,), FIRST_HZ)
    check_part(samples, between, (), FIRST_HZ)
    check_part(samples, after, (CUSTOMER_HZ,), SECOND_HZ)
    assert it.live.record.agents == ("agent1", "agent2")


async def test_in_a_queue_between_two_agents_the_recording_is_silent_and_goes_on(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as it:
        before = await it.stretch()
        await it.first.phone.refer("sales")
        assert (await it.first.phone.hung_up()).by == "BYE"
        await it.second.rings()
        between = await it.stretch()
        await it.second.take()
        after = await it.stretch()
        check(await it.manager.talker.hears(0.5), CUSTOMER_HZ, SECOND_HZ)
        it.customer.phone.hang_up()
        samples = await it.recording()
    check_part(samples, before, (CUSTOMER_HZ,), FIRST_HZ)
    check_part(samples, between, (), None)
    check_part(samples, after, (CUSTOMER_HZ,), SECOND_HZ)


async def test_an_attended_transfer_is_one_recording_without_the_consultation(
    tmp_path: Path,
) -> None:
    async with stage(tmp_path) as it:
        before = await it.stretch()
        hold = it.first.sdp.replace("sendrecv", "sendonly").replace("phone 1 1", "phone 1 2")
        await it.first.phone.reinvite(hold)
        it.consulting.phone.dial("agent2", it.consulting.sdp)
        await it.second.answer()
        await it.consulting.phone.finished("INVITE")
        between = await it.stretch()
        await it.first.phone.refer("agent2", it.consulting.phone.dialog)
        for line in (it.first, it.consulting):
            assert (await line.phone.hung_up()).by == "BYE"
        it.first.talker.hush()
        after = await it.stretch()
        await it.second_talks()
        it.second.phone.hang_up()
        assert (await it.customer.phone.hung_up()).by == "BYE"
        samples = await it.recording()
    check_part(samples, before, (CUSTOMER_HZ,), FIRST_HZ)
    check_part(samples, between, (), FIRST_HZ)
    check_part(samples, after, (CUSTOMER_HZ,), SECOND_HZ)
