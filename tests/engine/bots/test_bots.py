from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest

from config import Bot
from engine.bots import BotFailed, Bots
from tests.rig.web_service import web_service

Rig = Callable[..., AbstractAsyncContextManager[Bots]]
UNDERSTOOD = {"sessionState": {"intent": {"name": "Order"}}}


@asynccontextmanager
async def bots(**values: Any) -> AsyncIterator[Bots]:
    one = Bots([Bot.model_validate({"name": "desk", **values})])
    one.open()
    yield one
    await one.close()


async def test_a_grammar_is_understood_here() -> None:
    async with bots(intents=[{"name": "Order", "keys": ["1"]}]) as one:
        told = await one.tell("desk", "1", {}, "contact", "en-US")
        assert isinstance(told, dict) and told["sessionState"]["intent"]["name"] == "Order"


async def test_a_service_is_asked_as_lex_is() -> None:
    async with web_service((200, json.dumps(UNDERSTOOD).encode())) as service:
        async with bots(url=service.url, token="secret") as one:
            session = {"sessionAttributes": {"a": "b"}}
            assert await one.tell("desk", "4711", session, "contact", "de-DE") == UNDERSTOOD
        [asked] = service.asked
    assert asked.headers["authorization"] == "Bearer secret"
    assert json.loads(asked.body) == {
        "botId": "desk",
        "sessionId": "contact",
        "localeId": "de-DE",
        "text": "4711",
        "sessionState": session,
    }


async def test_one_that_is_not_configured_has_failed() -> None:
    async with bots(intents=[{"name": "Order"}]) as one:
        with pytest.raises(BotFailed, match="nothing is configured"):
            one.find("other")


async def test_a_service_that_is_silent_or_out_of_order_has_failed() -> None:
    async with web_service() as silent, bots(url=silent.url, seconds=0.1) as one:
        with pytest.raises(BotFailed, match=r"took longer than 0\.1 s"):
            await one.tell("desk", "", {}, "contact", "")
    async with web_service((404, b"")) as service, bots(url=service.url) as one:
        with pytest.raises(BotFailed, match="HTTP status 404"):
            await one.tell("desk", "", {}, "contact", "")
