"""What every phone that is a program of its own has: a process, events, commands with a reply."""

from __future__ import annotations

import asyncio
import itertools
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Self

from tests.rig.patience import PATIENCE_SECONDS
from tests.rig.phone_events import EventLog, PhoneError, PhoneEvent


class PhoneProcess(ABC):
    """Used as `async with`: started on entry, stopped and reaped on exit."""

    def __init__(self, name: str, log: Path) -> None:
        self.name = name
        self.events = EventLog(name)
        self._log = log  # named in errors: where to look for the reason
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._replies: dict[int, asyncio.Future[Any]] = {}
        self._numbers = itertools.count(1)

    @abstractmethod
    async def start(self) -> None:
        """Start the process and wait until it takes commands. Raises PhoneError."""

    @abstractmethod
    async def stop(self) -> None:
        """Hang up, unregister, end the process; harmless when it never started or is gone."""

    async def vanish(self) -> None:
        """Die on the spot: no BYE, no un-REGISTER, no more RTP."""
        assert self._process, "vanish() before start()"
        self._process.kill()
        await self._process.wait()

    async def wait_for(self, kind: str, within: float = PATIENCE_SECONDS) -> PhoneEvent:
        """The earliest event of that kind not yet waited for; PhoneTimeout after `within` s."""
        return await self.events.wait_for(kind, within=within)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _until_registered(self, within: float) -> None:
        event = await self.events.wait_for("registered", "registration_failed", within=within)
        if event.kind != "registered":
            raise PhoneError(f"{self.name}: {event}")

    async def _ask(self, command: str, send: Callable[[int], Awaitable[None]]) -> Any:
        """Send a command under a new number and wait for the reply with that number."""
        number = next(self._numbers)
        self._replies[number] = asyncio.get_running_loop().create_future()
        try:
            self._check_alive()
            await send(number)
            return await asyncio.wait_for(self._replies[number], PATIENCE_SECONDS)
        except TimeoutError:
            raise PhoneError(f"{self.name}: {command} was never answered") from None
        finally:
            del self._replies[number]

    def _check_alive(self) -> None:
        if self._reader is None or self._reader.done():
            raise PhoneError(f"{self.name}: its process does not run; see {self._log}")

    def _reply(self, number: int, reply: object) -> None:
        future = self._replies.get(number)
        if future is not None and not future.done():
            future.set_result(reply)

    def _gone(self) -> None:
        """The process told its last: nobody may wait any longer."""
        reason = f"its process ended; see {self._log}"
        self.events.end(reason)
        for future in self._replies.values():
            if not future.done():
                future.set_exception(PhoneError(f"{self.name}: {reason}"))
