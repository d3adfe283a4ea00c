"""Hold by either phone, alone and at once, and what is heard, recorded and overheard meanwhile."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from engine.app import Running
from engine.call import State
from engine.live import LiveContact
from tests.calls.party import Party, bridge
from tests.rig.house import engine, phone
from tests.rig.patience import until
from tests.rig.phone import Reinvited, audio
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
CUSTOMER_HZ, AGENT_HZ, COLLEAGUE_HZ = 440.0, 1000.0, 1700.0
EVERY_HZ = (CUSTOMER_HZ, AGENT_HZ, COLLEAGUE_HZ)
SAID_DBFS, UNHEARD_DBFS, SILENT_DBFS = -10.0, -50.0, -50.0
SETTLE_SECONDS = 0.4  # until the last sound is gone everywhere
EAR_SECONDS = 0.5
REFRESH = (("Supported", "timer"), ("Session-Expires", "90;refresher=uac"))
_versions = count(2)


@dataclass
class Scene:
    one: Running
    customer: Party
    agent: Party
    colleague: Party
    live: LiveContact
    bridged: float

    async def recording(self) -> Samples:
        await until(lambda: not len(self.one.house.registry))
        await self.one.house.recordings.close()
        record = await self.one.house.records.contact(self.live.contact_id)
        assert record
        samples = read_recording(Path(record.recordings[0].location))
        return samples

    def now(self) -> int:
        """This instant as a place in the recording."""
        return round((time.monotonic() - self.bridged) * RATE)


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    """A customer talks with agent1; agent2's phone is not registered yet."""
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(engine(folder))
        customer, agent, colleague = [
            await stack.enter_async_context(Party.of(phone(one, name), tone(hertz, 1.0, SAID_DBFS)))
            for name, hertz in zip(("customer", "agent1", "agent2"), EVERY_HZ, strict=True)
        ]
        bridged = await bridge(customer, agent)
        [live] = one.house.registry
        await until(lambda: live.tap)
        yield Scene(one, customer, agent, colleague, live, bridged)


async def turn(party: Party, direction: str) -> str:
    """Offer this direction anew; the direction of the answer."""
    sdp = audio(party.talker.port, party.host, direction, next(_versions))
    answer = await party.phone.reinvite(sdp)
    return next(one for one in DIRECTIONS if f"a={one}" in answer)


DIRECTIONS = ("sendrecv", "sendonly", "recvonly", "inactive")


async def hears(party: Party, *wanted: float) -> None:
    """These tones and no others, in the end."""
    await party.talker.comes_to_hear(lambda samples: is_of(samples, *wanted))


async def hears_music(party: Party) -> None:
    """And nobody's voice."""
    await party.talker.comes_to_hear(
        lambda samples: (
            is_music(samples)
            and all(leaked_dbfs(samples, hertz) < MUSIC_DBFS for hertz in EVERY_HZ)
        )
    )


def is_of(samples: Samples, *wanted: float) -> bool:
    if len(samples) < RATE // 10:
        return not wanted
    return all(
        abs(steady_dbfs(samples, hertz) - SAID_DBFS) <= 1.0
        if hertz in wanted
        else leaked_dbfs(samples, hertz) < UNHEARD_DBFS
        for hertz in EVERY_HZ
    )


def is_music(samples: Samples) -> bool:
    loud = np.mean((samples / 32768.0) ** 2) if len(samples) else 0.0
    return 10 * float(np.log10(max(1e-14, loud))) > SILENT_DBFS


async def check_talk(it: Scene, agent: Party, hertz: float) -> None:
    """Customer and agent hear each other."""
    await asyncio.gather(hears(it.customer, hertz), hears(agent, CUSTOMER_HZ))


async def test_an_agent_who_holds_leaves_music_to_the_customer_and_is_recorded_alone(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as it:
        assert await turn(it.agent, "sendonly") == "recvonly"
        await asyncio.sleep(SETTLE_SECONDS)
        start = it.now()
        await hears_music(it.customer)
        end = it.now()
        assert await turn(it.agent, "sendrecv") == "sendrecv"
        await check_talk(it, it.agent, AGENT_HZ)
        it.customer.phone.hang_up()
        samples = await it.recording()
    assert is_of(samples[start:end, 0])
    assert is_of(samples[start:end, 1], AGENT_HZ)


@pytest.mark.parametrize(
    ("direction", "answer", "heard"),
    [("sendonly", "recvonly", (CUSTOMER_HZ,)), ("inactive", "inactive", ())],
)
async def test_a_customer_who_holds_hears_nothing_and_the_contact_goes_on(
    tmp_path: Path, direction: str, answer: str, heard: tuple[float, ...]
) -> None:
    async with scene(tmp_path) as it:
        assert await turn(it.customer, direction) == answer
        await hears(it.agent, *heard)  # sendonly: the music of the customer's own side
        await hears(it.customer)
        assert it.live.player is None
        assert await turn(it.customer, "sendrecv") == "sendrecv"
        await check_talk(it, it.agent, AGENT_HZ)


async def test_both_hold_at_once_and_resume_one_after_the_other(tmp_path: Path) -> None:
    async with scene(tmp_path) as it:
        both = (it.customer, it.agent)
        answers = await asyncio.gather(*(turn(each, "sendonly") for each in both))
        assert answers == ["recvonly", "recvonly"]
        for each in both:
            await hears(each)
        await turn(it.agent, "sendrecv")  # the customer's side still holds
        await hears(it.agent, CUSTOMER_HZ)
        await hears(it.customer)
        await turn(it.customer, "sendrecv")
        await check_talk(it, it.agent, AGENT_HZ)


async def test_both_phones_change_the_call_at_once_again_and_again(tmp_path: Path) -> None:
    async with scene(tmp_path) as it:
        for _ in range(5):
            for direction in ("sendonly", "sendrecv"):
                await asyncio.gather(turn(it.customer, direction), turn(it.agent, direction))
        await check_talk(it, it.agent, AGENT_HZ)
        for each in (it.customer, it.agent):
            assert not any(isinstance(event, Reinvited) for event in each.phone.events)


async def test_a_hold_of_either_phone_during_a_transfer_is_kept_and_ends_with_its_phone(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as it:
        await it.colleague.phone.register()
        await turn(it.agent, "sendonly")
        await it.agent.phone.refer("agent2")
        await it.colleague.rings()
        assert it.live.call.state is State.TRANSFERRING
        await turn(it.agent, "sendrecv")
        await hears_music(it.customer)  # the transfer holds the customer on
        await turn(it.customer, "sendonly")
        await hears(it.customer)
        await turn(it.customer, "sendrecv")
        await it.colleague.take()
        assert (await it.agent.phone.hung_up()).by == "BYE"
        await check_talk(it, it.colleague, COLLEAGUE_HZ)
        assert it.live.player is None


async def test_a_customer_on_hold_by_their_own_side_is_still_that_for_the_next_agent(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as it:
        await it.colleague.phone.register()
        await turn(it.customer, "sendonly")
        await it.agent.phone.refer("agent2")
        await it.colleague.answer()
        await it.agent.phone.hung_up()
        await hears(it.colleague, CUSTOMER_HZ)
        await hears(it.customer)
        await turn(it.customer, "sendrecv")
        await check_talk(it, it.colleague, COLLEAGUE_HZ)


async def test_each_leg_is_refreshed_by_itself_and_nothing_is_missed(tmp_path: Path) -> None:
    async with scene(tmp_path) as it:
        both = (it.customer, it.agent)
        listening = asyncio.gather(*(each.talker.hears(2 * EAR_SECONDS) for each in both))
        for _ in range(3):
            await asyncio.gather(*(each.phone.update(fields=REFRESH) for each in both))
        await turn(it.agent, "sendonly")
        await it.customer.phone.update(fields=REFRESH)
        await it.agent.phone.update(fields=REFRESH)
        await hears_music(it.customer)  # a refresh resumes nothing
        await turn(it.agent, "sendrecv")
        await listening
        await check_talk(it, it.agent, AGENT_HZ)
        for each in both:
            assert not any(isinstance(event, Reinvited) for event in each.phone.events)
