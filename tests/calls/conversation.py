"""Two who talk to each other, whatever happens beside them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.calls.party import Party, bridge
from tests.rig.patience import until
from tests.rig.server import Server
from tests.rig.site import Row, Table
from tests.rig.tones import Samples, level_dbfs, read_recording, steady_dbfs, tone

CUSTOMER_HZ, AGENT_HZ, SAID_DBFS = 440.0, 1000.0, -10.0
LENGTH_SECONDS = 0.25  # of what is heard and recorded: here nobody measures more closely
PIECE = 1600  # samples, 200 ms
SKIPPED = 0.05  # of all pieces: a busy machine lets the phones of the rig, too, miss a packet


@dataclass
class Talk:
    """The customer and agent1 of one engine."""

    server: Server
    customer: Party
    agent: Party

    async def goes_on(self, seconds: float = 0.5) -> None:
        """Each hears the other's tone as it was said, and is sent a packet each 20 ms."""
        ears = self.customer.talker, self.agent.talker
        began = time.monotonic()
        heard = await asyncio.gather(*(ear.hears(seconds) for ear in ears))
        took = time.monotonic() - began  # on a busy machine a sleep is longer than asked for
        for samples, hertz in zip(heard, (AGENT_HZ, CUSTOMER_HZ), strict=True):
            assert len(samples) / 8000 == pytest.approx(took, abs=LENGTH_SECONDS)
            assert steady_dbfs(samples, hertz) == pytest.approx(SAID_DBFS, abs=1.0)

    async def end(self) -> None:
        self.agent.phone.hang_up()
        assert (await self.customer.phone.hung_up()).by == "BYE"


@asynccontextmanager
async def talk(folder: Path, **sections: Table) -> AsyncIterator[Talk]:
    """At the end both are still on the line, and their recording has no gap."""
    async with (
        Server(folder, **sections) as server,
        Party.of(server.phone("customer"), tone(CUSTOMER_HZ, 1.0, SAID_DBFS)) as customer,
        Party.of(server.phone("agent1"), tone(AGENT_HZ, 1.0, SAID_DBFS)) as agent,
    ):
        began = await bridge(customer, agent)
        both = Talk(server, customer, agent)
        await both.goes_on()
        yield both
        await both.goes_on()
        seconds = time.monotonic() - began
        await both.end()
        [row] = await until(lambda: available(server, "agent1"))
        check_recording(read_recording(Path(row["location"])), seconds)


def check_recording(samples: Samples, seconds: float) -> None:
    """Both tones are in it all the time."""
    assert len(samples) / 8000 == pytest.approx(seconds, abs=LENGTH_SECONDS)
    check_tones(samples)


def check_tones(samples: Samples) -> None:
    """The customer on the left and the agent on the right, from near the start to near the end."""
    for side, hertz in enumerate((CUSTOMER_HZ, AGENT_HZ)):
        pieces = [
            samples[start : start + PIECE, side]
            for start in range(PIECE, len(samples) - 2 * PIECE, PIECE)
        ]
        levels = [level_dbfs(piece, hertz) for piece in pieces]
        assert np.quantile(levels, SKIPPED, method="higher") > SAID_DBFS - 1, levels


def available(server: Server, agent: str) -> list[Row]:
    """The agent's recordings that are complete."""
    rows = server.recordings()
    return [one for one in rows if (one["agent"], one["status"]) == (agent, "AVAILABLE")]
