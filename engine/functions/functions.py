"""Calls whatever runs for an ARN, within its time, and reads the answer."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from typing import Any

from config.functions import Function, FunctionSettings
from engine.functions.answer import FunctionFailed, value_of
from engine.functions.aws import Aws
from engine.functions.endpoint import Endpoint
from engine.functions.workers import Workers

MAX_CALLS = 1000
"""At the same time, waiting ones included: a thousand contacts that all look somebody up."""


class Functions:
    """`open` before the first call, `close` after the last."""

    def __init__(self, mapped: Iterable[Function], settings: FunctionSettings) -> None:
        self._by_arn = {each.arn: each for each in mapped}
        self._settings = settings
        self._calls: set[asyncio.Task[object]] = set()

    def open(self) -> None:
        self._workers, self._endpoint = Workers(self._settings), Endpoint()
        self._aws = Aws()

    def find(self, arn: str) -> Function | None:
        """By its ARN or name as the configuration has it, with or without version or alias."""
        return self._by_arn.get(arn) or self._by_arn.get(arn.rpartition(":")[0])

    async def invoke(self, arn: str, event: dict[str, Any], seconds: float) -> object:
        """What the function answers, as JSON has it. Raises FunctionFailed.

        Whoever does not wait any longer does not break it off.
        """
        return await asyncio.shield(self.begin(arn, event, seconds))

    def begin(self, arn: str, event: dict[str, Any], seconds: float) -> asyncio.Task[object]:
        """The same for nobody to wait for. Raises FunctionFailed where it cannot be called."""
        function = self.find(arn)
        if function is None:
            raise FunctionFailed("nothing is configured for it in [[lambda_functions]]")
        if len(self._calls) >= MAX_CALLS:
            raise FunctionFailed(f"{MAX_CALLS} functions are being called already")
        call = asyncio.create_task(self._within(function, event, seconds))
        self._calls.add(call)
        call.add_done_callback(self._over)
        return call

    def _over(self, call: asyncio.Task[object]) -> None:
        self._calls.discard(call)
        if not call.cancelled():
            call.exception()  # whoever waited was told; for others it is lost on purpose

    async def _within(self, function: Function, event: dict[str, Any], seconds: float) -> object:
        try:
            async with asyncio.timeout(seconds):
                answer = await self._run(function, event, seconds)
        except TimeoutError:
            raise FunctionFailed(f"took longer than {seconds:g} s") from None
        return value_of(answer)

    async def _run(self, function: Function, event: dict[str, Any], seconds: float) -> bytes:
        if function.python:
            return await self._workers.run(function.python, event, seconds)
        body = json.dumps(event).encode()
        if function.url:
            return await self._endpoint.post(function.url, function.token, body, seconds)
        return await self._aws.run(function, body, seconds)

    async def close(self) -> None:
        for call in self._calls:
            call.cancel()
        await asyncio.gather(*self._calls, return_exceptions=True)
        await self._workers.close()
        await self._endpoint.close()
        self._aws.close()
