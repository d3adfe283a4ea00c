"""A WebSocket server that is streamed to, and keeps what it hears."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

import numpy as np
from websockets.asyncio.server import ServerConnection, serve

from tests.rig.tones import Samples


@dataclass(slots=True, eq=False)
class Feed:
    contact_id: str
    direction: str
    token: str
    blocks: list[bytes] = field(default_factory=list)
    ended: bool = False

    @property
    def samples(self) -> Samples:
        return np.frombuffer(b"".join(self.blocks), dtype="<i2")


@dataclass(slots=True, eq=False)
class AudioConsumer:
    """`listens` is cleared for one that takes connections and then reads nothing."""

    url: str = ""
    feeds: list[Feed] = field(default_factory=list)
    connections: list[ServerConnection] = field(default_factory=list)
    listens: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self, connection: ServerConnection) -> None:
        assert connection.request
        query = parse_qs(urlsplit(connection.request.path).query)
        token = connection.request.headers.get("Authorization", "")
        feed = Feed(query["contactId"][0], query["direction"][0], token)
        self.connections.append(connection)
        self.feeds.append(feed)
        await self.listens.wait()
        async for block in connection:
            assert isinstance(block, bytes)
            feed.blocks.append(block)
        feed.ended = True

    def feed(self, direction: str) -> Feed:
        [found] = [feed for feed in self.feeds if feed.direction == direction]
        return found


@asynccontextmanager
async def audio_consumer() -> AsyncIterator[AudioConsumer]:
    one = AudioConsumer()
    one.listens.set()
    async with serve(one.hear, "127.0.0.1", 0, max_queue=1, close_timeout=0.5) as server:
        [listener, *_] = server.sockets
        one.url = f"ws://127.0.0.1:{listener.getsockname()[1]}"
        yield one
        one.listens.set()
