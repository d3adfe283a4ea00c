"""Phones made of sockets: they send RTP from samples and keep what they hear.

G.711 here is worked out from the tables of the Recommendation, apart from the code under test.
"""

from __future__ import annotations

import random
import socket
import struct
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mixer import CODECS, Mixer, Remote, RtpPort
from tests.rig.promptness import prompt
from tests.rig.tones import Samples

HOST = "127.0.0.1"
FRAME = 160  # samples, 20 ms
PTIME = 0.02  # seconds
RTCP_TYPES = range(192, 224)  # RFC 5761 §4
TYPES = {codec.name: codec.payload_type for codec in CODECS}
Codes = NDArray[np.uint8]


def decision_values(name: str) -> NDArray[np.int64]:
    """Where each of the 128 intervals of a magnitude begins (G.711, tables 1a and 2a), int16."""
    number = np.arange(128)
    if name == "PCMU":
        widths = np.where(number == 0, 1, 2 << number // 16) * 4
    else:
        widths = np.where(number < 32, 2, 1 << number // 16) * 8
    return np.concatenate([[0], np.cumsum(widths)[:-1]])


def encode(name: str, samples: Samples) -> Codes:
    wide = samples.astype(np.int64)
    magnitude = np.abs(wide) - ((wide < 0) & (name == "PCMA"))
    number = np.searchsorted(decision_values(name), magnitude, side="right") - 1
    positive, negative = (0xFF, 0x7F) if name == "PCMU" else (0xD5, 0x55)
    return (number ^ np.where(wide < 0, negative, positive)).astype(np.uint8)


def decode(name: str, codes: Codes) -> Samples:
    begins = decision_values(name)
    middles = (begins + np.append(begins[1:], 32256 if name == "PCMA" else 32635)) // 2
    middles[127] = 32256 if name == "PCMA" else 32124
    if name == "PCMU":
        middles[0] = 0
    bits = codes.astype(np.int64) ^ (0xFF if name == "PCMU" else 0xD5)
    values = middles[bits & 0x7F]
    samples: Samples = np.where(bits & 0x80, -values, values).astype(np.int16)
    return samples


@dataclass(frozen=True, slots=True)
class Packet:
    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes

    @classmethod
    def parse(cls, data: bytes) -> Packet:
        first, second, sequence, timestamp, ssrc = struct.unpack("!BBHII", data[:12])
        assert first == 0x80
        return cls(second & 0x7F, bool(second & 0x80), sequence, timestamp, ssrc, data[12:])

    def serialise(self) -> bytes:
        second = self.payload_type | self.marker << 7
        header = struct.pack("!BBHII", 0x80, second, self.sequence, self.timestamp, self.ssrc)
        return header + self.payload


@dataclass(slots=True)
class Phone:
    """One phone. `target` is the UDP port it sends to; `heard` is every packet that came."""

    codec: str = "PCMU"
    target: int = 0
    sock: socket.socket = field(init=False)
    sequence: int = field(default_factory=lambda: random.randrange(1 << 16))
    timestamp: int = field(default_factory=lambda: random.randrange(1 << 32))
    ssrc: int = field(default_factory=lambda: random.randrange(1 << 32))
    heard: list[Packet] = field(default_factory=list)
    telephone_event: int | None = None
    host: str = HOST

    def __post_init__(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        self.sock.bind((self.host, 0))

    def close(self) -> None:
        self.sock.close()

    def remote(self) -> Remote:
        payload_type = TYPES[self.codec]
        port, event = self.sock.getsockname()[1], self.telephone_event
        return Remote(self.host, port, self.codec, payload_type, payload_type, event, event)

    def join(self, mixer: Mixer, *, listen_only: bool = False) -> RtpPort:
        port = mixer.open_rtp(ipv6=":" in self.host, listen_only=listen_only)
        mixer.set_remote(port.port, self.remote())
        self.target = port.rtp_port
        return port

    def send(self, samples: Samples) -> bytes:
        """One packet, and on to the next; returns its payload."""
        payload = encode(self.codec, samples).tobytes()
        self.send_codes(payload)
        return payload

    def send_codes(self, payload: bytes) -> None:
        self.send_packet(TYPES[self.codec], payload)
        self.skip(len(payload))

    def send_packet(self, payload_type: int, payload: bytes) -> None:
        packet = Packet(payload_type, False, self.sequence, self.timestamp, self.ssrc, payload)
        self.sock.sendto(packet.serialise(), (self.host, self.target))

    def press(self, code: int, duration: int, *, end: bool = False) -> None:
        """One packet of a telephone event (RFC 4733) that began at the present timestamp."""
        assert self.telephone_event is not None
        self.send_packet(self.telephone_event, struct.pack("!BBH", code, end << 7 | 10, duration))
        self.skip(0)

    def become_another(self) -> None:
        """Another SSRC, and numbers and timestamps from anywhere."""
        self.ssrc, self.timestamp = random.randrange(1 << 32), random.randrange(1 << 32)
        self.sequence = random.randrange(1 << 16)

    def skip(self, samples: int = FRAME) -> None:
        """The next packet is lost on its way."""
        self.sequence = self.sequence + 1 & 0xFFFF
        self.timestamp = self.timestamp + samples & 0xFFFFFFFF

    def hear(self) -> list[Packet]:
        """What came since the last call; RTCP on the same port is read over."""
        came = []
        while True:
            try:
                data = self.sock.recv(2048)
                if data[1] not in RTCP_TYPES:
                    came.append(Packet.parse(data))
            except BlockingIOError:
                self.heard += came
                return came
            except ConnectionRefusedError:
                continue

    def samples(self) -> Samples:
        """All that was heard, on its own timestamps; silence where nothing came."""
        self.hear()
        if not self.heard:
            return np.zeros(0, np.int16)
        start = self.heard[0].timestamp
        offsets = [packet.timestamp - start & 0xFFFFFFFF for packet in self.heard]
        whole = np.zeros(max(offsets) + FRAME, np.int16)
        for offset, packet in zip(offsets, self.heard, strict=True):
            codes = np.frombuffer(packet.payload, np.uint8)
            whole[offset : offset + len(codes)] = decode(self.codec, codes)
        return whole


def every_frame(seconds: float, work: Callable[[int], None]) -> None:
    """Call work(number of the frame) every 20 ms, in real time."""
    begin = time.monotonic()
    with prompt():
        for number in range(round(seconds / PTIME)):
            time.sleep(max(0.0, begin + number * PTIME - time.monotonic()))
            work(number)
        time.sleep(max(0.0, begin + seconds - time.monotonic()))


def talk(
    speakers: Iterable[tuple[Phone, Samples]],
    loss: float = 0.0,
    listeners: Sequence[Phone] = (),
) -> None:
    """All send their samples, of equal length, packet by packet; `loss` of 1 loses all."""
    pairs = list(speakers)
    dice = random.Random(1)

    def frame(number: int) -> None:
        for phone, samples in pairs:
            if dice.random() < loss:
                phone.skip()
            else:
                phone.send(samples[number * FRAME : (number + 1) * FRAME])
        for phone in (*(phone for phone, _ in pairs), *listeners):
            phone.hear()

    every_frame(len(pairs[0][1]) / 8000, frame)
