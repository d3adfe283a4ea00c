"""Recording of conversations: the tap in the mixer, the row in the database, the file on disk.

The tap opens at the instant of the bridge. Its frames wait in the media core while the row is
written and the file is made, so no frame reaches the disk before the row that names it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from config import RecordingSettings
from engine.ledger import Ledger
from engine.live import LiveContact
from engine.records import ContactRecord, RecordError
from mixer import Farm, MixerFull, Tap
from recorder import (
    Archive,
    Facts,
    Finished,
    RecordingError,
    Transcoder,
    TranscoderStopped,
    Writer,
    frame_at,
    frame_from,
    recording_name,
    recording_path,
)
from recorder.archive import manifest_path
from recorder.recording import SAMPLE_RATE

log = structlog.get_logger("engine.recordings")


class Recordings:
    """Starts and ends the recordings of contacts."""

    def __init__(
        self, mixer: Farm, settings: RecordingSettings, ledger: Ledger, archive: Archive
    ) -> None:
        self._mixer, self._settings, self._ledger = mixer, settings, ledger
        self._loop = asyncio.get_running_loop()
        self._writer = Writer(settings, self._on_finished)
        self._archive = archive
        self._transcoder = Transcoder(archive, settings.format)
        self._opened: dict[str, float] = {}  # on the loop's clock, beside `_started`
        self._started: dict[str, datetime] = {}  # by contact id, until its file is closed
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        self._writer.start()
        self._transcoder.start()
        if self._archive.healed:
            log.error("chain of recordings healed", what=self._archive.healed)
        for left in self._archive.unsealed():
            self._spawn(self._seal(left.finished, left.started))
        for path in self._archive.unconverted():
            self._spawn(self._convert(path))

    async def close(self) -> None:
        """Every file is closed and every row says so when this returns."""
        await asyncio.to_thread(self._transcoder.stop)  # what is left goes on at the next start
        await self._settle()
        await asyncio.to_thread(self._writer.stop)
        await self._settle()

    def start(self, live: LiveContact) -> None:
        """Nothing where the flow asked for no recording. A failure is an alarm, not an end.

        After a transfer the one that runs goes on.
        """
        if not live.recorded or live.tap is not None:
            return
        try:
            live.tap = self._mixer.open_tap(beside=live.customer.rtp.port)
        except MixerFull as error:
            log.error("conversation is not recorded", contact_id=live.contact_id, error=str(error))
            return
        self._started[live.contact_id] = datetime.now(UTC)
        self._opened[live.contact_id] = self._loop.time()
        self._spawn(self._begin(live.record, live.tap))

    def stop(self, live: LiveContact) -> None:
        """The file ends at this instant; its last frames are written soon after."""
        if live.tap is not None:
            live.tap.close()
            live.tap = None

    async def _begin(self, record: ContactRecord, tap: Tap) -> None:
        contact_id, started = record.contact_id, self._started[record.contact_id]
        path = recording_path(self._settings.directory, recording_name(contact_id, started))
        try:
            await self._ledger.begin_recording(record, started, path)
            await asyncio.to_thread(self._writer.start_recording, contact_id, started, tap)
            log.info("recording", contact_id=contact_id, path=str(path))
        except (RecordError, RecordingError) as error:
            tap.close()
            log.error("conversation is not recorded", contact_id=contact_id, error=str(error))
            await self._end(Finished(contact_id, path, 0, SAMPLE_RATE, 0, str(error)))

    def _on_finished(self, finished: Finished) -> None:
        """Called on the writer's thread."""
        self._loop.call_soon_threadsafe(self._spawn, self._end(finished))

    async def _end(self, finished: Finished) -> None:
        length = timedelta(seconds=finished.frames / finished.sample_rate)
        started = self._started.pop(finished.contact_id)
        del self._opened[finished.contact_id]
        stop = started + length
        if finished.error or finished.overruns:
            log.error(
                "recording damaged",
                contact_id=finished.contact_id,
                error=finished.error,
                lost_frames=finished.overruns,
            )
        try:
            await self._ledger.end_recording(finished, stop)
        except RecordError as error:
            log.error("recording row", contact_id=finished.contact_id, error=str(error))
        await self._seal(finished, started)

    def suspend(self, contact_id: str, reason: str, who: str) -> None:
        """Nothing said from now on is recorded. Raises RecordingError."""
        started = self._started_of(contact_id)
        self._writer.suspend(contact_id, frame_at(started, self._now(contact_id)), reason, who)

    def resume(self, contact_id: str, reason: str) -> None:
        started = self._started_of(contact_id)
        self._writer.resume(contact_id, frame_from(started, self._now(contact_id)), reason)

    def _started_of(self, contact_id: str) -> datetime:
        try:
            return self._started[contact_id]
        except KeyError:
            raise RecordingError(f"{contact_id} is not being recorded") from None

    def _now(self, contact_id: str) -> datetime:
        """By the clock that does not jump: a corrected wall clock must not move a suspension."""
        since = self._loop.time() - self._opened[contact_id]
        return self._started[contact_id] + timedelta(seconds=since)

    async def _seal(self, finished: Finished, started: datetime) -> None:
        if not finished.path.exists():  # it never began
            return
        try:
            await asyncio.to_thread(self._archive.seal, finished, Facts(started))
        except RecordingError as error:
            log.error("recording without a manifest", path=str(finished.path), error=str(error))
        else:
            self._spawn(self._convert(manifest_path(finished.path)))

    async def _convert(self, path: Path) -> None:
        try:
            manifest = await asyncio.wrap_future(self._transcoder.submit(path))
            location = str(path.with_name(manifest.audio.file))
            await self._ledger.move_recording(manifest.recording.contact_id, location)
            await asyncio.to_thread(self._archive.converted, path)
        except TranscoderStopped:  # it is marked, and goes on at the next start
            return
        except (RecordError, RecordingError) as error:
            log.error("recording not converted", path=str(path), error=str(error))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _settle(self) -> None:
        await asyncio.sleep(0)  # lets what the writer's thread handed over begin
        while self._tasks:
            await asyncio.gather(*self._tasks)
