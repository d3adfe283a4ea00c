"""A writer on a directory, and what it reported."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config.settings import RecordingSettings
from recorder import Finished, Writer
from recorder.vault import Vault
from tests.rig.patience import PATIENCE_SECONDS


class Desk:
    def __init__(
        self, directory: Path, min_free_bytes: int = 0, vault: Vault | None = None
    ) -> None:
        self._reports: queue.SimpleQueue[Finished] = queue.SimpleQueue()
        settings = RecordingSettings(directory=directory, min_free_bytes=min_free_bytes)
        self.writer = Writer(settings, self._reports.put, vault)

    def finished(self) -> Finished:
        return self._reports.get(timeout=PATIENCE_SECONDS)

    def nothing_more(self) -> bool:
        return self._reports.empty()


@contextmanager
def desk(directory: Path, min_free_bytes: int = 0, vault: Vault | None = None) -> Iterator[Desk]:
    one = Desk(directory, min_free_bytes, vault)
    one.writer.start()
    try:
        yield one
    finally:
        assert one.writer.stop()


def wait_until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.005)
