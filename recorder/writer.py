"""The one thread that writes: it polls all live sources, and is the only file that blocks."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue

import structlog

from config.settings import RecordingSettings
from recorder.recording import (
    OVER,
    SAMPLE_RATE,
    Action,
    Do,
    Finished,
    FrameSource,
    NoSpace,
    Recording,
    RecordingError,
)
from recorder.space import Space, Watermarks
from recorder.store import Marked, Part, Store
from recorder.timeline import FOREVER
from recorder.vault import Growing, Vault

POLL_SECONDS = (
    0.25  # with a block that waits, and what the source holds, less than 1 s is not in a file
)
STOP_POLL_SECONDS = 0.02
STOP_SECONDS = 10.0
LAST_FRAMES_SECONDS = 1.0  # of STOP_SECONDS: how long sources may take to end by themselves
MAX_READ_SECONDS = 2  # of one source a poll: eight times real time to catch up
MAX_DRAIN_READS = 8  # more, where a source lost frames: 16 s, beyond what any source holds

THREAD_NAME = "earshot-writer"

log = structlog.get_logger("recorder")


@dataclass(frozen=True, slots=True)
class Suspend:
    """Silence in that recording from frame `at` on."""

    path: Path
    at: int
    reason: str
    who: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Sound again from frame `at` on, unless another reason still holds."""

    path: Path
    at: int
    reason: str


Order = Suspend | Resume


@dataclass(slots=True)
class Live:
    """A recording that is being written."""

    contact_id: str
    started: datetime
    source: FrameSource
    file: Growing
    rate: int
    orders: tuple[Order, ...] = ()
    overruns: int = 0
    recording: Recording = field(init=False)

    def __post_init__(self) -> None:
        self.recording = Recording(self.rate)

    def facts(self, frames: int) -> Finished:
        """What is known of it when so many frames are all it has."""
        return Finished(
            self.contact_id,
            self.file.path,
            self.file.frames,
            self.rate,
            self.overruns,
            self.recording.error,
            self.recording.timeline.suspended(frames),
            self.recording.timeline.gaps,
        )


class Writer:
    """Writes any number of recordings from one thread.

    Its methods may be called from any thread. `on_finished` is called on the writer's thread, once
    for each recording, and must return at once.
    """

    def __init__(
        self,
        settings: RecordingSettings,
        on_finished: Callable[[Finished], None],
        vault: Vault | None = None,
    ) -> None:
        self._store = Store(settings.directory, Watermarks.above(settings.min_free_bytes))
        self._vault = vault or Vault()
        self._space = Space.ENOUGH
        self._on_finished = on_finished
        self._recorded: set[Path] = set()  # what has not been reported yet
        self._arrivals: SimpleQueue[Live | Order | None] = SimpleQueue()
        self._gate = threading.Lock()  # no recording may arrive once the thread was told to stop
        self._stopping = threading.Event()
        self._stop_at = float("inf")
        # Not waited for at exit: a disk that hangs must not hold the process for ever.
        self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def start_recording(
        self,
        contact_id: str,
        started: datetime,
        source: FrameSource,
        rate: int = SAMPLE_RATE,
        part: Part = Part.AGENT,
        orders: Iterable[Order] = (),
    ) -> Path:
        """Begin to write; when this returns the file is there, valid, with no frame in it.

        `rate` is that of the source, frames a second, from the first frame to the last; `orders`
        hold before anything is written.

        Raises NoSpace, or RecordingError when the file cannot be made or the writer is stopped.
        """
        with self._gate:
            if self._stopping.is_set() or not self._thread.is_alive():
                raise RecordingError("the recorder is not running")
            path = self._store.reserve(contact_id, started, rate, part)
            try:
                file = self._vault.create(path, rate)
            except RecordingError:
                self._store.release(path)
                raise
            self._recorded.add(path)
            self._arrivals.put(Live(contact_id, started, source, file, rate, tuple(orders)))
            self._watch_space()
            return path

    def tell(self, order: Order) -> None:
        """Raises RecordingError when that recording is not being written.

        Nothing that is read after this returned is written as it was. A suspension lasts until it
        is resumed for the same reason; see `timeline`.
        """
        with self._gate:
            if order.path not in self._recorded:
                raise RecordingError(f"{order.path} is not being recorded")
            self._arrivals.put(order)

    def obstacle(self) -> str | None:
        """Why no recording could be started now; None where one could."""
        if self._stopping.is_set() or not self._thread.is_alive():
            return "the recorder is not running"
        try:
            self._store.check_space()
        except (NoSpace, OSError) as error:
            return str(error)
        return None

    def stop(self, timeout: float = STOP_SECONDS) -> bool:
        """Finish all. Sources have LAST_FRAMES_SECONDS to end, then they are cut off.

        True when every recording is closed; False when the disk took longer than `timeout`
        seconds: what is left is for `repair()` at the next start.
        """
        with self._gate:
            self._stop_at = time.monotonic() + min(LAST_FRAMES_SECONDS, timeout / 2)
            self._stopping.set()
            self._arrivals.put(None)  # only wakes the thread
        if self._thread.is_alive():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        tell_kernel_thread_name()
        live: list[Live] = []
        while True:
            stopping = self._stopping.is_set()  # asked first: nothing arrives after it is set
            self._admit(live, wait=not live and not stopping)
            if stopping and not live:
                return
            for one in tuple(live):
                self._admit(live, wait=False)  # an order holds for all that is read after it
                self._poll(one)
            live = [one for one in live if one.recording.state not in OVER]
            self._pause()

    def _admit(self, live: list[Live], wait: bool) -> None:
        """New recordings, and orders for those there are, before any of them is read again.

        With none to poll the thread sleeps here until there is one.
        """
        while wait or not self._arrivals.empty():
            match self._arrivals.get():
                case Live() as new:
                    live.append(new)
                    for order in new.orders:
                        self._obey(new, order)
                case Suspend() | Resume() as order:
                    for one in live:
                        if one.file.path == order.path:
                            self._obey(one, order)
            wait = False

    def _obey(self, live: Live, order: Order) -> None:
        match order:
            case Suspend(_, at, reason, who):
                live.recording.timeline.suspend(at, reason, who)
            case Resume(_, at, reason):
                live.recording.timeline.resume(at, reason)
        try:
            self._store.note(Marked(live.started, live.facts(FOREVER)))
        except OSError as error:  # only a crash would have needed it
            log.warning("suspension not noted", contact_id=live.contact_id, error=str(error))

    def _pause(self) -> None:
        if self._stopping.wait(POLL_SECONDS):
            time.sleep(STOP_POLL_SECONDS)

    def _poll(self, live: Live) -> None:
        try:
            frames = read(live.source, live.overruns, live.rate)
            ended = live.source.ended or time.monotonic() >= self._stop_at
            lost = live.source.overruns - live.overruns
        except Exception as error:  # a stranger's code: it may cost its own recording, no other
            self._perform(live, live.recording.fail(f"the source failed: {error!r}"))
        else:
            live.overruns += lost
            self._perform(live, live.recording.receive(frames, ended, lost))

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
        finished = live.facts(live.file.frames)
        self._store.advance(Marked(live.started, finished))
        with self._gate:
            self._recorded.discard(finished.path)
        try:
            self._on_finished(finished)
        except Exception:  # the others are still being recorded
            log.exception("on_finished failed", contact_id=live.contact_id)

    def _watch_space(self) -> None:
        """Say once when the disk gets full, and once when it is well again."""
        with contextlib.suppress(OSError):
            before, self._space = self._space, self._store.space()
            if before is not self._space:
                log.warning("space for recordings", space=self._space.name)


def read(source: FrameSource, known_overruns: int, rate: int) -> bytes:
    """The next frames; all there are where some were lost, for then what follows is in its place.

    Frames are lost when the source is full, so they are missing somewhere in what it held.
    """
    most = MAX_READ_SECONDS * rate
    frames = source.read(most)
    if source.overruns > known_overruns:
        for _ in range(MAX_DRAIN_READS):
            frames += source.read(most)
    return frames


def tell_kernel_thread_name() -> None:
    """So that top, and the bench, see whose CPU time it is: CPython does it from 3.14 on."""
    comm = Path(f"/proc/self/task/{threading.get_native_id()}/comm")
    with contextlib.suppress(OSError):  # not Linux
        comm.write_text(THREAD_NAME)
