"""Deletes what the rules say is too old, now and then: one node does it for all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from uuid import uuid4

import structlog

from config import RetentionRule
from engine.custody import Custody
from engine.lease import Lease, hold
from engine.records import RecordError
from engine.refused import Refused
from recorder.retention import expired, shortest

WHO = "retention"
SWEEP_SECONDS = 3600.0
LEASE_SECONDS = 2 * SWEEP_SECONDS
PAGE = 200  # contacts looked at with one question
log = structlog.get_logger("engine.retention")


class Retention:
    def __init__(self, custody: Custody, rules: Sequence[RetentionRule], lease: Lease) -> None:
        self._custody, self._rules = custody, rules
        self._lease, self._holder = lease, str(uuid4())
        self._stopping = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        if self._rules:
            self._task = asyncio.create_task(self._run(), name="retention")

    async def stop(self) -> None:
        self._stopping.set()
        if self._task:
            await self._task

    async def sweep(self, now: datetime) -> int:
        """Decide on all that is too old now; how many contacts. Raises RecordError."""
        deleted, after = 0, ""
        while not self._stopping.is_set():
            page = await self._custody.ended_before(now - shortest(self._rules), after, PAGE)
            for contact in page:
                after = contact.contact_id
                if why := expired(self._rules, contact, now):
                    deleted += await self._delete(contact.contact_id, why, now)
            if len(page) < PAGE:
                break
        return deleted

    async def _delete(self, contact_id: str, why: str, now: datetime) -> bool:
        try:
            await self._custody.delete(contact_id, WHO, why, now)
        except Refused as error:  # it was held a moment ago, or is recorded once more
            log.info("kept", contact_id=contact_id, why=str(error))
            return False
        log.info("deleted", contact_id=contact_id, why=why)
        return True

    async def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                if await hold(self._lease, WHO, self._holder, LEASE_SECONDS):
                    await self.sweep(datetime.now(UTC))
            except RecordError as error:
                log.error("retention", error=str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), SWEEP_SECONDS)
