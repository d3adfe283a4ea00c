"""After the call: every recording gets its manifest, then its lasting format and its waveform."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path

import structlog

from engine.errands import Errands
from engine.ledger import Ledger
from engine.records import RecordError, RecordingKind
from engine.track import CHANNELS
from recorder import (
    Facts,
    Finished,
    Part,
    RecordingError,
    Transcoder,
    TranscoderStopped,
    part_by_name,
)
from recorder.archive import manifest_path
from recorder.manifest import Format

KINDS = {Part.AGENT: RecordingKind.AGENT, Part.IVR: RecordingKind.IVR}
log = structlog.get_logger("engine.recordings")


class Sealing:
    """What is left undone at the stop is marked, and done at the next start."""

    def __init__(self, errands: Errands, wanted: Format, ledger: Ledger) -> None:
        self._errands, self._archive, self._ledger = errands, errands.archive, ledger
        self._transcoder = Transcoder(self._archive, wanted)
        self._tasks: set[asyncio.Task[None]] = set()

    def open(self) -> None:
        self._transcoder.start()
        if self._archive.healed:
            log.error("chain of recordings healed", what=self._archive.healed)
        for left in self._archive.unsealed():
            part = part_by_name(left.finished.path.name)
            self._spawn(self.seal(left.finished, Facts(left.started, CHANNELS[part])))
        for path in self._archive.unconverted():
            self._spawn(self._convert(path))

    async def halt(self) -> None:
        """Convert no more; what is sealed from now on waits for the next start."""
        await asyncio.to_thread(self._transcoder.stop)
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def seal(self, finished: Finished, facts: Facts) -> None:
        if not finished.path.exists():  # it never began
            return
        try:
            await asyncio.to_thread(self._archive.seal, finished, facts)
        except RecordingError as error:
            log.error("recording without a manifest", path=str(finished.path), error=str(error))
        else:
            self._spawn(self._convert(manifest_path(finished.path)))

    async def _convert(self, path: Path) -> None:
        kind = KINDS[part_by_name(path.with_suffix(".wav").name)]
        try:
            manifest = await asyncio.wrap_future(self._transcoder.submit(path))
            location = str(path.with_name(manifest.audio.file))
            await self._ledger.move_recording(manifest.recording.contact_id, location, kind)
            await asyncio.to_thread(self._archive.converted, path)
            await self._errands.upload(path.stem, manifest.recording.contact_id)
        except TranscoderStopped:  # it is marked, and goes on at the next start
            return
        except (RecordError, RecordingError) as error:
            log.error("recording not converted", path=str(path), error=str(error))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
