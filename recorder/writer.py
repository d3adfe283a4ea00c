"""The one thread that writes: it polls all live sources, and is the only file that blocks."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue

import structlog

from config.settings import RecordingSettings
from recorder.recording import (
    BLOCK_FRAMES,
    OVER,
    SAMPLE_RATE,
    Action,
    Do,
    Finished,
    FrameSource,
    Recording,
    RecordingError,
)
from recorder.sound_file import LiveFile
from recorder.store import Store

POLL_SECONDS = 0.25  # with one block waiting at most 1.25 s of a recording is not in its file
STOP_POLL_SECONDS = 0.02
STOP_SECONDS = 10.0
LAST_FRAMES_SECONDS = 1.0  # of STOP_SECONDS: how long sources may take to end by themselves
MAX_READ_FRAMES = 2 * BLOCK_FRAMES  # of one source a poll: eight times real time to catch up

THREAD_NAME = "earshot-writer"

log = structlog.get_logger("recorder")


@dataclass(slots=True)
class Live:
    """A recording that is being written."""

    contact_id: str
    source: FrameSource
    file: LiveFile
    overruns: int = 0
    recording: Recording = field(default_factory=Recording)


class Writer:
    """Writes any number of recordings from one thread.

    start_recording() and stop() may be called from any thread. `on_finished` is called on the
    writer's thread, once for each recording, and must return at once.
    """

    def __init__(
        self, settings: RecordingSettings, on_finished: Callable[[Finished], None]
    ) -> None:
        self._store = Store(settings.directory, settings.min_free_bytes)
        self._on_finished = on_finished
        self._arrivals: SimpleQueue[Live | None] = SimpleQueue()  # None only wakes the thread
        self._gate = threading.Lock()  # no recording may arrive once the thread was told to stop
        self._stopping = threading.Event()
        self._stop_at = float("inf")
        # Not waited for at exit: a disk that hangs must not hold the process for ever.
        self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def start_recording(self, contact_id: str, started: datetime, source: FrameSource) -> Path:
        """Begin to write; when this returns the file is there, valid, with no frame in it.

        Raises NoSpace, or RecordingError when the file cannot be made or the writer is stopped.
        """
        with self._gate:
            if self._stopping.is_set() or not self._thread.is_alive():
                raise RecordingError("the recorder is not running")
            path = self._store.reserve(contact_id, started)
            try:
                file = LiveFile(path)
            except RecordingError:
                self._store.release(path)
                raise
            self._arrivals.put(Live(contact_id, source, file))
            return path

    def stop(self, timeout: float = STOP_SECONDS) -> bool:
        """Finish all. Sources have LAST_FRAMES_SECONDS to end, then they are cut off.

        True when every recording is closed; False when the disk took longer than `timeout`
        seconds: what is left is for `repair()` at the next start.
        """
        with self._gate:
            self._stop_at = time.monotonic() + min(LAST_FRAMES_SECONDS, timeout / 2)
            self._stopping.set()
            self._arrivals.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        tell_kernel_thread_name()
        live: list[Live] = []
        while True:
            stopping = self._stopping.is_set()  # asked first: nothing arrives after it is set
            live += self._arrived(wait=not live and not stopping)
            if stopping and not live:
                return
            for one in live:
                self._poll(one)
            live = [one for one in live if one.recording.state not in OVER]
            self._pause()

    def _arrived(self, wait: bool) -> list[Live]:
        """New recordings; with none to poll the thread sleeps here until there is one."""
        new = [self._arrivals.get()] if wait else []
        while not self._arrivals.empty():
            new.append(self._arrivals.get())
        return [one for one in new if one]

    def _pause(self) -> None:
        if self._stopping.wait(POLL_SECONDS):
            time.sleep(STOP_POLL_SECONDS)

    def _poll(self, live: Live) -> None:
        try:
            frames = live.source.read(MAX_READ_FRAMES)
            ended = live.source.ended or time.monotonic() >= self._stop_at
            live.overruns = live.source.overruns
        except Exception as error:  # a stranger's code: it may cost its own recording, no other
            self._perform(live, live.recording.fail(f"the source failed: {error!r}"))
        else:
            self._perform(live, live.recording.receive(frames, ended))

    def _perform(self, live: Live, actions: list[Action]) -> None:
        try:
            for action in actions:
                self._carry_out(live, action)
        except RecordingError as error:
            self._perform(live, live.recording.fail(str(error)))

    def _carry_out(self, live: Live, action: Action) -> None:
        match action.do:
            case Do.WRITE:
                live.file.write(action.block)
            case Do.CLOSE:
                live.file.close()
            case Do.SALVAGE:
                live.file.salvage()
            case Do.REPORT:
                self._report(live)

    def _report(self, live: Live) -> None:
        self._store.release(live.file.path)
        finished = Finished(
            live.contact_id,
            live.file.path,
            live.file.frames,
            SAMPLE_RATE,
            live.overruns,
            live.recording.error,
        )
        try:
            self._on_finished(finished)
        except Exception:  # the others are still being recorded
            log.exception("on_finished failed", contact_id=live.contact_id)


def tell_kernel_thread_name() -> None:
    """So that top, and the bench, see whose CPU time it is: CPython does it from 3.14 on."""
    comm = Path(f"/proc/self/task/{threading.get_native_id()}/comm")
    with contextlib.suppress(OSError):  # not Linux
        comm.write_text(THREAD_NAME)
