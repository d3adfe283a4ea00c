"""rtpengine as a relay to compare with: its process, in user space, and calls through it.

    async with Rtpengine(cpu=1) as relay:
        ports = await relay.call("1", (40000, 40002))

Debian and Ubuntu have it as `rtpengine-daemon`. One media thread, no recording, PCMU on both sides.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
from collections.abc import Mapping
from typing import Self

from bench.bencode import Value, decode, encode
from bench.load import HOST
from tests.rig.child import end_child

PROGRAM = "rtpengine"
PORT_MIN, PORT_MAX = 10000, 29999  # limit; below the ports the system gives away
NO_KERNEL = "--table=-1"
START_SECONDS, ANSWER_SECONDS, TRY_SECONDS = 10.0, 5.0, 0.1
LARGEST_ANSWER = 65536
SDP = (
    "v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
    "m=audio {port} RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
)


class RtpengineFailed(Exception):
    """It did not start, or refused a call; the text is what it said."""


def installed() -> bool:
    return shutil.which(PROGRAM) is not None


class Rtpengine:
    """Alive inside the block; what it logs goes nowhere."""

    def __init__(self, *, cpu: int | None = None) -> None:
        self._pinned = [] if cpu is None else ["taskset", "-c", str(cpu)]
        self._asked = 0

    @property
    def pid(self) -> int:
        return self._process.pid

    async def __aenter__(self) -> Self:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        control = free_port()
        self._socket.connect((HOST, control))
        options = [f"--interface={HOST}", f"--listen-ng={HOST}:{control}", NO_KERNEL]
        options += [f"--port-min={PORT_MIN}", f"--port-max={PORT_MAX}", "--num-threads=1"]
        options += ["--config-file=none", "--foreground", "--log-stderr", "--log-level=2"]
        self._process = await asyncio.create_subprocess_exec(
            *(*self._pinned, PROGRAM, *options),
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await self._until_ready()
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stop()

    async def call(self, name: str, phones: tuple[int, int]) -> tuple[int, int]:
        """The UDP ports to which the two phones send what the other shall hear."""
        parties = {"call-id": name, "from-tag": "a"}
        for_second = await self._ask(
            {"command": "offer", "sdp": SDP.format(host=HOST, port=phones[0])} | parties
        )
        for_first = await self._ask(
            {"command": "answer", "sdp": SDP.format(host=HOST, port=phones[1]), "to-tag": "b"}
            | parties
        )
        return port_of(for_first), port_of(for_second)

    async def _ask(
        self, request: Mapping[str, Value], seconds: float = ANSWER_SECONDS
    ) -> Mapping[str, Value]:
        loop = asyncio.get_running_loop()
        self._asked += 1
        cookie = b"%d " % self._asked
        async with asyncio.timeout(seconds):
            await loop.sock_sendall(self._socket, cookie + encode(request))
            answer = b""
            while not answer.startswith(cookie):  # an answer to what was given up is none to this
                answer = await loop.sock_recv(self._socket, LARGEST_ANSWER)
        value = decode(answer.removeprefix(cookie))
        if not isinstance(value, Mapping) or value.get("result") not in ("ok", "pong"):
            raise RtpengineFailed(f"{request['command']}: {value}")
        return value

    async def _until_ready(self) -> None:
        async with asyncio.timeout(START_SECONDS):
            while True:
                try:
                    await self._ask({"command": "ping"}, TRY_SECONDS)
                    return
                except (ConnectionRefusedError, TimeoutError):
                    if self._process.returncode is not None:
                        raise RtpengineFailed(f"it ended: {self._process.returncode}") from None
                    await asyncio.sleep(TRY_SECONDS)

    async def _stop(self) -> None:
        self._socket.close()
        if self._process.returncode is None:
            self._process.terminate()
        await end_child(self._process)


def port_of(answer: Mapping[str, Value]) -> int:
    """Of the audio in the session description of an answer."""
    found = re.search(r"^m=audio (\d+) ", str(answer["sdp"]), re.MULTILINE)
    if not found:
        raise RtpengineFailed(f"no audio in {answer['sdp']}")
    return int(found[1])


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
