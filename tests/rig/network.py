"""A network of a test's own: a namespace with a loopback, and the addresses that it is given."""

from __future__ import annotations

import asyncio
import ctypes
import os
import threading
from collections.abc import Awaitable, Callable
from typing import Final

from pyroute2 import AsyncIPRoute

CLONE_NEWNET: Final = 0x40000000  # unshare(2)
LOOPBACK: Final = 1


class NoNamespace(Exception):
    """This process may not make one; the text says why."""


class Network:
    """What the one who is alone in it may do."""

    def __init__(self, changes: AsyncIPRoute) -> None:
        self._changes = changes

    async def add(self, address: str, length: int = 24) -> None:
        """From now on it is ours, and so is the network it is in."""
        await self._changes.addr("add", index=LOOPBACK, address=address, prefixlen=length)

    async def remove(self, address: str, length: int = 24) -> None:
        await self._changes.addr("del", index=LOOPBACK, address=address, prefixlen=length)


def alone(work: Callable[[Network], Awaitable[None]]) -> None:
    """Do it in a new namespace, on a thread and an event loop of its own. Raises NoNamespace."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            _leave()
            asyncio.run(_prepared(work))
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run, name="namespace")
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


def _leave() -> None:
    """Only the calling thread moves; its namespace ends with the last socket in it."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise NoNamespace(f"no network namespace: {os.strerror(ctypes.get_errno())}")


async def _prepared(work: Callable[[Network], Awaitable[None]]) -> None:
    async with AsyncIPRoute() as changes:
        await changes.link("set", index=LOOPBACK, state="up")
        await work(Network(changes))
