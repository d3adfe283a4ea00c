"""The flow log: which blocks ran for which contact, how long they took and where they led.

A line of JSON for each, a file for each day by UTC. What callers press is never in it, nor are
values of attributes.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from config import FlowSettings

FLUSH_SECONDS = 0.5
MAX_WAITING = 100_000
"""Lines not yet on disk; what comes beyond is lost, and told."""
PREFIX, SUFFIX = "flows-", ".jsonl"

log = structlog.get_logger("engine.flow")


@dataclass(slots=True)
class Entry:
    """A block of a flow that has run.

    `answer` is what it was told, by its kind ("PromptEnded", "Failed NoMatchingError"), "" where it
    asked nothing. `led_to` is the block after it, "" where it was the last.
    """

    contact_id: str
    moment: str
    flow: str
    block: str
    type: str
    at: str
    seconds: float = 0.0
    answer: str = ""
    led_to: str = ""


class FlowLog:
    """Writes behind the calls: none waits for the disk."""

    def __init__(self, settings: FlowSettings) -> None:
        self._directory, self._days = settings.log_directory, settings.log_days
        self._waiting: list[Entry] = []
        self._lost = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """What is left is written first."""
        if self._task:
            self._task.cancel()
        await self._flush()

    def add(self, entry: Entry) -> None:
        if len(self._waiting) < MAX_WAITING:
            self._waiting.append(entry)
        else:
            self._lost += 1

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self._flush()

    async def _flush(self) -> None:
        if not self._waiting:
            return
        entries, self._waiting, lost, self._lost = self._waiting, [], self._lost, 0
        try:
            await asyncio.to_thread(self._write, entries)
        except OSError as error:
            lost += len(entries)
            log.error("flow log not written", error=str(error))
        if lost:
            log.error("flow log has gaps", lines=lost)

    def _write(self, entries: list[Entry]) -> None:
        """To the file of the day they were made on; a new day's first line ends the oldest."""
        for entry in entries:
            path = path_of(self._directory, datetime.fromisoformat(entry.at))
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                self._drop(datetime.fromisoformat(entry.at))
            with open(path, "a", encoding="utf-8", opener=private) as file:
                file.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")

    def _drop(self, now: datetime) -> None:
        oldest = path_of(self._directory, now - timedelta(days=self._days - 1)).name
        for path in every_file(self._directory):
            if path.name < oldest:
                path.unlink(missing_ok=True)


def begun(contact_id: str, moment: str, flow: str, block: str, kind: str) -> Entry:
    return Entry(contact_id, moment, flow, block, kind, datetime.now(UTC).isoformat())


def read(directory: Path, contact_id: str) -> Iterator[Entry]:
    """What is known of a contact, in order. Raises OSError."""
    wanted = json.dumps(contact_id)
    for path in every_file(directory):
        with path.open(encoding="utf-8") as file:
            for line in file:
                if wanted in line and line.endswith("\n"):
                    entry = Entry(**json.loads(line))
                    if entry.contact_id == contact_id:
                        yield entry


def every_file(directory: Path) -> list[Path]:
    """The oldest first."""
    return sorted(directory.glob(f"{PREFIX}*{SUFFIX}"))


def path_of(directory: Path, at: datetime) -> Path:
    return directory / f"{PREFIX}{at:%Y-%m-%d}{SUFFIX}"


def private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
