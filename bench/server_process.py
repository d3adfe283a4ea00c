"""A server of the bench as a process of its own: the bridge, or the bare forwarder."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from typing import Self

from bench.bridge import CALLEE, PASSWORD
from bench.engine_process import HOST, ROOT, START_SECONDS, EngineFailed
from bench.usage import cpu_of, resident_bytes
from tests.rig.child import end_child
from tests.rig.phone import Phone

STOP_SECONDS = 5.0
POLL_SECONDS = 0.2


class ServerProcess:
    """`python -m bench.<module> PORT ...`, used as `async with`."""

    def __init__(self, module: str, *ports: int, cpu: int | None) -> None:
        self.port = ports[0]
        pinned = [] if cpu is None else ["taskset", "-c", str(cpu)]
        self._command = [*pinned, sys.executable, "-m", f"bench.{module}", *map(str, ports)]

    async def __aenter__(self) -> Self:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=pipe, stdout=pipe, cwd=ROOT
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                if not await self._line():
                    raise EngineFailed(f"{' '.join(self._command)} did not start")
        except BaseException:
            await end_child(self._process, grace=0.0)
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        await end_child(self._process, grace=STOP_SECONDS)

    def cpu_us(self) -> float:
        """Since it started."""
        return cpu_of(self._process.pid).total

    def resident_bytes(self) -> int:
        return resident_bytes(self._process.pid)

    async def open(self) -> dict[str, int]:
        """What the bridge holds right now, by name."""
        assert self._process.stdin
        self._process.stdin.write(b"\n")
        counts: dict[str, int] = json.loads(await self._line())
        return counts

    async def until(self, done: Callable[[dict[str, int]], bool], within: float) -> dict[str, int]:
        """Wait for a state of the bridge; what it is then. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while True:
                counts = await self.open()
                if done(counts):
                    return counts
                await asyncio.sleep(POLL_SECONDS)

    async def register(self, callee_port: int) -> None:
        """Have calls go there. Raises Refused."""
        async with Phone(CALLEE, PASSWORD, (HOST, self.port)) as phone:
            await phone.register(contact=f"<sip:{CALLEE}@{HOST}:{callee_port}>")

    async def _line(self) -> bytes:
        assert self._process.stdout
        return await self._process.stdout.readline()
