"""Browsers that cost little, as a process of its own: the crowd of bench.webrtc.

    python -m bench.swarm PCMU 100     as many offers on standard output, a JSON string each

Each is made of our own ICE, DTLS and media core, on a UDP port of its own, and speaks a tone. Like
those of bench.browsers they take as many answers on standard input, a line each, and say "up" once
all have heard something; then the end of the input ends them.
"""

from __future__ import annotations

import asyncio
import json
import sys
from secrets import randbits

from aiortc import RTCRtpCodecParameters
from aiortc.sdp import SessionDescription

from bench.browsers import line
from bench.media_host import HOST, PORT_MAX, PORT_MIN
from config import MediaSettings
from engine.webrtc import Door, Peer
from engine.webrtc.description import read
from mixer import CODECS, Farm, Route
from tests.rig.free_ports import free_ports
from tests.rig.patience import until
from tests.rig.tones import tone

PHASES = 2
"""Media threads, half of 20 ms apart, as browsers do not all speak at once; few, so that each is
busy enough to gather packets: on the loopback who sends one pays for waking who sleeps."""
PHASE_SECONDS = 0.01


class Caller(Peer):
    """The other end of a Peer: it makes the offer."""

    async def offer(self) -> str:
        """Of the one codec that it speaks."""
        self._ice.ice_controlling = True
        self._dtls._set_role("server")
        media = await self._described("auto", self._ice)
        name = self._codecs[0]
        spoken = next(row for row in CODECS if row.name == name)
        media.rtp.codecs = [
            RTCRtpCodecParameters(
                f"audio/{name}", spoken.clock_rate, spoken.channels, spoken.payload_type
            )
        ]
        media.fmt, media.rtcp_mux, media.rtcp_port = [spoken.payload_type], True, 9
        media.direction = "sendrecv"
        session = SessionDescription()
        session.origin, session.type = f"- {randbits(62)} 2 IN IP4 {HOST}", "offer"
        session.media = [media]
        return str(session)

    async def take(self, answer: str) -> None:
        """Raises PeerLost."""
        self._offer = read(answer, self._codecs)
        await self.connect()
        await until(lambda: self._mixer.stats(self.port).received)


async def farms(count: int) -> list[Farm]:
    opened = []
    for _ in range(PHASES):
        settings = MediaSettings(
            host=HOST, port_min=PORT_MIN, port_max=PORT_MAX, max_ports=2 * count + 2
        )
        opened.append(Farm(settings, lambda event: None))
        await asyncio.sleep(PHASE_SECONDS)
    return opened


async def run(codec: str, count: int) -> None:
    opened, sound = await farms(count), tone(440.0, 1.0).tobytes()
    callers: list[Caller] = []
    # Of those that may be shared the system gives away one twice.
    for number, port in enumerate(free_ports(count)):
        farm = opened[number % PHASES]
        caller = Caller(await Door.open(HOST, port), farm, host=HOST, codecs=(codec,))
        player = farm.open_player(farm.load_clip(sound), beside=caller.port, loop=True)
        farm.route(f"{number}", {Route(player, caller.port)})
        callers.append(caller)
        print(json.dumps(await caller.offer()), flush=True)
    heard = [asyncio.create_task(each.take(json.loads(await line()))) for each in callers]
    await asyncio.gather(*heard)
    print("up", flush=True)
    await line()
    for caller in callers:
        await caller.close()
    for farm in opened:
        farm.close()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], int(sys.argv[2])))
