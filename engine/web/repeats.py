"""A request that is sent again is answered as the first time: ClientToken of Connect's operations.

The same caller, operation and token with the same input is one request, also while the first is
still under way; with another input it is refused. What was refused may be tried again. Tokens are
forgotten after some hours, when there are too many, and when the engine ends.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.refused import Refused

REMEMBERED_SECONDS = 8 * 3600.0
MAX_REMEMBERED = 10_000
TOKEN = "ClientToken"

Answer = dict[str, Any]
Key = tuple[str, str, str]
"""Caller, operation, token."""


@dataclass(frozen=True, slots=True)
class _First:
    given: Mapping[str, Any]
    answer: asyncio.Future[Answer]
    at: float


class Repeats:
    def __init__(self) -> None:
        self._firsts: OrderedDict[Key, _First] = OrderedDict()

    async def once(
        self,
        caller: str,
        operation: str,
        given: Mapping[str, Any],
        carry_out: Callable[[], Awaitable[Answer]],
    ) -> Answer:
        """Raises Refused, and whatever `carry_out` raises."""
        token = given.get(TOKEN)
        if not token:
            return await carry_out()
        loop = asyncio.get_running_loop()
        self._forget(loop.time())
        key = (caller, operation, token)
        first = self._firsts.get(key)
        if first is None:
            first = self._firsts[key] = _First(given, loop.create_future(), loop.time())
            return await self._carry_out(key, first, carry_out)
        if first.given != given:
            text = f"{TOKEN}: it was given before, with another input"
            raise Refused(409, "IdempotencyException", text)
        return await asyncio.shield(first.answer)

    async def _carry_out(
        self, key: Key, first: _First, carry_out: Callable[[], Awaitable[Answer]]
    ) -> Answer:
        try:
            answer = await carry_out()
        except BaseException as error:
            self._firsts.pop(key, None)
            first.answer.set_exception(
                error
                if isinstance(error, Exception)
                else Refused(500, "InternalServiceException", "The first request was given up")
            )
            first.answer.exception()  # whoever waits has it; nobody has to
            raise
        first.answer.set_result(answer)
        return answer

    def _forget(self, now: float) -> None:
        while self._firsts:
            first = next(iter(self._firsts.values()))
            old = now - first.at > REMEMBERED_SECONDS
            if not old and len(self._firsts) < MAX_REMEMBERED:
                return
            self._firsts.popitem(last=False)
