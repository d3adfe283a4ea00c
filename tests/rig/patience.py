"""Waiting for something that happens elsewhere, with a limit instead of a guess."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import TypeVar

T = TypeVar("T")
POLL_SECONDS = 0.01


async def until(condition: Callable[[], T | Awaitable[T]], within: float = 5.0) -> T:
    """The first truthy value of `condition`; AssertionError after `within` seconds."""
    deadline = asyncio.get_running_loop().time() + within
    while True:
        outcome = condition()
        value: T = await outcome if inspect.isawaitable(outcome) else outcome
        if value:
            return value
        assert asyncio.get_running_loop().time() < deadline, f"not within {within:g} s"
        await asyncio.sleep(POLL_SECONDS)
