"""A whole phone made of the rig's own parts: signalling by `Phone`, RTP by a `Talker`'s thread.

Its sound leaves at known instants of time.monotonic(), which is also the clock of the event loop.
"""

from __future__ import annotations

import asyncio
import random
import re
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

import numpy as np

from tests.mixer.phone import FRAME, HOST, PTIME, TYPES, Codes, Packet, decode
from tests.mixer.phone import Phone as RtpPhone
from tests.rig.patience import PATIENCE_SECONDS
from tests.rig.phone import Phone, audio
from tests.rig.promptness import prompt
from tests.rig.tones import Samples, leaked_dbfs, steady_dbfs

CODEC = "PCMU"
EVENT = 101
"""Payload type of telephone events."""
EAR_SECONDS = 0.5
TOLERANCE_DB, UNHEARD_DBFS = 2.0, -40.0
NAMES = {payload_type: name for name, payload_type in TYPES.items()}


class Talker:
    """Says `samples` over and over, a frame each 20 ms, and keeps what it hears.

    `loss` is the part of its packets that never leaves; `seed` chooses which.
    """

    def __init__(
        self, samples: Samples, loss: float = 0.0, seed: int = 1, host: str = HOST
    ) -> None:
        assert len(samples) % FRAME == 0, "whole frames"
        self._frames = samples.reshape(-1, FRAME)
        self._loss, self._dice = loss, random.Random(seed)
        self._rtp, self.rtcp = port_pair(host)
        self._enough, self._anew = threading.Event(), threading.Event()
        self._codec = CODEC
        self._thread = threading.Thread(target=self._run, name="talker")
        self._began, self._sent = 0.0, 0

    @property
    def port(self) -> int:
        return int(self._rtp.sock.getsockname()[1])

    @property
    def sent(self) -> int:
        """How many packets have left."""
        return self._sent

    @property
    def began(self) -> float:
        """When its first frame left, monotonic seconds."""
        return self._began

    @property
    def packets(self) -> int:
        """How many it has heard."""
        return len(self._rtp.heard)

    def start(self, target: int, at: float | None = None) -> None:
        """Speak to that port of the engine; the first frame leaves at `at`, monotonic seconds."""
        self._rtp.target = target
        self._began = time.monotonic() if at is None else at
        self._thread.start()

    def change(self, codec: str) -> None:
        """Speak that from the next packet on."""
        self._codec = codec

    def restart(self) -> None:
        """With the next packet it is another source, by SSRC, numbers and timestamps."""
        self._anew.set()

    def hush(self) -> None:
        """No packet more, in either direction."""
        self._enough.set()
        if self._thread.is_alive():
            self._thread.join()

    def close(self) -> None:
        self.hush()
        self._rtp.close()
        self.rtcp.close()

    def slip_in(self, data: bytes) -> None:
        """A datagram from its own port that is not part of its speech."""
        self._rtp.sock.sendto(data, (self._rtp.host, self._rtp.target))

    async def comes_to_hear(self, wanted: Callable[[Samples], bool]) -> Samples:
        """The first half second that is as wanted."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not wanted(samples := await self.hears(EAR_SECONDS)):
            assert time.monotonic() < deadline, "never heard"
        return samples

    async def hears(self, seconds: float) -> Samples:
        """What it hears from now on for so long; nothing where no packet came."""
        first = self.packets
        await asyncio.sleep(seconds)
        return self.heard(first)

    def heard(self, first: int = 0) -> Samples:
        """From that packet on, one after the other as they came; telephone events make no sound."""
        packets = [one for one in self._rtp.heard[first:] if one.payload_type != EVENT]
        sound = [decode(NAMES[each.payload_type], codes_of(each)) for each in packets]
        return np.concatenate(sound) if sound else np.zeros(0, np.int16)

    def of_type(self, payload_type: int) -> list[bytes]:
        """The payloads of that type that it has heard."""
        return [one.payload for one in self._rtp.heard if one.payload_type == payload_type]

    def _run(self) -> None:
        with prompt():
            self._speak()

    def _speak(self) -> None:
        number = 0
        while not self._enough.wait(max(0.0, self._began + number * PTIME - time.monotonic())):
            self._rtp.hear()
            self._rtp.codec = self._codec
            if self._anew.is_set():
                self._anew.clear()
                self._rtp.become_another()
            if self._dice.random() < self._loss:
                self._rtp.skip()
            else:
                self._rtp.send(self._frames[number % len(self._frames)])
                self._sent += 1
            number += 1


@dataclass
class Party:
    """Someone on a call.

    rtp_port  the engine's, of this leg, once the call is up
    host      where its SDP says that it hears
    """

    phone: Phone
    talker: Talker
    rtp_port: int = 0
    host: str = HOST

    @classmethod
    def of(
        cls, phone: Phone, samples: Samples, loss: float = 0.0, seed: int = 1, host: str = HOST
    ) -> Self:
        return cls(phone, Talker(samples, loss, seed, host), host=host)

    async def __aenter__(self) -> Self:
        await self.phone.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.talker.close()
        await self.phone.__aexit__(kind, error, trace)

    @property
    def sdp(self) -> str:
        return audio(self.talker.port, self.host)

    async def dial(self, number: str = "support", at: float | None = None) -> None:
        """Call, and speak as soon as it is answered, or at the instant `at`."""
        self.rtp_port = media_port(await self.phone.invite(number, self.sdp))
        self.talker.start(self.rtp_port, at)

    async def rings(self) -> Self:
        """Wait for a call to come in."""
        self.rtp_port = media_port((await self.phone.called()).offer)
        return self

    async def take(self, at: float | None = None) -> None:
        """Answer the call that rings, and speak."""
        await self.phone.answer(self.sdp)
        self.talker.start(self.rtp_port, at)

    async def answer(self, at: float | None = None) -> None:
        """Take the call that comes."""
        await self.rings()
        await self.take(at)


async def bridge(customer: Party, agent: Party, at: float | None = None) -> float:
    """They talk to each other; the instant at which the agent had answered."""
    await agent.phone.register()
    await customer.dial(at=at)
    await agent.answer(at)
    return time.monotonic()


def port_pair(host: str = HOST) -> tuple[RtpPhone, socket.socket]:
    """A socket for RTP, and one for RTCP on the port above."""
    while True:
        rtp = RtpPhone(CODEC, host=host)
        rtcp = socket.socket(rtp.sock.family, socket.SOCK_DGRAM)
        try:
            rtcp.bind((host, rtp.sock.getsockname()[1] + 1))
        except (OSError, OverflowError):
            rtp.close()
            rtcp.close()
            continue
        return rtp, rtcp


def with_events(sdp: str) -> str:
    """The same of a phone that knows telephone events."""
    return sdp.replace("AVP 0 8", f"AVP 0 8 {EVENT}").replace(
        "a=ptime", f"a=rtpmap:{EVENT} telephone-event/8000\r\na=ptime"
    )


def codes_of(packet: Packet) -> Codes:
    return np.frombuffer(packet.payload, np.uint8)


def media_port(sdp: str) -> int:
    found = re.search(r"^m=audio (\d+) ", sdp, re.MULTILINE)
    assert found, sdp
    return int(found[1])


def is_tone(samples: Samples, hertz: float, dbfs: float, *silent: float) -> bool:
    """Whether this tone is as loud as it was said, and none of the others is there."""
    if len(samples) < FRAME * 10:
        return False
    is_heard = abs(steady_dbfs(samples, hertz) - dbfs) <= TOLERANCE_DB
    return is_heard and all(leaked_dbfs(samples, one) < UNHEARD_DBFS for one in silent)
