"""Where a sound lies in the recording: where it was said, on both sides, whatever was lost."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import numpy as np
import pytest

from tests.calls.party import Party, Talker
from tests.mixer.phone import PTIME
from tests.rig.server import Server
from tests.rig.site import utc_seconds
from tests.rig.tones import RATE, Samples, alignment, read_recording

pytestmark = pytest.mark.call
SET_UP_SECONDS = 1.5  # from the first call's dialling to the first burst, on a busy machine
BURSTS, BURST_SECONDS, PERIOD_SECONDS = 8, 0.2, 0.5
APART_SECONDS = 0.03
LENGTH_SECONDS = 0.1
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


@pytest.mark.parametrize("loss", [0.0, 0.1])
async def test_both_sides_lie_where_they_were_said_and_the_length_is_that_of_the_talk(
    tmp_path: Path, loss: float
) -> None:
    async with (
        Server(tmp_path) as server,
        Party.of(server.phone("customer"), noise(), loss, seed=1) as customer,
        Party.of(server.phone("agent1"), noise(), loss, seed=2) as agent,
    ):
        await agent.phone.register()
        start = time.monotonic() + SET_UP_SECONDS
        await customer.dial(at=start)
        await agent.answer(at=start + OFF_BEAT_SECONDS)
        answered = time.monotonic()
        await asyncio.sleep(start + OFF_BEAT_SECONDS + BURSTS * PERIOD_SECONDS - answered)
        agent.phone.hang_up()
        talked = time.monotonic() - answered
        sent = [party.talker.sent for party in (customer, agent)]
        assert (await customer.phone.hung_up()).by == "BYE"
        [row] = await server.recorded()
    samples = read_recording(Path(row["location"]))
    assert len(samples) / RATE == pytest.approx(talked, abs=3 * LENGTH_SECONDS)
    began = utc_seconds(row["start"]) + time.monotonic() - time.time()
    assert began < start - SEARCHED_SECONDS, "the first burst was not searched for"
    left = lateness(samples[:, 0], customer.talker, began)
    right = lateness(samples[:, 1], agent.talker, began)
    assert sent == pytest.approx([(1 - loss) * BURSTS * PERIOD_SECONDS / PTIME] * 2, rel=0.05)
    assert np.abs(np.subtract(left, right)).max() <= APART_SECONDS
    assert np.abs([*left, *right]).max() <= LENGTH_SECONDS
