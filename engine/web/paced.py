"""Our own routes are asked no faster than Connect's operations: both have the same pace."""

from __future__ import annotations

import asyncio

from starlette.requests import HTTPConnection

from engine.web.caller import NOBODY, Caller
from engine.web.denials import host_of
from engine.web.pace import Pace


class Paced:
    """A dependency of every route. Strangers are told apart by where they come from; a WebSocket
    has limits of its own."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    async def __call__(self, request: HTTPConnection) -> None:
        """Raises Refused."""
        caller: Caller = request.scope["caller"]
        if request.scope["type"] == "http":
            who = host_of(request) if caller is NOBODY else caller.name
            self._pace.check(who, asyncio.get_running_loop().time())
