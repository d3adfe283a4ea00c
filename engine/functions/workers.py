"""The processes in which Python functions run: one call in each at a time.

A process that a call has left in an unknown state, by taking too long or by ending it, is killed
and another one takes its place when it is needed. Starting, waiting and killing block nobody.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from math import ceil

from config import FunctionSettings
from engine.functions import worker
from engine.functions.answer import FunctionFailed
from engine.functions.worker import HEADER, MAX_ANSWER

SEEN = ("PATH", "LANG", "LC_ALL", "TZ")
"""Of the engine's environment, whose other variables may be secrets."""
MAX_REPLY = 8 * MAX_ANSWER
"""Bytes: an answer inside of another JSON text, with every character escaped."""


@dataclass(frozen=True, slots=True, eq=False)
class Process:
    child: subprocess.Popen[bytes]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def exchange(self, request: bytes) -> bytes:
        """Raises IncompleteReadError or ConnectionError where the process has ended."""
        self.writer.write(HEADER.pack(len(request)) + request)
        await self.writer.drain()
        [length] = HEADER.unpack(await self.reader.readexactly(HEADER.size))
        if length > MAX_REPLY:
            raise FunctionFailed(f"its process wrote {length} bytes")
        return await self.reader.readexactly(length)


class Workers:
    """`run` may be called at any time until `close`."""

    def __init__(self, settings: FunctionSettings) -> None:
        self._settings = settings
        self._free = asyncio.Semaphore(settings.processes)
        self._idle: list[Process] = []
        self._starting: set[asyncio.Task[Process]] = set()
        self._ending: set[asyncio.Future[int]] = set()

    async def run(self, python: str, event: object, seconds: float) -> bytes:
        """JSON as that function answered it. The caller keeps the time: one that is cancelled, or
        timed out, takes the process with it. Raises FunctionFailed."""
        asked = {"python": python, "event": event, "seconds": ceil(seconds)}
        async with self._free:
            process = self._idle.pop() if self._idle else await self._another()
            try:
                told = json.loads(await process.exchange(json.dumps(asked).encode()))
            except (asyncio.IncompleteReadError, ConnectionError):
                self._end(process)
                raise FunctionFailed("its process ended") from None
            except BaseException:
                self._end(process)
                raise
            self._idle.append(process)
        if "error" in told:
            raise FunctionFailed(told["error"])
        return str(told["answer"]).encode()

    async def close(self) -> None:
        await asyncio.gather(*self._starting, return_exceptions=True)
        while self._idle:
            self._end(self._idle.pop())
        await asyncio.gather(*self._ending)

    async def _another(self) -> Process:
        """Where nobody waits for it any longer, it is there for the next call."""
        starting = asyncio.create_task(self._start())
        self._starting.add(starting)
        starting.add_done_callback(self._starting.discard)
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            starting.add_done_callback(self._keep)
            raise
        except OSError as error:
            raise FunctionFailed(f"no process for it: {error}") from error

    def _keep(self, started: asyncio.Task[Process]) -> None:
        if not started.cancelled() and not started.exception():
            self._idle.append(started.result())

    async def _start(self) -> Process:
        ours, theirs = socket.socketpair()
        with theirs:
            child = await asyncio.to_thread(self._spawn, theirs)
        reader, writer = await asyncio.open_connection(sock=ours)
        return Process(child, reader, writer)

    def _spawn(self, theirs: socket.socket) -> subprocess.Popen[bytes]:
        settings = self._settings
        seen = (*SEEN, *settings.environment)
        folder, megabytes = str(settings.directory.absolute()), str(settings.memory_megabytes)
        return subprocess.Popen(
            [sys.executable, "-I", worker.__file__, folder, megabytes],
            stdin=theirs.fileno(),
            env={name: os.environ[name] for name in seen if name in os.environ},
            start_new_session=True,  # what it starts is ended with it
        )

    def _end(self, process: Process) -> None:
        process.writer.close()
        with suppress(ProcessLookupError):
            os.killpg(process.child.pid, signal.SIGKILL)
        ended = asyncio.get_running_loop().run_in_executor(None, process.child.wait)
        self._ending.add(ended)
        ended.add_done_callback(self._ending.discard)
