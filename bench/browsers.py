"""Browsers made of aiortc alone, as a process of its own: the other end of bench.webrtc.

    python -m bench.browsers PCMU 8      as many offers on standard output, a JSON string each

Takes as many answers on standard input, and says "up" once all have heard something. Each speaks a
tone and throws away what it hears. Each further line is answered with the CPU seconds used so far;
the end of the input ends it.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

import aioice.ice
from aiortc import RTCPeerConnection, RTCRtpReceiver, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, MediaStreamTrack
from av import AudioFrame

from bench.media_host import HOST
from tests.rig.tones import tone


class Tone(AudioStreamTrack):
    """440 Hz for ever."""

    def __init__(self) -> None:
        super().__init__()
        self._frame = tone(440.0, 1.0)[:160].tobytes()

    async def recv(self) -> AudioFrame:
        frame = await super().recv()
        assert isinstance(frame, AudioFrame)
        frame.planes[0].update(self._frame)
        return frame


class Browser:
    def __init__(self, codec: str) -> None:
        self.heard = asyncio.Event()
        self._connection = RTCPeerConnection()
        self._connection.on("track", self._track)
        transceiver = self._connection.addTransceiver(Tone())
        spoken = RTCRtpReceiver.getCapabilities("audio")
        assert spoken
        transceiver.setCodecPreferences(
            [one for one in spoken.codecs if one.mimeType.lower() == f"audio/{codec.lower()}"]
        )

    async def offer(self) -> str:
        await self._connection.setLocalDescription(await self._connection.createOffer())
        return self._connection.localDescription.sdp

    async def take(self, answer: str) -> None:
        await self._connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def close(self) -> None:
        await self._connection.close()

    def _track(self, track: MediaStreamTrack) -> None:
        self._listening = asyncio.create_task(self._listen(track))

    async def _listen(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                await track.recv()
            except MediaStreamError:
                return
            self.heard.set()


async def run(codec: str, count: int) -> None:
    aioice.ice.get_host_addresses = lambda *_, **__: [HOST]  # it would leave out the loopback
    browsers = [Browser(codec) for _ in range(count)]
    for browser in browsers:
        print(json.dumps(await browser.offer()), flush=True)
    for browser in browsers:
        await browser.take(json.loads(await line()))
    for browser in browsers:
        await browser.heard.wait()
    print("up", flush=True)
    while await line():
        print(time.process_time(), flush=True)
    for browser in browsers:
        await browser.close()


async def line() -> str:
    return await asyncio.to_thread(sys.stdin.readline)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], int(sys.argv[2])))
