"""Recording of conversations: the tap in the mixer, the row in the database, the file on disk.

The tap opens at the instant of the bridge. Its frames wait in the media core while the row is
written and the file is made, so no frame reaches the disk before the row that names it.

A contact has two recordings at most: of what it said to our prompts, which a flow may switch on and
off (off is silence) and which is over when an agent has the contact; and of its conversations,
which is one for all who have it, where phones transfer it among them. What cannot be recorded is an
alarm; by the instance's policy the conversation goes on without, or is ended.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from pathlib import Path

import structlog

from config import RecordingSettings
from engine.beep import Beeper
from engine.codecs import speaks_wideband
from engine.digit_guard import DigitGuard
from engine.errands import Errands
from engine.ledger import Ledger
from engine.live import LiveContact
from engine.records import RecordError
from engine.sealing import KINDS, Sealing
from engine.track import Side, Track
from mixer import Farm, MixerFull, Port, PortGone, PortStats, Tap
from recorder import (
    Finished,
    Order,
    Part,
    RecordingError,
    Resume,
    Suspend,
    Writer,
    duration,
    recording_name,
    recording_path,
)

BY_FLOW, BY_DIGITS = "flow", "digits"
"""Reasons of suspensions that nobody asked for by the API."""
log = structlog.get_logger("engine.recordings")


@dataclass(slots=True)
class Alarms:
    """How often, since the start of the engine."""

    unrecorded: int = 0
    """Conversations that should have been recorded and were not."""
    damaged: int = 0
    """Recordings with an error or with lost frames."""


class Recordings:
    """Starts, suspends and ends the recordings of contacts.

    `on_refusal` is told the contact that may not go on, since it cannot be recorded.
    """

    def __init__(
        self,
        mixer: Farm,
        settings: RecordingSettings,
        ledger: Ledger,
        errands: Errands,
        guarded: Mapping[str, float],
        on_refusal: Callable[[str], None],
    ) -> None:
        """`guarded`: the quiet seconds of numbers whose contacts may key card numbers."""
        self._mixer, self._settings, self._ledger = mixer, settings, ledger
        self._guarded, self._on_refusal = guarded, on_refusal
        self._loop = asyncio.get_running_loop()
        self._beeper = Beeper(mixer, settings.beep_seconds)
        self._writer = Writer(settings, self._on_finished, errands.archive.vault)
        self._sealing = Sealing(errands, settings.format, ledger)
        self._running: dict[tuple[str, Part], Track] = {}  # by contact id, until the tap is closed
        self._tracks: dict[Path, Track] = {}  # until the file is
        self._guards: dict[str, DigitGuard] = {}  # by contact id
        self._tasks: set[asyncio.Task[None]] = set()
        self.alarms = Alarms()

    def open(self) -> None:
        self._writer.start()
        self._sealing.open()

    async def close(self) -> None:
        """Every file is closed and every row says so when this returns."""
        await self._sealing.halt()
        await self._settle()
        await asyncio.to_thread(self._writer.stop)
        await self._settle()

    def obstacle(self) -> str | None:
        """Why no recording can be made now, where the instance lets nobody talk without."""
        return self._writer.obstacle() if self._must_record else None

    def start(self, live: LiveContact) -> None:
        """An agent has the contact: what the flow asked for is recorded from now on.

        After a transfer the one that runs goes on; one that was stopped stays so.
        """
        self.stop(live, Part.IVR)
        track = self.track(live, Part.AGENT)
        if track:
            self._switch(track, on=bool(live.recorded))
        elif live.recorded and Part.AGENT not in live.taped:
            live.tap = self._begin(live, Part.AGENT)
        self.observe(live)

    def automated(self, live: LiveContact, *, on: bool) -> None:
        """Record what the contact says to our prompts, or not: silence from now on."""
        if track := self.track(live, Part.IVR):
            self._switch(track, on=on)
        elif on and Part.IVR not in live.taped:
            live.ivr_tap = self._begin(live, Part.IVR)
            self._mixer.route(live.contact_id, live.routes())

    def stop(self, live: LiveContact, part: Part) -> None:
        """The file ends at this instant; its last frames are written soon after."""
        if track := self.track(live, part):
            track.end(self._loop.time(), self._figures)
            self._close_tap(live, track)

    def stop_all(self, live: LiveContact) -> None:
        for part in Part:
            self.stop(live, part)
        self._guards.pop(live.contact_id, None)

    def observe(self, live: LiveContact) -> None:
        """Who talks, or who is on hold, has changed."""
        self._note_guard(live)
        if track := self.track(live, Part.AGENT):
            track.hold(live.customer_held, self._loop.time())
            track.hear(heard_in(live, Part.AGENT), self._figures)

    def track(self, live: LiveContact, part: Part) -> Track | None:
        """The recording that runs; None where none does."""
        return self._running.get((live.contact_id, part))

    def suspend(self, track: Track, reason: str, who: str, since: float | None = None) -> None:
        """Nothing said from now on is recorded, or `since` then, as far as it is not written yet.

        Raises RecordingError when it is over.
        """
        if reason not in track.suspended:
            at = track.frame_at(self._loop.time() if since is None else since)
            self._tell(track, Suspend(track.path, at, reason, who))
            track.suspended.add(reason)

    def resume(self, track: Track, reason: str) -> None:
        """Raises RecordingError when it is over."""
        if reason in track.suspended:
            self._tell(track, Resume(track.path, track.frame_from(self._loop.time()), reason))
            track.suspended.discard(reason)

    def digit(self, live: LiveContact, seconds: float) -> None:
        """A key was pressed on this contact for so long: what is keyed may be a card number."""
        self._note_guard(live)
        if not live.digits_quiet_seconds:
            return
        guard = self._guards.get(live.contact_id)
        if guard is None:
            guard = self._guards[live.contact_id] = DigitGuard(live.digits_quiet_seconds)
        since = guard.digit(seconds, self._loop.time())
        if since is not None:
            for track in self._tracks_of(live):
                self._silence(track, since, BY_DIGITS)
            self._loop.call_at(guard.deadline, self._quiet, live, guard, guard.deadline)

    def _note_guard(self, live: LiveContact) -> None:
        wanted = self._guarded.get(live.number, 0.0)
        live.digits_quiet_seconds = max(live.digits_quiet_seconds, wanted)

    def _quiet(self, live: LiveContact, guard: DigitGuard, due: float) -> None:
        """No digit came for a while, unless one did."""
        if guard.tick(max(due, self._loop.time())):  # the loop may wake a hair early
            for track in self._tracks_of(live):
                self._end_silence(track, BY_DIGITS)
        else:
            self._loop.call_at(guard.deadline, self._quiet, live, guard, guard.deadline)

    def _silence(self, track: Track, since: float, reason: str) -> None:
        with contextlib.suppress(RecordingError):  # it is over: nothing more is written
            self.suspend(track, reason, reason, since)

    def _end_silence(self, track: Track, reason: str) -> None:
        with contextlib.suppress(RecordingError):
            self.resume(track, reason)

    def _tracks_of(self, live: LiveContact) -> list[Track]:
        return [track for part in Part if (track := self.track(live, part))]

    def _switch(self, track: Track, *, on: bool) -> None:
        """As the flow's last block wants it."""
        if on:
            self._end_silence(track, BY_FLOW)
        else:
            self._silence(track, self._loop.time(), BY_FLOW)

    def _tell(self, track: Track, order: Order) -> None:
        if track.begun:
            self._writer.tell(order)
        else:
            track.orders.append(order)

    def _begin(self, live: LiveContact, part: Part) -> Tap | None:
        try:
            tap = self._mixer.open_tap(beside=live.customer.port, wide=is_wide(live, part))
        except MixerFull as error:
            self._alarm(live.contact_id, str(error))
            return None
        started = datetime.now(UTC)
        name = recording_name(live.contact_id, started, part)
        path = recording_path(self._settings.directory, name)
        track = Track(live.contact_id, part, started, self._loop.time(), tap, path)
        track.hear(heard_in(live, part), self._figures)
        live.taped.add(part)
        self._tracks[path] = self._running[live.contact_id, part] = track
        guard = self._guards.get(live.contact_id)
        if guard and guard.deadline < inf:
            self._silence(track, track.opened, BY_DIGITS)
        if part is Part.AGENT:
            self._beeper.start(live)
        self._ledger.save(live.record)  # the recording's row comes after that of its contact
        self._spawn(self._open_file(live, track))
        return tap

    async def _open_file(self, live: LiveContact, track: Track) -> None:
        path, kind = track.path, KINDS[track.part]
        try:
            await self._ledger.begin_recording(track.contact_id, track.started, path, kind)
            told = await asyncio.to_thread(self._start_writing, track)
        except (RecordError, RecordingError) as error:
            self._close_tap(live, track)
            self._alarm(track.contact_id, str(error))
            await self._end(Finished(track.contact_id, path, 0, track.tap.rate, 0, str(error)))
            return
        track.begun = True
        log.info("recording", contact_id=track.contact_id, path=str(path), rate=track.tap.rate)
        for order in track.orders[told:]:
            with contextlib.suppress(RecordingError):
                self._writer.tell(order)

    def _start_writing(self, track: Track) -> int:
        """Runs on a thread of its own; how many of the track's orders the writer knows then."""
        orders = tuple(track.orders)
        self._writer.start_recording(
            track.contact_id, track.started, track.tap, track.tap.rate, track.part, orders
        )
        return len(orders)

    def _close_tap(self, live: LiveContact, track: Track) -> None:
        track.tap.close()
        self._running.pop((track.contact_id, track.part), None)
        if live.tap is track.tap:
            live.tap = None
            self._beeper.stop(live)
        elif live.ivr_tap is track.tap:
            live.ivr_tap = None
        self._mixer.route(live.contact_id, live.routes())

    def _alarm(self, contact_id: str, error: str) -> None:
        self.alarms.unrecorded += 1
        log.error("conversation is not recorded", contact_id=contact_id, error=error)
        if self._must_record:
            self._loop.call_soon(self._on_refusal, contact_id)

    @property
    def _must_record(self) -> bool:
        return self._settings.policy == "record-or-refuse"

    def _figures(self, port: Port) -> PortStats | None:
        try:
            return self._mixer.stats(port)
        except PortGone:
            return None

    def _on_finished(self, finished: Finished) -> None:
        """Called on the writer's thread."""
        self._loop.call_soon_threadsafe(self._spawn, self._end(finished))

    async def _end(self, finished: Finished) -> None:
        track = self._tracks.pop(finished.path)
        if finished.error or finished.overruns:
            self.alarms.damaged += 1
            log.error(
                "recording damaged",
                contact_id=finished.contact_id,
                error=finished.error,
                lost_frames=finished.overruns,
            )
        stop = track.started + duration(finished.frames, finished.sample_rate)
        try:
            await self._ledger.end_recording(finished, stop, KINDS[track.part])
        except RecordError as error:
            log.error("recording row", contact_id=finished.contact_id, error=str(error))
        await self._sealing.seal(finished, track.facts(finished.frames))

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _settle(self) -> None:
        await asyncio.sleep(0)  # lets what the writer's thread handed over begin
        while self._tasks:
            await asyncio.gather(*self._tasks)


def heard_in(live: LiveContact, part: Part) -> dict[Side, Port | None]:
    """Whose phone is on which side."""
    customer = live.customer.port
    if part is Part.IVR:
        return {Side.RIGHT: customer}
    agent = live.agent.port if live.agent else None
    return {
        Side.LEFT: customer if "Customer" in live.recorded else None,
        Side.RIGHT: agent if "Agent" in live.recorded else None,
    }


def is_wide(live: LiveContact, part: Part) -> bool:
    """Somebody who will be heard in it speaks wideband."""
    lines = [live.customer, live.agent if part is Part.AGENT else None]
    return any(speaks_wideband(line.codec) for line in lines if line and line.codec)
