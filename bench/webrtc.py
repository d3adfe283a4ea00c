"""What a browser costs: python -m bench.webrtc --json

A few browsers made of aiortc alone, a process of their own, are among many that cost little
(bench.swarm), another process: all speak and listen through the one UDP port of the engine. Once
with PCMU, where each hears the next and packets pass, and once with Opus, which is decoded and
encoded as each hears the next two. The JSON object has:

pcmu_core_percent      CPU of our process for one browser, in percent of a core: media thread, ICE,
opus_core_percent      consent and all
aiortc_core_percent    of the process of aiortc for one of its browsers, with PCMU, in the same
                       seconds
ratio                  of the latter to the first
missed_ticks           of the media thread that came late
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Self

from bench.engine_process import ROOT
from bench.media_host import HOST, PORT_MAX, PORT_MIN
from bench.usage import machine
from config import MediaSettings
from engine.webrtc import Door, Peer
from mixer import Farm, Route
from tests.rig.child import end_child

MOST_BROWSERS = 20  # limit, of aiortc, which needs a core for them
CROWDS = {"PCMU": 100, "opus": 40}  # half a core of ours or less
MOST_CROWD = 400  # limit
AT_ONCE = 10  # browsers that are reached at the same time
UP_SECONDS = 60.0  # until all are heard


@dataclass(frozen=True, slots=True)
class Used:
    """CPU in percent of a core for each browser: our process, and that of aiortc."""

    ours: float
    theirs: float
    missed_ticks: int


class Browsers:
    """`python -m bench.browsers` or bench.swarm, used as `async with`."""

    def __init__(self, module: str, codec: str, count: int) -> None:
        self._command = [sys.executable, "-m", module, codec, str(count)]
        self.count = count

    async def __aenter__(self) -> Self:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, cwd=ROOT
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin
        with suppress(ConnectionError):
            self._process.stdin.close()
        await end_child(self._process)

    async def offers(self) -> list[str]:
        return [json.loads(await self._line()) for _ in range(self.count)]

    def take(self, answer: str) -> None:
        self._say(json.dumps(answer))

    async def up(self) -> None:
        assert await self._line() == b"up\n"

    async def cpu_seconds(self) -> float:
        self._say("cpu")
        return float(await self._line())

    def _say(self, text: str) -> None:
        assert self._process.stdin
        self._process.stdin.write(f"{text}\n".encode())

    async def _line(self) -> bytes:
        assert self._process.stdout
        async with asyncio.timeout(UP_SECONDS):
            return await self._process.stdout.readline()


async def used(codec: str, count: int, crowd: int, seconds: float) -> Used:
    """Raises TimeoutError, PeerLost."""
    settings = MediaSettings(
        host=HOST, port_min=PORT_MIN, port_max=PORT_MAX, max_ports=2 * (count + crowd)
    )
    farm, door = Farm(settings, lambda event: None), await Door.open(HOST, 0)
    peers: list[Peer] = []
    try:
        async with (
            Browsers("bench.browsers", codec, count) as browsers,
            Browsers("bench.swarm", codec, crowd) as others,
        ):
            for each in (browsers, others):
                peers += await reached(each, codec, door, farm)
            farm.route("bench", routes(peers, mixed=codec == "opus"))
            await asyncio.gather(browsers.up(), others.up())
            return await measured(farm, browsers, len(peers), seconds)
    finally:
        for peer in peers:
            await peer.close()
        door.close()
        farm.close()


async def reached(browsers: Browsers, codec: str, door: Door, farm: Farm) -> list[Peer]:
    """A port of `farm` for each of them."""
    peers, offers = [], await browsers.offers()
    for first in range(0, len(offers), AT_ONCE):
        some = [Peer(door, farm, host=HOST, codecs=(codec,)) for _ in offers[first:][:AT_ONCE]]
        for peer, offer in zip(some, offers[first:], strict=False):
            browsers.take(await peer.answer(offer))
        await asyncio.gather(*(peer.connect() for peer in some))
        peers += some
    return peers


def routes(peers: list[Peer], *, mixed: bool) -> set[Route]:
    """Each hears the next; and the one after that, where it is to be a mix."""
    ports = [peer.port for peer in peers]
    steps = (1, 2) if mixed else (1,)
    return {
        Route(ports[(number + step) % len(ports)], port)
        for number, port in enumerate(ports)
        for step in steps
    }


async def measured(farm: Farm, browsers: Browsers, peers: int, seconds: float) -> Used:
    """`browsers` are those of aiortc, among `peers` of ours."""
    begin, ours, theirs = time.monotonic(), time.process_time(), await browsers.cpu_seconds()
    late = farm.totals().late_ticks
    await asyncio.sleep(seconds)
    theirs = await browsers.cpu_seconds() - theirs
    ours, passed = time.process_time() - ours, time.monotonic() - begin
    return Used(
        ours=100 * ours / passed / peers,
        theirs=100 * theirs / passed / browsers.count,
        missed_ticks=farm.totals().late_ticks - late,
    )


async def figures(browsers: int, crowds: Mapping[str, int], seconds: float) -> dict[str, Any]:
    """The JSON object; `crowds` by codec."""
    pcmu, opus = [await used(codec, browsers, crowds[codec], seconds) for codec in CROWDS]
    found = {
        "browsers": browsers,
        "pcmu_crowd": crowds["PCMU"],
        "opus_crowd": crowds["opus"],
        "seconds": seconds,
        "pcmu_core_percent": round(pcmu.ours, 3),
        "opus_core_percent": round(opus.ours, 3),
        "aiortc_core_percent": round(pcmu.theirs, 3),
        "ratio": round(pcmu.theirs / pcmu.ours, 1),
        "missed_ticks": pcmu.missed_ticks + opus.missed_ticks,
    }
    return found | {"machine": machine()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--browsers", type=int, default=8, help=f"of aiortc, 1 to {MOST_BROWSERS}")
    parser.add_argument("--crowd", type=int, help=f"2 to {MOST_CROWD}; default {CROWDS}")
    parser.add_argument("--seconds", type=float, default=10.0, help="that are measured, twice")
    parser.add_argument("--json", action="store_true", help="print one JSON object on one line")
    given = parser.parse_args()
    if not 1 <= given.browsers <= MOST_BROWSERS:
        parser.error(f"--browsers is 1 to {MOST_BROWSERS}")
    if given.crowd is not None and not 2 <= given.crowd <= MOST_CROWD:
        parser.error(f"--crowd is 2 to {MOST_CROWD}")
    crowds = CROWDS if given.crowd is None else dict.fromkeys(CROWDS, given.crowd)
    found = asyncio.run(figures(given.browsers, crowds, given.seconds))
    print(json.dumps(found) if given.json else "\n".join(f"{k}  {v}" for k, v in found.items()))


if __name__ == "__main__":
    main()
