from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from config import Function
from engine.functions.answer import FunctionFailed
from engine.functions.functions import MAX_CALLS, Functions
from tests.engine.functions.folder import written
from tests.rig.patience import until
from tests.rig.web_service import web_service

ARN = "arn:aws:lambda:eu-central-1:123456789012:function:"
SECONDS = 30.0
Rig = Callable[..., AbstractAsyncContextManager[Functions]]


@pytest.fixture
def functions(tmp_path: Path) -> Rig:
    @asynccontextmanager
    async def opened(**ways: dict[str, str]) -> AsyncIterator[Functions]:
        names: dict[str, dict[str, Any]] = {"echo": {"python": "desk.echo"}, **ways}
        mapped = [Function(arn=f"{ARN}{name}", **way) for name, way in names.items()]
        one = Functions(mapped, written(tmp_path))
        one.open()
        yield one
        await one.close()

    return opened


@pytest.mark.parametrize("version", ["", ":7", ":$LATEST", ":live"])
async def test_a_function_is_found_by_its_arn_with_any_version(
    functions: Rig, version: str
) -> None:
    async with functions() as one:
        assert await one.invoke(f"{ARN}echo{version}", {"a": 1}, SECONDS) == {"a": 1}


async def test_one_that_is_not_configured_has_failed(functions: Rig) -> None:
    async with functions() as one:
        with pytest.raises(FunctionFailed, match="nothing is configured"):
            await one.invoke(f"{ARN}other", {}, SECONDS)


async def test_all_tries_together_have_the_time_limit(functions: Rig) -> None:
    async with web_service() as silent, functions(slow={"url": silent.url}) as one:
        with pytest.raises(FunctionFailed, match=r"took longer than 0\.1 s"):
            await one.invoke(f"{ARN}slow", {}, 0.1)


async def test_whoever_gives_up_does_not_break_it_off(functions: Rig) -> None:
    async with web_service((200, b"{}")) as service, functions(web={"url": service.url}) as one:
        call = asyncio.create_task(one.invoke(f"{ARN}web", {}, SECONDS))
        await asyncio.sleep(0)
        call.cancel()
        await until(lambda: service.asked)


async def test_a_call_that_nobody_waits_for_may_fail(functions: Rig) -> None:
    async with functions(bad={"python": "desk.fails"}) as one:
        one.begin(f"{ARN}bad", {}, SECONDS)
        assert await one.invoke(f"{ARN}echo", {}, SECONDS) == {}


async def test_there_are_never_more_calls_than_the_limit(functions: Rig) -> None:
    async with web_service() as silent, functions(slow={"url": silent.url}) as one:
        for _ in range(MAX_CALLS):
            one.begin(f"{ARN}slow", {}, SECONDS)
        with pytest.raises(FunctionFailed, match="are being called already"):
            one.begin(f"{ARN}slow", {}, SECONDS)
