"""Waiting for something that happens elsewhere, with a limit instead of a guess."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any, Final, TypeVar, overload

T = TypeVar("T")
PATIENCE_SECONDS: Final = 20.0
"""How long anything is waited for that is sure to come: what comes at once costs none of it, and on
a busy machine all takes longer. Less than the time a test has."""
NEVER_BEHIND_SECONDS: Final = 3 * PATIENCE_SECONDS
"""The `overload_seconds` of an engine that takes every call, though the machine lets it wait."""
POLL_SECONDS: Final = 0.01


@overload
async def until(
    condition: Callable[[], Awaitable[T | None]], within: float = PATIENCE_SECONDS
) -> T: ...
@overload
async def until(condition: Callable[[], T | None], within: float = PATIENCE_SECONDS) -> T: ...
async def until(condition: Callable[[], Any], within: float = PATIENCE_SECONDS) -> Any:
    """The first truthy value of `condition`; AssertionError after `within` seconds."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        outcome = condition()
        value = await outcome if inspect.isawaitable(outcome) else outcome
        if value:
            return value
        assert asyncio.get_running_loop().time() < deadline, f"not within {within:g} s"
        await asyncio.sleep(POLL_SECONDS)


async def within(coming: Awaitable[T], seconds: float = PATIENCE_SECONDS) -> T:
    """What is sure to come; AssertionError where it does not."""
    try:
        async with asyncio.timeout(seconds):
            return await coming
    except TimeoutError:
        raise AssertionError(f"not within {seconds:g} s") from None
