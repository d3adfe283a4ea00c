"""Keeps the SIP messages of contacts for `earshot trace`, off the path of the call.

    SipTransport --observe--> a queue --each second, a thread--> Tapes (whose?) --> TraceFiles
    Lines --------follow----^

On the path of a call a message is put into a queue; all else is done by a thread. A capture server
gets its copies from `HepExport`.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from itertools import groupby
from operator import attrgetter
from typing import Final

import structlog

from config import TraceSettings
from engine.tapes import Claim, Tapes
from engine.trace_files import TraceFiles
from sip.hep_export import HepExport
from sip.trace import Captured, Observer

WRITE_SECONDS: Final = 1.0  # so old is a trace at most
MAX_QUEUED: Final = 50_000  # messages in that time; beyond, the oldest are lost
log = structlog.get_logger("engine.traces")


class Traces:
    """Kept for as many contacts as the settings say; what goes to a capture server goes at once."""

    def __init__(self, settings: TraceSettings) -> None:
        """Raises OSError."""
        self._files = (
            TraceFiles(settings.directory, settings.max_contacts, settings.max_total_bytes)
            if settings.max_contacts
            else None
        )
        self._export = HepExport(settings) if settings.hep_host else None
        self._tapes = Tapes(settings.max_contact_bytes)
        self._queue: deque[Captured | Claim] = deque(maxlen=MAX_QUEUED)
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._failing = False

    @property
    def observers(self) -> list[Observer]:
        """Who wants to see the messages: nobody, where nothing is kept or sent on."""
        kept: list[Observer] = [self.observe] if self._files else []
        return [*kept, self._export] if self._export else kept

    def observe(self, captured: Captured) -> None:
        self._queue.append(captured)

    def follow(self, contact_id: str, party: str, call_id: str) -> None:
        """This leg, from its first message on, is part of the contact's trace."""
        if self._files:
            self._queue.append(Claim(call_id, contact_id, party))

    def start(self) -> None:
        if self._files:
            self._task = asyncio.create_task(self._run(), name="traces")

    async def stop(self) -> None:
        """Write what is left."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._flush()
        if self._export:
            self._export.close()

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            await asyncio.shield(self._flush())

    async def _flush(self) -> None:
        async with self._writing:
            news, self._queue = self._queue, deque(maxlen=MAX_QUEUED)
            if news and self._files:
                await asyncio.to_thread(self._write, self._files, news)

    def _write(self, files: TraceFiles, news: deque[Captured | Claim]) -> None:
        """In a thread. A disk that refuses costs traces, and one line in the log."""
        contact = attrgetter("contact_id")
        entries = sorted(self._tapes.sort(news), key=contact)  # stable: order in time stays
        try:
            for contact_id, group in groupby(entries, key=contact):
                files.append(contact_id, group)
        except OSError as error:
            if not self._failing:
                log.error("traces not written", error=str(error))
            self._failing = True
        else:
            self._failing = False
