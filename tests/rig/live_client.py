"""The live socket as a page has it: a WebSocket with the cookie and the origin of a browser."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from engine.app import Running
from tests.rig.patience import PATIENCE_SECONDS, within

PATH = "/earshot/v1/live"
Json = dict[str, Any]


class LiveClient:
    """What it is told, topic by topic, and the rows as a page would keep them."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.rows: dict[str, dict[str, Json]] = {}
        self.sequences: dict[str, int] = {}

    async def say(self, kind: str, topic: str, **more: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, "topic": topic, **more}))

    async def subscribe(self, topic: str, number: int = 1) -> Json:
        """The snapshot, or the error."""
        await self.say("subscribe", topic, id=number)
        while (told := await self.next()).get("id") != number:
            pass
        return told

    async def next(self) -> Json:
        """The next message, heartbeats left out; a gap in the sequence is an error."""
        while True:
            told: Json = json.loads(await within(self.socket.recv()))
            if told["type"] != "heartbeat":
                self._keep(told)
                return told

    async def row(self, topic: str, key: str, **wanted: object) -> Json:
        """The row, once it is there and these members are so."""
        while True:
            row = self.rows.get(topic, {}).get(key)
            if row is not None and wanted.items() <= row.items():
                return row
            await self.next()

    async def closed(self) -> tuple[int, str]:
        """Code and reason of the close, once it has come."""
        try:
            while True:
                await within(self.socket.recv())
        except ConnectionClosed as closed:
            assert closed.rcvd, "closed without a word"
            return closed.rcvd.code, closed.rcvd.reason

    def _keep(self, told: Json) -> None:
        topic = told["topic"]
        if told["type"] == "error":
            return
        assert told["sequence"] == self.sequences.get(topic, 0) + 1
        self.sequences[topic] = told["sequence"]
        if told["type"] == "snapshot":
            self.rows[topic] = {}
        rows = self.rows[topic]
        rows.update({row["key"]: row for row in told["rows"]})
        for key in told.get("gone", ()):
            del rows[key]


@asynccontextmanager
async def live_client(
    one: Running, page: httpx.AsyncClient | None = None, origin: str = "", **headers: str
) -> AsyncIterator[LiveClient]:
    """`page`: the browser whose cookie it has; None: none."""
    cookies = page.cookies.items() if page else ()
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies)} if page else {}
    async with connect(
        one.api.replace("http", "ws", 1) + PATH,
        additional_headers={**cookie, "Origin": origin or one.api, **headers},
        open_timeout=PATIENCE_SECONDS,
        proxy=None,
    ) as socket:
        yield LiveClient(socket)
