"""Waiting for something that happens elsewhere, with a limit instead of a guess."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")
POLL_SECONDS = 0.01


@overload
async def until(condition: Callable[[], Awaitable[T | None]], within: float = 5.0) -> T: ...
@overload
async def until(condition: Callable[[], T | None], within: float = 5.0) -> T: ...
async def until(condition: Callable[[], Any], within: float = 5.0) -> Any:
    """The first truthy value of `condition`; AssertionError after `within` seconds."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        outcome = condition()
        value = await outcome if inspect.isawaitable(outcome) else outcome
        if value:
            return value
        assert asyncio.get_running_loop().time() < deadline, f"not within {within:g} s"
        await asyncio.sleep(POLL_SECONDS)
