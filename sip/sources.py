"""Which address of ours packets to a peer leave from: the kernel's own answer, kept for a while.

What it said is forgotten when it tells of a change of addresses or routes, and after a minute
anyway.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from typing import Final

from pyroute2 import AsyncIPRoute
from pyroute2.netlink import rtnl
from pyroute2.netlink.exceptions import NetlinkError

KEPT_SECONDS: Final = 60.0  # where no change is told, as without rights to listen for it
MAX_KEPT: Final = 4096  # peers
LOST: Final = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}  # where no route leads there
CHANGES: Final = (
    rtnl.RTMGRP_IPV4_IFADDR
    | rtnl.RTMGRP_IPV4_ROUTE
    | rtnl.RTMGRP_IPV6_IFADDR
    | rtnl.RTMGRP_IPV6_ROUTE
)

log = logging.getLogger(__name__)


class Sources:
    """`to` is `Here.source_to`; while nothing watches, answers only grow old."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, float]] = {}  # and until when
        self._watch: asyncio.Task[None] | None = None

    def watch(self) -> None:
        """Listen for changes until close()."""
        self._watch = asyncio.get_running_loop().create_task(self._listen())

    async def close(self) -> None:
        if self._watch:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)

    def to(self, peer: str) -> str:
        """The address of ours that a route to an IP address leads from."""
        now = time.monotonic()
        source, until = self._kept.get(peer, ("", 0.0))
        if now >= until:
            if len(self._kept) >= MAX_KEPT:
                self._kept.clear()
            source = _looked_up(peer)
            self._kept[peer] = source, now + KEPT_SECONDS
        return source

    async def _listen(self) -> None:
        changes = AsyncIPRoute()
        try:
            await changes.bind(groups=CHANGES)
            while True:
                self._kept.clear()
                async for _ in changes.get():
                    self._kept.clear()
        except (OSError, NetlinkError) as error:
            log.warning("changes of addresses are noticed late: %s", error)
        finally:
            changes.close()


def _looked_up(peer: str) -> str:
    """To connect a datagram socket sends nothing, but chooses the route."""
    family = socket.AF_INET6 if ":" in peer else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((peer, 9))
        except OSError:
            return LOST[family]
        return str(probe.getsockname()[0])
