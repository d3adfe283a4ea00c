"""What a browser costs: python -m bench.webrtc --json

As many browsers as asked for, made of aiortc alone and running as a process of their own, speak and
listen through the one UDP port of the engine, in pairs that hear each other. Once with PCMU, whose
packets pass, and once with Opus, which is decoded and encoded as two of them hear a third. The
JSON object has:

pcmu_core_percent      CPU of our process for one browser, in percent of a core: media thread, ICE,
opus_core_percent      consent and all
aiortc_core_percent    of the other process for one of its browsers, with PCMU, in the same seconds
ratio                  of the latter to the first
missed_ticks           of the media thread that came late
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
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

MOST_BROWSERS = 40  # limit; aiortc needs a core for ten
UP_SECONDS = 60.0  # until all are heard


@dataclass(frozen=True, slots=True)
class Used:
    """CPU seconds in `seconds`."""

    seconds: float
    ours: float
    theirs: float
    missed_ticks: int

    def percent(self, cpu: float, browsers: int) -> float:
        """Of a core, for each of them."""
        return round(100 * cpu / self.seconds / browsers, 3)


class Browsers:
    """`python -m bench.browsers`, used as `async with`."""

    def __init__(self, codec: str, count: int) -> None:
        self._command = [sys.executable, "-m", "bench.browsers", codec, str(count)]
        self._count = count

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
        return [json.loads(await self._line()) for _ in range(self._count)]

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


async def used(codec: str, count: int, seconds: float) -> Used:
    """Raises TimeoutError, PeerLost."""
    settings = MediaSettings(host=HOST, port_min=PORT_MIN, port_max=PORT_MAX, max_ports=2 * count)
    farm, door = Farm(settings, lambda event: None), await Door.open(HOST, 0)
    peers: list[Peer] = []
    try:
        async with Browsers(codec, count) as browsers:
            for offer in await browsers.offers():
                beside = peers[0].port if peers else None
                peers.append(Peer(door, farm, host=HOST, codecs=(codec,), beside=beside))
                browsers.take(await peers[-1].answer(offer))
            await asyncio.gather(*(peer.connect() for peer in peers))
            farm.route("bench", routes(peers, mixed=codec == "opus"))
            await browsers.up()
            return await measured(farm, browsers, seconds)
    finally:
        for peer in peers:
            await peer.close()
        door.close()
        farm.close()


def routes(peers: list[Peer], *, mixed: bool) -> set[Route]:
    """Each hears the next; and the one after that, where it is to be a mix."""
    ports = [peer.port for peer in peers]
    steps = (1, 2) if mixed else (1,)
    return {
        Route(ports[(number + step) % len(ports)], port)
        for number, port in enumerate(ports)
        for step in steps
    }


async def measured(farm: Farm, browsers: Browsers, seconds: float) -> Used:
    begin, ours, theirs = time.monotonic(), time.process_time(), await browsers.cpu_seconds()
    late = farm.totals().late_ticks
    await asyncio.sleep(seconds)
    return Used(
        theirs=await browsers.cpu_seconds() - theirs,
        ours=time.process_time() - ours,
        seconds=time.monotonic() - begin,
        missed_ticks=farm.totals().late_ticks - late,
    )


async def figures(browsers: int, seconds: float) -> dict[str, Any]:
    """The JSON object."""
    pcmu, opus = [await used(codec, browsers, seconds) for codec in ("PCMU", "opus")]
    found = {
        "browsers": browsers,
        "seconds": seconds,
        "pcmu_core_percent": pcmu.percent(pcmu.ours, browsers),
        "opus_core_percent": opus.percent(opus.ours, browsers),
        "aiortc_core_percent": pcmu.percent(pcmu.theirs, browsers),
        "ratio": round(pcmu.theirs / pcmu.ours, 1),
        "missed_ticks": pcmu.missed_ticks + opus.missed_ticks,
    }
    return found | {"machine": machine()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--browsers", type=int, default=8, help=f"3 to {MOST_BROWSERS}")
    parser.add_argument("--seconds", type=float, default=10.0, help="that are measured, twice")
    parser.add_argument("--json", action="store_true", help="print one JSON object on one line")
    given = parser.parse_args()
    if not 3 <= given.browsers <= MOST_BROWSERS:
        parser.error(f"--browsers is 3 to {MOST_BROWSERS}")
    found = asyncio.run(figures(given.browsers, given.seconds))
    print(json.dumps(found) if given.json else "\n".join(f"{k}  {v}" for k, v in found.items()))


if __name__ == "__main__":
    main()
