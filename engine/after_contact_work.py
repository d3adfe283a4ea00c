"""After-contact work in the contact's record, which is over before the work is, most often."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime

import structlog

from engine.ledger import Ledger
from engine.records import RecordError, Records
from engine.registry import Registry

log = structlog.get_logger("engine.ledger")


class AfterContactWork:
    """Told when it is over."""

    def __init__(self, records: Records, ledger: Ledger, registry: Registry) -> None:
        self._records, self._ledger, self._registry = records, ledger, registry
        self._writing: set[asyncio.Task[None]] = set()

    def over(self, contact_id: str, start: datetime, end: datetime) -> None:
        """Never waits; of a contact that goes on with another agent it is noted at once."""
        if live := self._registry.get(contact_id):
            live.note(end, work_start=start, work_end=end)
            self._ledger.save(live.record)
            return
        task = asyncio.create_task(self._write(contact_id, start, end))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)

    async def stop(self) -> None:
        """What is on its way is written."""
        await asyncio.gather(*self._writing)

    async def _write(self, contact_id: str, start: datetime, end: datetime) -> None:
        try:
            await self._ledger.flush()
            record = await self._records.contact(contact_id)
        except RecordError as error:
            log.error("after-contact work not noted", contact_id=contact_id, error=str(error))
            return
        if record:
            self._ledger.save(replace(record, last_update=end, work_start=start, work_end=end))
