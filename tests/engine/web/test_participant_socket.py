"""The WebSocket of a customer's page. What it is told is in tests/connect_api, too."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from engine.app import Running
from engine.chat.chat import Chat
from engine.chat.chats import Wanted
from engine.chat.tokens import Kind
from engine.web import participant_socket
from engine.web.participant_api import SOCKET
from tests.rig.chatting import published, subscribed
from tests.rig.house import action, engine, flow
from tests.rig.patience import until, within


@asynccontextmanager
async def chatting(folder: Path) -> AsyncIterator[tuple[Running, Chat]]:
    async with engine(folder) as one:
        wait = action("wait", "Wait", "bye", TimeLimitSeconds="600")
        await published(one, "chat", flow(wait))
        yield one, one.house.chats.start(Wanted("chat", "Carla", 600.0))


def url(one: Running, chat: Chat) -> str:
    token, _ = one.house.wing.passes.issue(Kind.SOCKET, chat, chat.customer)
    return f"{one.api.replace('http', 'ws', 1)}{SOCKET}?token={token}"


async def code(socket: ClientConnection) -> int:
    """With which it is closed."""
    with pytest.raises(ConnectionClosed) as closed:
        while True:
            await within(socket.recv())
    assert closed.value.rcvd
    return closed.value.rcvd.code


async def test_whoever_asks_whether_we_are_there_is_told(tmp_path: Path) -> None:
    async with chatting(tmp_path) as (one, chat), connect(url(one, chat), proxy=None) as socket:
        for nothing in ("{", "[]", '{"topic": "aws/subscribe"}', '{"topic": "none"}'):
            await socket.send(nothing)
        for topic in ("aws/heartbeat", "aws/ping"):
            await socket.send(json.dumps({"topic": topic}))
            assert json.loads(await within(socket.recv()))["topic"] == topic
        await socket.send(b"bytes")
        assert await code(socket) == 1003
        await until(lambda: chat.hears(chat.customer.id) == 0)


async def test_a_page_that_takes_nothing_is_left_when_too_much_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(participant_socket, "MAX_WAITING", 3)
    async with chatting(tmp_path) as (one, chat), subscribed(url(one, chat)) as page:
        for number in range(10):  # in one turn of the loop: nothing is sent between
            one.house.chats.say(chat, chat.customer, "text/plain", str(number))
        assert await code(page.socket) == 1013


async def test_one_participant_has_so_many_sockets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(participant_socket, "MAX_SOCKETS", 1)
    async with chatting(tmp_path) as (one, chat), subscribed(url(one, chat)):
        async with connect(url(one, chat), proxy=None) as second:
            assert await code(second) == 4429
