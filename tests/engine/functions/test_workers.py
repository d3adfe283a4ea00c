from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from engine.functions.answer import FunctionFailed
from engine.functions.workers import Workers
from tests.engine.functions.folder import written
from tests.rig.patience import PATIENCE_SECONDS

SECONDS = 30.0  # of patience with a busy machine; nothing waits for it to pass
Rig = Callable[..., AbstractAsyncContextManager[Workers]]


@pytest.fixture
def workers(tmp_path: Path) -> Rig:
    @asynccontextmanager
    async def opened(**values: object) -> AsyncIterator[Workers]:
        one = Workers(written(tmp_path, **values))
        yield one
        await one.close()

    return opened


async def test_a_function_is_handed_the_event_and_may_print(workers: Rig) -> None:
    async with workers() as one:
        answer = await one.run("desk.echo", {"a": ["ü"]}, SECONDS)
        assert json.loads(answer) == {"a": ["ü"]}


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        ("desk.fails", "KeyError in desk.py, line"),
        ("desk.crashes", "its process ended"),
        ("desk.leaves", "its process ended"),
        ("desk.fills_memory", "MemoryError in desk.py, line"),
        ("desk.nothing", "ValueError in"),
        ("desk.missing", "AttributeError in"),
        ("missing.handler", "ModuleNotFoundError in"),
    ],
)
async def test_what_a_function_does_wrong_is_told_without_a_value_and_the_next_call_runs(
    workers: Rig, function: str, reason: str
) -> None:
    async with workers() as one:
        with pytest.raises(FunctionFailed) as told:
            await one.run(function, {"secret": "PIN 1234"}, SECONDS)
        assert str(told.value).startswith(reason) and "1234" not in str(told.value)
        assert json.loads(await one.run("desk.echo", {}, SECONDS)) == {}


async def test_32_kilobytes_are_an_answer_and_33_are_none(workers: Rig) -> None:
    async with workers() as one:
        size = 32 * 1024 - len('{"text": ""}')
        assert len(await one.run("desk.answers", {"size": size}, SECONDS)) == 32 * 1024
        with pytest.raises(FunctionFailed, match="more than 32768"):
            await one.run("desk.answers", {"size": 33 * 1024}, SECONDS)


async def test_a_process_serves_one_call_after_the_other(workers: Rig) -> None:
    async with workers() as one:
        first = await one.run("desk.process", {}, SECONDS)
        assert await one.run("desk.process", {}, SECONDS) == first


async def test_one_that_hangs_is_killed_and_another_takes_its_place(workers: Rig) -> None:
    async with workers(processes=1) as one:
        before = json.loads(await one.run("desk.process", {}, SECONDS))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await one.run("desk.hangs", {}, SECONDS)
        after = json.loads(await one.run("desk.process", {}, SECONDS))
        assert after != before
        with pytest.raises(ProcessLookupError):
            await gone(int(before["pid"]))


async def test_a_call_that_is_given_up_while_its_process_starts_leaves_it_to_the_next(
    workers: Rig,
) -> None:
    async with workers(processes=1) as one:
        call = asyncio.create_task(one.run("desk.echo", {}, SECONDS))
        await asyncio.sleep(0)
        call.cancel()
        assert json.loads(await one.run("desk.echo", {"a": 1}, SECONDS)) == {"a": 1}


async def test_functions_see_nothing_of_the_environment_that_they_are_not_shown(
    workers: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "shown")
    monkeypatch.setenv("EARSHOT_WEB__TOKEN", "secret")
    async with workers(environment=["CRM_TOKEN"]) as one:
        seen = json.loads(await one.run("desk.environment", {}, SECONDS))
        assert seen["CRM_TOKEN"] == "shown" and "EARSHOT_WEB__TOKEN" not in seen


async def gone(pid: int) -> None:
    """Raises ProcessLookupError once it is reaped."""
    import os

    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            os.kill(pid, 0)
            await asyncio.sleep(0.01)
