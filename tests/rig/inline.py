"""The engine within the tests: it starts in a tenth of a second, a process takes a second.

async with Inline(folder, tls={...}) as engine:
    async with engine.phone("customer") as customer:
        await customer.invite("support", audio(4000))
"""

from __future__ import annotations

from contextlib import AsyncExitStack
from typing import Self

from config import load
from engine.app import running
from tests.rig.site import Site


class Inline(Site):
    """It reads the same configuration file as a `Server`."""

    async def __aenter__(self) -> Self:
        self.write_files()
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(running(load(self.config)))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
