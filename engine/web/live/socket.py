"""The WebSocket of a tab, /earshot/v1/live: reads what it asks for, writes what it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Literal

import structlog
from fastapi import APIRouter, WebSocket
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.types import Scope
from starlette.websockets import WebSocketDisconnect

from engine.instants import instant
from engine.web.caller import OPERATOR
from engine.web.denials import Denials
from engine.web.live.board import ROWS_AT_ONCE
from engine.web.live.hub import OVER, Client, Hub
from engine.web.live.reader import Message
from engine.web.live.topic import Viewer
from engine.web.permitted import Permitted
from sip.buckets import Buckets

MAX_MESSAGE_BYTES = 4_096
"""Of what a client sends; the server closes with 1009 beyond."""
MESSAGES_AT_ONCE, MESSAGE_SECONDS = 40, 0.1
"""So many messages of one user, and one more in so many seconds."""
HEARTBEAT_SECONDS = 15.0
CHECK_SECONDS = 60.0
"""Whether the session lasts is asked so often; that it was closed is told at once."""
SEND_SECONDS = 10.0
"""A client that takes nothing for so long is left."""
TEXT_ONLY, TOO_OFTEN = 1003, 1008
log = structlog.get_logger("engine.web.live")


class Asked(BaseModel):
    """What a client says."""

    model_config = ConfigDict(extra="forbid")
    type: Literal["subscribe", "unsubscribe"]
    topic: str = Field(max_length=64)
    id: int | None = None


class LiveApi:
    """`lasts` tells whether the session of a connection does. Raises RecordError."""

    def __init__(
        self,
        hub: Hub,
        viewer_of: Callable[[str], Viewer | None],
        lasts: Callable[[Scope], Awaitable[bool]],
        denials: Denials,
    ) -> None:
        self._hub, self._viewer_of, self._lasts, self._denials = hub, viewer_of, lasts, denials
        self._buckets = Buckets[str](MESSAGES_AT_ONCE, MESSAGE_SECONDS)

    def router(self) -> APIRouter:
        router = APIRouter(prefix="/earshot/v1")
        router.add_api_websocket_route("/live", self.serve)
        return router

    async def serve(self, websocket: WebSocket, caller: Permitted) -> None:
        session = websocket.scope.get("session")
        marks = frozenset((session.digest, session.user_id)) if session else frozenset[str]()
        is_user = caller is not OPERATOR
        seen = self._viewer_of(caller.name) if is_user else None
        viewer = seen or Viewer(caller.name, caller.permissions)
        client = Client(viewer, marks, is_user=is_user)
        await websocket.accept()
        self._hub.enter(client)
        tasks = [
            asyncio.create_task(self._tell(websocket, client), name="live: tell"),
            asyncio.create_task(self._hear(websocket, client), name="live: hear"),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._hub.leave(client)
            for task in tasks:
                task.cancel()
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
                    log.warning("live socket left", user=caller.name, error=repr(outcome))

    async def _tell(self, websocket: WebSocket, client: Client) -> None:
        """Until the client is to go, or takes nothing: then TimeoutError."""
        loop = asyncio.get_running_loop()
        check_at = loop.time() + CHECK_SECONDS
        while client.ended is None:
            client.woken.clear()
            while client.ended is None and (message := client.reader.take()):
                await send(websocket, message)
            if not await woken(client):
                await send(websocket, {"type": "heartbeat"})
            if loop.time() >= check_at:
                check_at = loop.time() + CHECK_SECONDS
                if not await self._lasts(websocket.scope):
                    client.end(OVER, "The session is over: log in")
        async with asyncio.timeout(SEND_SECONDS):
            await websocket.close(*client.ended)

    async def _hear(self, websocket: WebSocket, client: Client) -> None:
        """Until the client has gone."""
        while (heard := await websocket.receive())["type"] != "websocket.disconnect":
            now = asyncio.get_running_loop().time()
            if heard.get("text") is None:
                client.end(TEXT_ONLY, "Texts only")
            elif not self._buckets.take(client.reader.viewer.name, now):
                client.end(TOO_OFTEN, "Too many messages")
            else:
                self._do(websocket, client, heard["text"])

    def _do(self, websocket: WebSocket, client: Client, text: str) -> None:
        reader = client.reader
        try:
            asked = Asked.model_validate_json(text)
        except ValidationError as error:
            [first, *_] = error.errors()
            reader.complain(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
        else:
            topic = self._hub.topics.get(asked.topic)
            if asked.type == "unsubscribe":
                reader.unsubscribe(asked.topic)
            elif topic is None:
                reader.complain("There is no such topic", asked.topic, asked.id)
            elif not reader.subscribe(topic, asked.id):
                self._denials.of_caller(websocket.scope["caller"], websocket)
        client.woken.set()


async def woken(client: Client) -> bool:
    """False where nothing happened for the time of a heartbeat."""
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS):
            return await client.woken.wait()
    except TimeoutError:
        return False


async def send(websocket: WebSocket, message: Message) -> None:
    """With the time at which that is. Raises WebSocketDisconnect or TimeoutError."""
    text = await encoded({**message, "at": instant(datetime.now(UTC))})
    async with asyncio.timeout(SEND_SECONDS):
        await websocket.send_text(text)


async def encoded(message: Message) -> str:
    """As JSON; while many rows are written, others have their turn."""
    rows = message.get("rows", ())
    if len(rows) <= ROWS_AT_ONCE:
        return json.dumps(message)
    parts = []
    for first in range(0, len(rows), ROWS_AT_ONCE):
        parts.append(json.dumps(rows[first : first + ROWS_AT_ONCE])[1:-1])
        await asyncio.sleep(0)
    rest = {name: value for name, value in message.items() if name != "rows"}
    return f'{json.dumps(rest)[:-1]}, "rows": [{", ".join(parts)}]}}'
