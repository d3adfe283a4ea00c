"""The WebSocket of a customer's page: what is said in the chat, as soon as it is said.

The page connects with the address that CreateParticipantConnection gave it, which is good once:

subscribes:   {"topic": "aws/subscribe", "content": {"topics": ["aws/chat"]}}
is told:     {"topic": "aws/chat", "contentType": "application/json", "content": "<JSON: item>"}

It may ask whether we are there ({"topic": "aws/heartbeat"} or "aws/ping") and is told the same.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect

from engine.chat.chat import Chat
from engine.chat.items import Item, Participant, shown
from engine.chat.tokens import Kind
from engine.house import House
from engine.refused import Refused

CHAT, SUBSCRIBE = "aws/chat", "aws/subscribe"
ECHOED = frozenset({"aws/heartbeat", "aws/ping"})
MAX_WAITING = 200
"""Messages that a page has not taken: one more closes its socket. GetTranscript has them all."""
MAX_SOCKETS = 5
"""Of one participant."""
SEND_SECONDS = 10.0
"""A page that takes nothing for so long is left."""
DENIED, TOO_MANY, NOT_TEXT, TOO_SLOW = 4403, 4429, 1003, 1013
log = structlog.get_logger("engine.web.participant")


class ParticipantSocket:
    def __init__(self, house: House) -> None:
        self._house = house

    async def serve(self, websocket: WebSocket) -> None:
        await websocket.accept()
        token = websocket.query_params.get("token", "")
        try:
            chat, one = self._house.wing.passes.spend(Kind.SOCKET, token)
        except Refused as refused:
            await websocket.close(DENIED, refused.message)
            return
        if chat.hears(one.id) >= MAX_SOCKETS:
            await websocket.close(TOO_MANY, "Too many sockets")
            return
        await Connection(websocket, chat, one).last()


class Connection:
    """One page that is connected."""

    def __init__(self, websocket: WebSocket, chat: Chat, one: Participant) -> None:
        self._websocket, self._chat, self._one = websocket, chat, one
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue(MAX_WAITING)
        self._close_with: tuple[int, str] | None = None
        self._subscribed = False

    async def last(self) -> None:
        """Until the page has gone, or is too slow."""
        leave = self._chat.listen(self._one.id, self._told)
        tasks = [asyncio.create_task(each) for each in (self._tell(), self._hear())]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leave()
            for task in tasks:
                task.cancel()
            for outcome in await asyncio.gather(*tasks, return_exceptions=True):
                if isinstance(outcome, Exception) and not isinstance(outcome, WebSocketDisconnect):
                    log.warning("participant left", error=repr(outcome))

    def _told(self, item: Item) -> None:
        if self._subscribed:
            self._put(message(item, self._chat))

    def _put(self, told: Mapping[str, Any]) -> None:
        if self._waiting.full():
            self._end(TOO_SLOW, "Too slow: GetTranscript has what was said")
        else:
            self._waiting.put_nowait(json.dumps(told))

    def _end(self, code: int, reason: str) -> None:
        """What waits is given up."""
        self._close_with = (code, reason)
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self._waiting.put_nowait(None)

    async def _tell(self) -> None:
        while (text := await self._waiting.get()) is not None:
            async with asyncio.timeout(SEND_SECONDS):
                await self._websocket.send_text(text)
        assert self._close_with
        async with asyncio.timeout(SEND_SECONDS):
            await self._websocket.close(*self._close_with)

    async def _hear(self) -> None:
        while (heard := await self._websocket.receive())["type"] != "websocket.disconnect":
            if heard.get("text") is None:
                self._end(NOT_TEXT, "Texts only")
                await asyncio.Event().wait()
            self._do(heard["text"])

    def _do(self, text: str) -> None:
        """What is not understood is answered by nothing, as Connect does."""
        try:
            said = json.loads(text)
        except (ValueError, RecursionError):
            return
        topic = said.get("topic") if isinstance(said, dict) else None
        if topic == SUBSCRIBE and CHAT in topics(said):
            self._subscribed = True
            self._put({"topic": SUBSCRIBE, "content": {"status": "success", "topics": [CHAT]}})
        elif topic in ECHOED:
            self._put({"topic": topic, "statusCode": 200, "statusContent": "OK"})


def topics(said: Mapping[str, Any]) -> list[object]:
    content = said.get("content")
    found = content.get("topics") if isinstance(content, dict) else None
    return found if isinstance(found, list) else []


def message(item: Item, chat: Chat) -> dict[str, Any]:
    ids = {
        "ContactId": chat.contact_id,
        "InitialContactId": chat.record.initial_contact_id,
    }
    return {
        "topic": CHAT,
        "contentType": "application/json",
        "content": json.dumps({**shown(item), **ids}),
    }
