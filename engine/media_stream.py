"""One direction of a contact's sound on its way to a WebSocket server: a queue that never blocks.

The server hears of the contact in the query of the URL, then gets binary messages of PCM, int16 LE,
mono, 8000 Hz, one every BLOCK_SECONDS, without a gap; the connection is closed when the stream
ends. A server that recognises speech may answer in text messages of JSON, {"text": "an order"},
with what was said; whatever else it says goes unheard. A server that goes away is connected to
again and loses what was said meanwhile; so does one that is slower than speech, once its queue is
full.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import urlencode

import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from config import StreamingSettings

RATE = 8000  # Hz
BLOCK_SECONDS = 0.2
AGAIN_SECONDS = 1.0  # between two tries to connect
MAX_MESSAGE = 65536  # bytes, of what the server says
MAX_TEXT = 1024  # characters, as of Lex
log = structlog.get_logger("engine.streaming")


class NoStream(Exception):
    """There is nobody to stream to; the text says why."""


class MediaStream:
    """`open` first, then `put`; `end` when all is put. `lost_seconds` the server never got."""

    def __init__(
        self,
        settings: StreamingSettings,
        contact_id: str,
        direction: str,
        on_text: Callable[[str], None],
    ) -> None:
        assert settings.url, "without a URL nothing is streamed"
        self._on_text = on_text
        self._settings, self._contact_id, self.direction = settings, contact_id, direction
        asked = {"contactId": contact_id, "direction": direction, "sampleRate": RATE}
        self._url = f"{settings.url}?{urlencode(asked)}"
        blocks = round(settings.buffer_seconds / BLOCK_SECONDS)
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(blocks)
        self.lost_seconds = 0.0

    async def open(self) -> None:
        """Raises NoStream."""
        connection = await self._connect()
        self._sending = asyncio.create_task(self._send(connection))

    def put(self, samples: bytes) -> None:
        """int16 LE, mono."""
        try:
            self._queue.put_nowait(samples)
        except asyncio.QueueFull:
            self._lose(samples)

    async def end(self) -> None:
        """Once everything is sent that the server takes in time."""
        try:
            async with asyncio.timeout(self._settings.connect_seconds):
                await self._queue.put(None)
                await self._sending
        except TimeoutError:
            self._sending.cancel()
            await asyncio.gather(self._sending, return_exceptions=True)
        while not self._queue.empty():
            self._lose(self._queue.get_nowait() or b"")
        log.info(
            "media stream ended",
            contact_id=self._contact_id,
            direction=self.direction,
            lost_seconds=round(self.lost_seconds, 3),
        )

    def _lose(self, samples: bytes) -> None:
        self.lost_seconds += len(samples) / 2 / RATE

    async def _connect(self) -> ClientConnection:
        token = self._settings.token
        headers = {"Authorization": f"Bearer {token.get_secret_value()}"} if token else {}
        try:
            return await connect(
                self._url,
                additional_headers=headers,
                open_timeout=self._settings.connect_seconds,
                close_timeout=self._settings.connect_seconds,
                compression=None,
                proxy=None,
                max_size=MAX_MESSAGE,
                write_limit=round(BLOCK_SECONDS * RATE) * 2,
            )
        except (OSError, TimeoutError, InvalidHandshake) as error:
            raise NoStream(f"{self._settings.url}: {error or type(error).__name__}") from error

    async def _send(self, connection: ClientConnection) -> None:
        hearing = asyncio.create_task(self._hear(connection))
        try:
            while samples := await self._queue.get():
                try:
                    await connection.send(samples)
                except WebSocketException:
                    self._lose(samples)
                    hearing.cancel()
                    connection = await self._again()
                    hearing = asyncio.create_task(self._hear(connection))
            await connection.close()
        except asyncio.CancelledError:
            connection.transport.abort()  # who takes nothing takes no farewell either
            raise
        finally:
            hearing.cancel()

    async def _hear(self, connection: ClientConnection) -> None:
        """What a server says must be read in any case, or its pongs are not."""
        with suppress(WebSocketException):
            async for message in connection:
                if text := recognised(message):
                    self._on_text(text)

    async def _again(self) -> ClientConnection:
        log.warning("media stream broken", contact_id=self._contact_id, direction=self.direction)
        while True:
            try:
                return await self._connect()
            except NoStream:
                await asyncio.sleep(AGAIN_SECONDS)


def recognised(message: str | bytes) -> str:
    """The words in it; "" where there are none."""
    try:
        told = json.loads(message)
    except (ValueError, RecursionError):
        return ""
    text = told.get("text") if isinstance(told, dict) else None
    return text.strip()[:MAX_TEXT] if isinstance(text, str) else ""
