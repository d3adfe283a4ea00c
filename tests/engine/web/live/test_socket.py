from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed

from engine.app import Running
from engine.directory import Kind
from engine.web.live.board import ROWS_AT_ONCE
from engine.web.live.socket import MAX_MESSAGE_BYTES, MESSAGES_AT_ONCE, encoded
from tests.rig.browser import browser, log_in
from tests.rig.house import TOKEN, engine
from tests.rig.live_client import live_client


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[Running]:
    async with engine(tmp_path) as running:
        yield running


@pytest.fixture
async def page(one: Running) -> AsyncIterator[httpx.AsyncClient]:
    """Of a manager who has logged in."""
    async with browser(one, "manager1") as logged_in:
        yield logged_in


async def refused(one: Running, page: httpx.AsyncClient | None = None, origin: str = "") -> int:
    async with live_client(one, page, origin) as client:
        code, _ = await client.closed()
        return code


async def test_without_a_session_it_closes_with_4401(one: Running) -> None:
    assert await refused(one) == 4401


async def test_a_page_of_strangers_is_closed_with_4403(
    one: Running, page: httpx.AsyncClient
) -> None:
    assert await refused(one, page, origin="http://evil.example") == 4403


async def test_what_is_told_says_when(one: Running, page: httpx.AsyncClient) -> None:
    async with live_client(one, page) as client:
        before = datetime.now(UTC) - timedelta(milliseconds=1)  # they are cut off to milliseconds
        told = await client.subscribe("nothing")
        assert before <= datetime.fromisoformat(told["at"]) <= datetime.now(UTC)


async def test_a_session_that_is_over_is_told_so_at_once(
    one: Running, page: httpx.AsyncClient
) -> None:
    async with live_client(one, page) as first, live_client(one, page) as second:
        assert (await first.subscribe("nothing"))["type"] == "error"
        await page.post("/earshot/v1/logout")
        for each in (first, second):
            assert (await each.closed())[0] == 4401
    assert await refused(one, page) == 4401


async def test_who_is_logged_out_elsewhere_or_given_a_password_is_out_here_too(
    one: Running, page: httpx.AsyncClient
) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with live_client(one, page) as client, httpx.AsyncClient(headers=headers) as api:
        answer = await api.post(f"{one.api}/earshot/v1/user/manager1/password")
        assert (await client.closed())[0] == 4401
        password = answer.json()["Password"]
    await log_in(page, "manager1", password)
    assert await refused(one, page) == 4403  # the password is to be changed first


async def test_a_user_who_is_gone_is_closed_with_4401(one: Running) -> None:
    facts = one.house.directory.resources.get(Kind.USER, "manager1").facts
    ann = await one.house.directory.create(Kind.USER, "ann", facts)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with browser(one) as page, httpx.AsyncClient(headers=headers) as api:
        given = await api.post(f"{one.api}/earshot/v1/user/{ann.id}/password")
        password, wanted = given.json()["Password"], "Battery-Staple-8"
        await log_in(page, "ann", password)
        asked = {"Password": password, "NewPassword": wanted}
        await page.post("/earshot/v1/me/password", json=asked)
        await log_in(page, "ann", wanted)
        async with live_client(one, page) as client:
            await client.subscribe("nothing")
            await one.house.directory.delete(Kind.USER, ann.id)
            assert (await client.closed())[0] == 4401


async def test_what_makes_no_sense_is_answered_and_harms_nothing(
    one: Running, page: httpx.AsyncClient
) -> None:
    async with live_client(one, page) as client:
        for text, complaint in (
            ("hello", "JSON"),
            ("[]", "object"),
            ('{"type": "shout", "topic": "agents"}', "type"),
            ('{"type": "subscribe", "topic": 5}', "topic"),
            ('{"type": "subscribe", "topic": "agents", "more": 1}', "more"),
        ):
            await client.socket.send(text)
            told = await client.next()
            assert told["type"] == "error" and complaint in told["message"]
        assert (await client.subscribe("nothing", 9))["message"] == "There is no such topic"


async def test_what_is_too_long_no_text_or_too_much_closes(
    one: Running, page: httpx.AsyncClient
) -> None:
    for message, code in (("x" * (MAX_MESSAGE_BYTES + 1), 1009), (b"\x00", 1003)):
        async with live_client(one, page) as client:
            await client.socket.send(message)
            assert (await client.closed())[0] == code
    async with live_client(one, page) as client:
        with suppress(ConnectionClosed):  # it may come before all is said
            for _ in range(100 * MESSAGES_AT_ONCE):
                await client.say("unsubscribe", "nothing")
        assert (await client.closed())[0] == 1008


async def test_many_rows_are_written_in_pieces_and_are_the_same() -> None:
    rows = [{"key": f'a"{n}', "n": n} for n in range(2 * ROWS_AT_ONCE + 7)]
    message = {"type": "snapshot", "topic": "agents", "sequence": 1, "id": 3, "rows": rows}
    assert json.loads(await encoded(message)) == message
