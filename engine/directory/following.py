"""Looks every few seconds whether another engine on the same database changed the directory."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import structlog

from engine.directory.directory import Directory
from engine.records import RecordError

FOLLOW_SECONDS = 5.0
log = structlog.get_logger("engine.directory")


class Following:
    def __init__(self, directory: Directory, seconds: float = FOLLOW_SECONDS) -> None:
        self._directory, self._seconds = directory, seconds
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="directory")

    async def stop(self) -> None:
        self._stopping.set()
        if self._task:
            await self._task

    async def _run(self) -> None:
        while not self._stopping.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), self._seconds)
                return
            try:
                await self._directory.catch_up()
            except RecordError as error:  # perhaps the database is there again next time
                log.error("directory", error=str(error))
