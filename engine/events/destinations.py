"""Where events go: a file of JSON lines, and a URL that takes JSON arrays."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path

import httpx

from config import EventSettings
from engine.events.outbox import Declined, Event, Outbox, Undelivered

TIMEOUT_SECONDS = 5.0
DECLINES = frozenset({400, 413, 415, 422})
"""What a server answers to events that it will not take the next time either."""
OWNER_ONLY = 0o600
"""Mode of the file: it tells who called whom."""


def outboxes(settings: EventSettings) -> list[Outbox]:
    """One for each destination that is configured."""
    found, most = [], settings.max_waiting
    if settings.file:
        found.append(Outbox("file", File(settings.file).deliver, most))
    if settings.url:
        token = settings.token.get_secret_value() if settings.token else None
        found.append(Outbox("url", Endpoint(settings.url, token).deliver, most))
    return found


class File:
    """One object a line, added at the end; a file that was moved away is begun anew."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def deliver(self, events: Sequence[Event]) -> None:
        """Raises Undelivered."""
        lines = "".join(json.dumps(event) + "\n" for event in events)
        try:
            await asyncio.to_thread(self._write, lines)
        except OSError as error:
            raise Undelivered(str(error)) from error

    def _write(self, lines: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        with os.fdopen(os.open(self._path, flags, OWNER_ONLY), "a") as file:
            file.write(lines)


class Endpoint:
    """Posted to until it answers 2xx, or that it declines; what else it says is not read."""

    def __init__(self, url: str, token: str | None) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    async def deliver(self, events: Sequence[Event]) -> None:
        """Raises Undelivered or Declined."""
        try:
            async with (
                httpx.AsyncClient(timeout=TIMEOUT_SECONDS, headers=self._headers) as client,
                client.stream("POST", self._url, json=list(events)) as answer,
            ):
                answer.raise_for_status()
        except httpx.HTTPStatusError as error:
            declined = error.response.status_code in DECLINES
            raise (Declined if declined else Undelivered)(str(error)) from error
        except httpx.HTTPError as error:
            raise Undelivered(f"{type(error).__name__} {error}") from error
