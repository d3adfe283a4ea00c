"""Writes contact records to the database in order, off the path of the call; callbacks that wait,
and the audit trail, too.

A contact that changes faster than the database writes is written once, in its latest form.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import structlog

from engine import kept_callbacks
from engine.audit import AuditRecord
from engine.kept_callbacks import KeptCallback
from engine.records import (
    ContactRecord,
    RecordError,
    RecordingKind,
    RecordingStatus,
    Records,
    narrow,
)
from recorder import Finished

RETRY_SECONDS = 1.0
MAX_WAITING = 20_000  # contacts, and audit lines: days of a database that is gone
log = structlog.get_logger("engine.ledger")


class Ledger:
    """The one writer of `Records` while the engine runs."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._contacts: dict[str, ContactRecord] = {}  # waiting, by contact id
        self._callbacks: dict[str, KeptCallback | None] = {}  # None: it waits no longer
        self._audits: list[AuditRecord] = []
        self._listeners: list[Callable[[ContactRecord], None]] = []
        self._changed = asyncio.Event()
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def listen(self, listener: Callable[[ContactRecord], None]) -> None:
        """It is told of each form of each contact, before that is written."""
        self._listeners.append(listener)

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="ledger")

    async def stop(self) -> None:
        """Write what is left, then stop."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if not await self.flush():
            log.error("records lost", contacts=sorted(self._contacts), audits=len(self._audits))

    def save(self, record: ContactRecord) -> None:
        """Never waits; the record is in the database soon after."""
        for listener in self._listeners:
            listener(record)
        if len(self._contacts) >= MAX_WAITING and record.contact_id not in self._contacts:
            lost = self._contacts.pop(next(iter(self._contacts)))
            log.error("record lost: too many wait for the database", contact_id=lost.contact_id)
        self._contacts[record.contact_id] = record
        self._changed.set()

    def keep(self, callback: KeptCallback) -> None:
        """It waits to be called back, also after a restart. Never waits itself."""
        self._callbacks[callback.contact_id] = callback
        self._changed.set()

    def forget(self, contact_id: str) -> None:
        """It is called back, or is not to be. Never waits."""
        self._callbacks[contact_id] = None
        self._changed.set()

    def audit(self, who: str, action: str, contact_id: str | None, detail: str = "") -> None:
        """A line of the audit trail. Never waits."""
        line = AuditRecord(datetime.now(UTC), who, action, contact_id, detail)
        log.info("audit", who=who, action=action, contact_id=contact_id, detail=detail)
        if len(self._audits) < MAX_WAITING:  # beyond, the log has it
            self._audits.append(line)
        self._changed.set()

    async def begin_recording(
        self, contact_id: str, started: datetime, path: Path, kind: RecordingKind
    ) -> None:
        """The row of a recording, of a contact that was saved. Raises RecordError."""
        if not await self.flush():
            raise RecordError("the contact record could not be written")
        await self._records.start_recording(contact_id, str(path), started, kind)

    async def end_recording(self, finished: Finished, stop: datetime, kind: RecordingKind) -> None:
        """How it came out. Raises RecordError."""
        kept = RecordingStatus.INTERRUPTED if finished.frames else RecordingStatus.FAILED
        await self._records.finish_recording(
            finished.contact_id,
            kept if finished.error else RecordingStatus.AVAILABLE,
            stop,
            frames=narrow(finished.frames, finished.sample_rate),
            overruns=narrow(finished.overruns, finished.sample_rate),
            error=finished.error,
            kind=kind,
        )

    async def end_text(self, contact_id: str, stop: datetime, error: str | None) -> None:
        """How the transcript of a chat came out. Raises RecordError."""
        status = RecordingStatus.FAILED if error else RecordingStatus.AVAILABLE
        kind = RecordingKind.TRANSCRIPT
        await self._records.finish_recording(
            contact_id, status, stop, frames=0, error=error, kind=kind
        )

    async def move_recording(self, contact_id: str, location: str, kind: RecordingKind) -> None:
        """Where it lies from now on. Raises RecordError."""
        await self._records.move_recording(contact_id, location, kind)

    async def flush(self) -> bool:
        """Write everything that waits. False when the database refused: it is kept for later."""
        async with self._writing:
            try:
                while self._contacts:
                    contact_id, record = next(iter(self._contacts.items()))
                    await self._records.save_contact(record)
                    if self._contacts.get(contact_id) is record:
                        del self._contacts[contact_id]
                while self._callbacks:
                    contact_id, callback = next(iter(self._callbacks.items()))
                    await self._write(contact_id, callback)
                    if self._callbacks.get(contact_id) is callback:
                        del self._callbacks[contact_id]
                while self._audits:
                    await self._records.audit(self._audits[0])
                    del self._audits[0]
            except RecordError as error:
                log.error("records not written", error=str(error), contacts=len(self._contacts))
                return False
            return True

    async def _write(self, contact_id: str, callback: KeptCallback | None) -> None:
        if callback:
            await kept_callbacks.save(self._records, callback)
        else:
            await kept_callbacks.drop(self._records, contact_id)

    async def _run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            if not await self.flush():
                await asyncio.sleep(RETRY_SECONDS)
                self._changed.set()
