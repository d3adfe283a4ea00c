"""Sees to the errands of recordings, a few at a time, for as long as it takes.

Whoever writes an errand into the database has it done, `earshot recordings` as much as the engine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from config import StoreSettings
from engine.custody import Custody
from engine.records import RecordError, RecordingKind
from recorder import Archive, RecordingError
from recorder.erasure import erase
from recorder.errand import Errand, State, Task
from recorder.object_store import ObjectStore, StoreError
from recorder.store import recording_path
from recorder.upload import UploadRefused, let_go, upload

POLL_SECONDS = 5.0  # how late what another process wanted may be seen
STOP_SECONDS = 2.0
log = structlog.get_logger("engine.errands")


class Errands:
    """One task that looks what is due, and one for each errand under way."""

    def __init__(
        self,
        custody: Custody,
        archive: Archive,
        settings: StoreSettings,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        """Raises RecordingError when the store's settings lead nowhere."""
        self.store = ObjectStore(settings) if settings.location else None
        self.archive, self.custody = archive, custody
        self._parallel, self._poll_seconds = settings.parallel, poll_seconds
        self._give_up = timedelta(days=settings.give_up_days)
        self._running: dict[str, asyncio.Task[None]] = {}
        self._woken, self._stopping = asyncio.Event(), False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="errands")

    async def stop(self) -> None:
        """Soon: what is still under way then is done again at the next start."""
        self._stopping = True
        self._woken.set()
        await end([self._task] if self._task else [])
        await end([*self._running.values()])

    async def upload(self, name: str, contact_id: str) -> None:
        """That recording has its lasting format. Raises RecordError."""
        if self.store:
            now = datetime.now(UTC)
            await self.custody.add(Errand(name, contact_id, Task.UPLOAD, since=now, due=now))
            self._woken.set()

    async def _run(self) -> None:
        caught_up = False
        while not self._stopping:
            self._woken.clear()
            try:
                if not caught_up:
                    await self._catch_up()
                    caught_up = True
                await self._begin_what_is_due()
            except (RecordError, RecordingError, OSError) as error:
                log.error("errands", error=str(error))
            if not self._stopping:
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), self._poll_seconds)

    async def _catch_up(self) -> None:
        """What a crash kept from becoming an errand, and what is older than the store."""
        if self.store is None:
            return
        waiting = await asyncio.to_thread(self.archive.waiting)
        for one in await self.custody.outside(self.store.url("").rstrip("/")):
            if one.kind is RecordingKind.TRANSCRIPT:
                continue
            path = recording_path(self.archive.directory, f"{one.name}.wav").with_suffix(".json")
            if one.name not in waiting and await asyncio.to_thread(path.exists):
                await self.upload(one.name, one.contact_id)

    async def _begin_what_is_due(self) -> None:
        room = self._parallel - len(self._running)
        if room > 0:
            for errand in await self.custody.due(datetime.now(UTC), room, self._running.keys()):
                task = asyncio.create_task(self._attempt(errand), name=f"errand {errand.name}")
                self._running[errand.name] = task

    async def _attempt(self, errand: Errand) -> None:
        try:
            after = await self._outcome(errand)
            await self.custody.settle(errand, after)
            if after.state is State.DEAD:
                log.error("dead letter", recording=errand.name, task=errand.task, error=after.error)
        except Exception:  # it stays as it was, and due; the others go on
            log.exception("errand not settled", recording=errand.name)
            await asyncio.sleep(self._poll_seconds)
        finally:
            del self._running[errand.name]
            self._woken.set()

    async def _outcome(self, errand: Errand) -> Errand:
        try:
            match errand.task:
                case Task.UPLOAD:
                    await self._upload(errand)
                case Task.ERASE:
                    await self._erase(errand)
        except UploadRefused as error:
            return errand.refuse(str(error))
        except (RecordingError, OSError) as error:
            log.warning("errand failed", recording=errand.name, task=errand.task, error=str(error))
            return errand.fail(str(error), datetime.now(UTC), self._give_up)
        log.info("errand done", recording=errand.name, task=errand.task)
        return errand.succeed()

    async def _upload(self, errand: Errand) -> None:
        if self.store is None:
            raise StoreError("no store is configured")
        url = await upload(self.store, self.archive.directory, errand.name)
        await self.custody.place(errand, url)
        local = recording_path(self.archive.directory, url.rpartition("/")[2])
        await asyncio.to_thread(let_go, local)

    async def _erase(self, errand: Errand) -> None:
        recording = await self.custody.recording(errand)
        remote = "://" in recording.location
        if remote and not (self.store and self.store.key(recording.location)):
            raise StoreError(f"{recording.location} is in a store that is not configured")
        assert recording.deleted, "only what was deleted is erased"
        who, why = recording.deleted_by or "", recording.deletion_reason or ""
        if recording.kind is RecordingKind.TRANSCRIPT:
            path = Path(recording.location)
            await asyncio.to_thread(self.archive.bury_text, path, who, why, recording.deleted)
            return
        await erase(self.archive, self.store, errand.name, who, why, recording.deleted)


async def end(tasks: Sequence[asyncio.Task[None]]) -> None:
    """Let them end by themselves, but not for long."""
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
