"""A browser made of aiortc alone; the code under test has only its ICE and DTLS from there."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import aioice
import aioice.ice
import numpy as np
import pytest
from aiortc import RTCIceParameters, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, MediaStreamTrack
from aiortc.rtcicetransport import candidate_from_aioice, candidate_to_aioice
from aiortc.sdp import SessionDescription
from av import AudioFrame

from engine.webrtc import Door, Peer
from mixer import Farm, Port
from tests.rig.tones import Samples, tone

HOST = "127.0.0.1"
SPOKEN_RATE = 8000  # hertz, of AudioStreamTrack


class Tone(AudioStreamTrack):
    """A microphone that a tone is played to."""

    def __init__(self, frequency: float) -> None:
        super().__init__()
        self._samples, self._at = tone(frequency, 60.0), 0

    async def recv(self) -> AudioFrame:
        frame = await super().recv()
        assert isinstance(frame, AudioFrame) and frame.sample_rate == SPOKEN_RATE
        frame.planes[0].update(self._samples[self._at : self._at + frame.samples].tobytes())
        self._at += frame.samples
        return frame


class Browser:
    """Speaks a tone and keeps what it hears, mono, at `rate`."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, frequency: float | None = 440.0) -> None:
        """Without a frequency it has no microphone."""
        monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda *_, **__: [HOST])
        self.connection = RTCPeerConnection()
        self.rate = 0
        self._heard: list[Samples] = []
        self._listening: asyncio.Task[None] | None = None
        if frequency is None:
            self.connection.addTransceiver("audio", direction="recvonly")
        else:
            self.connection.addTrack(Tone(frequency))
        self.connection.on("track", self._begin)

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def take(self, answer: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def call(self, peer: Peer) -> None:
        """Offer, answer, ICE and DTLS. Raises what peer.connect() does."""
        answer = await peer.answer(await self.offer())
        reaching = asyncio.create_task(peer.connect())
        await self.take(answer)
        await reaching

    def heard(self) -> Samples:
        return np.concatenate(self._heard) if self._heard else np.zeros(0, np.int16)

    async def close(self) -> None:
        await self.connection.close()
        if self._listening:
            await self._listening

    def _begin(self, track: MediaStreamTrack) -> None:
        self._listening = asyncio.create_task(self._listen(track))

    async def _listen(self, track: MediaStreamTrack) -> None:
        with suppress(MediaStreamError):
            while True:
                frame = await track.recv()
                assert isinstance(frame, AudioFrame)
                self.rate = frame.sample_rate
                channels = len(frame.layout.channels)
                self._heard.append(frame.to_ndarray().reshape(-1)[::channels])


class Moved:
    """The ICE of a browser on another network: another socket, another name, another password."""

    def __init__(self, browser: Browser) -> None:
        self._browser, self._agent = browser, aioice.Connection(ice_controlling=True)

    async def offer(self) -> str:
        """Of the same connection."""
        await self._agent.gather_candidates()
        session = SessionDescription.parse(await self._browser.offer())
        media = session.media[0]
        media.ice = RTCIceParameters(self._agent.local_username, self._agent.local_password)
        media.ice_candidates = [candidate_from_aioice(one) for one in self._agent.local_candidates]
        return str(session)

    async def take(self, answer: str) -> None:
        media = SessionDescription.parse(answer).media[0]
        self._agent.remote_username = media.ice.usernameFragment
        self._agent.remote_password = media.ice.password
        for candidate in media.ice_candidates:
            await self._agent.add_remote_candidate(candidate_to_aioice(candidate))
        await self._agent.connect()
        self._browser.connection.getSenders()[0].transport.transport._send = self._agent.send

    async def hears(self) -> None:
        """RTP, whose first bytes are those (RFC 7983 §7)."""
        while (await self._agent.recv())[0] not in range(128, 192):
            continue

    async def close(self) -> None:
        await self._agent.close()


def peer_of(
    door: Door, farm: Farm, codec: str = "PCMU", beside: Port | None = None, **options: object
) -> Peer:
    return Peer(door, farm, host=HOST, codecs=(codec,), beside=beside, **options)  # type: ignore[arg-type]
