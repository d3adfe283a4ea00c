"""Keeps registrations over a restart: read at the start, written behind, many at a time.

A binding that is lost because it was not written yet costs little: the phone registers again.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import structlog

from engine.records import BindingRecord, RecordError, Records
from sip import KeptBinding, SipTransport

log = structlog.get_logger("engine")

SAVE_SECONDS = 2.0
"""What changed in between is written at once."""


class Bindings:
    def __init__(self, sip: SipTransport, records: Records) -> None:
        self._sip, self._records = sip, records
        self._waiting: dict[str, list[BindingRecord]] = {}  # by user, as they are now
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Tell the registrar, which is open, what it knew before. Raises RecordError."""
        now = datetime.now(UTC)
        left = [
            KeptBinding(one.username, (one.until - now).total_seconds(), one.facts)
            for one in await self._records.bindings()
        ]
        back = self._sip.restore_bindings(left)
        if left:
            log.info("registrations of before", restored=back, over=len(left) - back)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Write what is new, unless it never started; the registrar must still be there."""
        if self._task is None:
            return
        self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task
        await self.flush()

    async def flush(self) -> bool:
        """Write what has changed. False when the database refused: it is kept for later."""
        now = datetime.now(UTC)
        for username, held in self._sip.changed_bindings().items():
            self._waiting[username] = [
                BindingRecord(username, now + timedelta(seconds=one.seconds), one.facts)
                for one in held
            ]
        if not self._waiting:
            return True
        try:
            await self._records.save_bindings(self._waiting)
        except RecordError as error:
            log.error("registrations not written", error=str(error), users=len(self._waiting))
            return False
        self._waiting.clear()
        return True

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            await self.flush()
