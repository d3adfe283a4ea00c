"""Five supervisors on one call: silent, then one whispers to the agent, then joins in."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.app import Running
from engine.live import LiveContact
from engine.refused import Refused
from engine.supervision import SILENT, Stage
from mixer import Mode
from tests.calls.party import Party, bridge
from tests.calls.test_strangers_rtp import STRANGER_HZ, Stranger
from tests.rig.house import PASSWORD, engine, phone
from tests.rig.patience import until
from tests.rig.tones import RATE, Samples, level_dbfs, read_wav, steady_dbfs, tone

pytestmark = [pytest.mark.call, pytest.mark.timeout(60)]
MANAGERS = tuple(f"manager{n}" for n in range(1, 6))
CUSTOMER_HZ, AGENT_HZ, SPEAKER_HZ = 440.0, 1000.0, 600.0
OTHERS_HZ = (1270.0, 1480.0, 1700.0, 2250.0)
EVERY_HZ = (CUSTOMER_HZ, AGENT_HZ, SPEAKER_HZ, *OTHERS_HZ, STRANGER_HZ)
SAID_DBFS, UNHEARD_DBFS = -20.0, -55.0
SETTLE_SECONDS, EAR_SECONDS = 0.4, 0.6
SHOUT_SECONDS = SETTLE_SECONDS + EAR_SECONDS
PART, MARGIN = RATE // 3, RATE // 10  # of the recording, looked at while a mode lasts
ALLOWED = frozenset(Mode)
SPOKEN_TO = {
    Mode.COACH: ((), (SPEAKER_HZ,)),
    Mode.BARGE: ((SPEAKER_HZ,), (SPEAKER_HZ,)),
    Mode.LISTEN: ((), ()),
}
"""What customer and agent then hear of the first one."""


def check(samples: Samples, *wanted: float) -> None:
    for hertz in EVERY_HZ:
        if hertz in wanted:
            assert steady_dbfs(samples, hertz) == pytest.approx(SAID_DBFS, abs=1.5), hertz
        else:
            assert level_dbfs(samples, hertz) < UNHEARD_DBFS, hertz


async def ears(parties: Iterable[Party]) -> list[Samples]:
    """What each of them hears in the same stretch."""
    await asyncio.sleep(SETTLE_SECONDS)
    return await asyncio.gather(*(party.talker.hears(EAR_SECONDS) for party in parties))


@dataclass
class Scene:
    """A conversation with five who listen; `parties` are customer, agent, and those in order."""

    one: Running
    parties: list[Party]
    live: LiveContact
    bridged: float

    def switch(self, listener: int, mode: Mode) -> None:
        self.one.house.monitors.switch(self.live, self.live.listeners[listener], mode)

    def now(self) -> int:
        """This instant as a place in the recording."""
        return round((time.monotonic() - self.bridged) * RATE)

    async def recording(self) -> Samples:
        self.parties[0].phone.hang_up()
        await until(lambda: not len(self.one.house.registry))
        await self.one.house.recordings.close()
        record = await self.one.house.records.contact(self.live.contact_id)
        assert record
        return read_wav(Path(record.recordings[0].location))[0]


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    """The first of them may speak."""
    people = [{"username": name, "password": PASSWORD} for name in MANAGERS]
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(engine(folder, supervisors=people))
        names = ("customer", "agent1", *MANAGERS)
        voices = (CUSTOMER_HZ, AGENT_HZ, SPEAKER_HZ, *OTHERS_HZ)
        customer, agent, *managers = parties = [
            await stack.enter_async_context(Party.of(phone(one, name), tone(hertz, 1.0, SAID_DBFS)))
            for name, hertz in zip(names, voices, strict=True)
        ]
        bridged = await bridge(customer, agent)
        [live] = one.house.registry
        await until(lambda: live.tap)
        for name, manager in zip(MANAGERS, managers, strict=True):
            await manager.phone.register()
            allowed = ALLOWED if manager is managers[0] else SILENT
            one.house.monitors.start(live, name, allowed)
            await manager.answer()
        await until(lambda: all(each.monitor.stage is Stage.LISTENING for each in live.listeners))
        yield Scene(one, parties, live, bridged)


async def test_who_listens_is_heard_by_nobody_who_whispers_by_the_agent_who_barges_by_both(
    tmp_path: Path,
) -> None:
    async with scene(tmp_path) as it:
        with closing(Stranger("127.0.0.2")) as stranger:
            shouting = stranger.shout([each.rtp_port for each in it.parties[2:]], SHOUT_SECONDS)
            heard, _ = await asyncio.gather(ears(it.parties), shouting)
        check(heard[0], AGENT_HZ)
        check(heard[1], CUSTOMER_HZ)
        for samples in heard[2:]:
            check(samples, CUSTOMER_HZ, AGENT_HZ)
        with pytest.raises(Refused, match="may not barge"):
            it.switch(1, Mode.BARGE)
        marks: list[int] = []
        for mode, (to_customer, to_agent) in SPOKEN_TO.items():
            it.switch(0, mode)
            heard = await ears(it.parties[:3])
            marks.append(it.now() - MARGIN)
            check(heard[0], AGENT_HZ, *to_customer)
            check(heard[1], CUSTOMER_HZ, *to_agent)
            check(heard[2], CUSTOMER_HZ, AGENT_HZ)
        samples = await it.recording()
    for mark, (to_customer, _) in zip(marks, SPOKEN_TO.values(), strict=True):
        part = samples[mark - PART : mark]
        check(part[:, 0], CUSTOMER_HZ, *to_customer)
        check(part[:, 1], AGENT_HZ)
