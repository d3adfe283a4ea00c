"""Where a sound lies in the recording: where it was said, on both sides, whatever was lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.calls.party import Party, Talker
from tests.mixer.phone import PTIME
from tests.rig.server import Row, Server
from tests.rig.site import utc_seconds
from tests.rig.tones import RATE, Samples, alignment, read_recording

pytestmark = pytest.mark.call
SET_UP_SECONDS = 1.5  # from the first call's dialling to the first burst, on a busy machine
BURSTS, BURST_SECONDS, PERIOD_SECONDS = 8, 0.2, 0.5
APART_SECONDS = 0.03
LENGTH_SECONDS = 0.1
LOSSES = 0.0, 0.1
SEARCHED_SECONDS = 0.15  # before and after the place where a burst should be
OFF_BEAT_SECONDS = 0.1073  # how much later the agent speaks: no multiple of a packet


def noise() -> Samples:
    """Bursts that correlate with nothing but themselves; the first begins with the first frame."""
    dice = np.random.default_rng(1)
    burst = dice.normal(0, 4000, round(BURST_SECONDS * RATE))
    pause = np.zeros(round((PERIOD_SECONDS - BURST_SECONDS) * RATE))
    return np.concatenate([burst, pause]).clip(-32000, 32000).astype(np.int16)


def lateness(channel: Samples, talker: Talker, began: float) -> list[float]:
    """How much later each burst lies in a recording that began at `began`, in seconds."""
    burst, margin = noise()[: round(BURST_SECONDS * RATE)], round(SEARCHED_SECONDS * RATE)
    found = []
    for number in range(BURSTS):
        place = round((talker.began + number * PERIOD_SECONDS - began) * RATE)
        window = channel[place - margin : place + len(burst) + margin]
        found.append(alignment(burst, window).offset_seconds - SEARCHED_SECONDS)
    return found


@dataclass
class Talk:
    """Two who say noise to each other; of their packets the part `loss` never arrives."""

    loss: float
    customer: Party
    agent: Party
    answered: float = 0.0
    seconds: float = 0.0
    sent: Sequence[int] = ()

    async def begin(self, at: float) -> None:
        await self.agent.phone.register()
        await self.customer.dial(at=at)
        await self.agent.answer(at=at + OFF_BEAT_SECONDS)
        self.answered = time.monotonic()

    def end(self) -> None:
        self.agent.phone.hang_up()
        self.seconds = time.monotonic() - self.answered
        self.sent = [party.talker.sent for party in (self.customer, self.agent)]


@asynccontextmanager
async def talks(server: Server) -> AsyncIterator[list[Talk]]:
    async with AsyncExitStack() as stack:
        found = []
        for number, loss in enumerate(LOSSES, start=1):
            customer, agent = [
                await stack.enter_async_context(Party.of(server.phone(name), noise(), loss, seed=n))
                for n, name in enumerate((f"customer{number}", f"agent{number}"), start=1)
            ]
            found.append(Talk(loss, customer, agent))
        yield found


async def test_both_sides_lie_where_they_were_said_and_the_length_is_that_of_the_talk(
    tmp_path: Path,
) -> None:
    async with Server(tmp_path) as server, talks(server) as both:
        start = time.monotonic() + SET_UP_SECONDS
        for talk in both:
            await talk.begin(start)
        over = start + OFF_BEAT_SECONDS + BURSTS * PERIOD_SECONDS
        await asyncio.sleep(over - time.monotonic())
        for talk in both:
            talk.end()
        for talk in both:
            assert (await talk.customer.phone.hung_up()).by == "BYE"
        rows = {row["agent"]: row for row in await server.recorded(len(both))}
        for number, talk in enumerate(both, start=1):
            check(talk, rows[f"agent{number}"], start)


def check(talk: Talk, row: Row, start: float) -> None:
    samples = read_recording(Path(row["location"]))
    assert len(samples) / RATE == pytest.approx(talk.seconds, abs=3 * LENGTH_SECONDS)
    began = utc_seconds(row["start"]) + time.monotonic() - time.time()
    assert began < start - SEARCHED_SECONDS, "the first burst was not searched for"
    left = lateness(samples[:, 0], talk.customer.talker, began)
    right = lateness(samples[:, 1], talk.agent.talker, began)
    left_of_all = (1 - talk.loss) * BURSTS * PERIOD_SECONDS / PTIME
    assert talk.sent == pytest.approx([left_of_all] * 2, rel=0.05)
    assert np.abs(np.subtract(left, right)).max() <= APART_SECONDS
    assert np.abs([*left, *right]).max() <= LENGTH_SECONDS
