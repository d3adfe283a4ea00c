"""Ports for programs that cannot choose one themselves and say which.

They come from below the range that the system gives to outgoing connections and to whoever binds
port 0, each process of a run goes through a part of its own, and none comes twice in a row: nobody
takes one between its choice and its use.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import cycle
from random import SystemRandom

FIRST, SHARE, SHARES = 10_000, 2_000, 5
BLOCK = 4
"""Ports of one choice at a time: RTP and RTCP of two streams lie side by side."""


def bases() -> Iterator[int]:
    """The blocks of this process; two runs at once do not begin alike."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    blocks, first = SHARE // BLOCK, FIRST + worker % SHARES * SHARE
    start = SystemRandom().randrange(blocks)
    return cycle(first + (start + number) % blocks * BLOCK for number in range(blocks))


BASES = bases()


def free_ports(count: int, host: str = "127.0.0.1") -> list[int]:
    """Ports free for TCP and UDP a moment ago, in no order."""
    ports: list[int] = []
    with ExitStack() as held:
        while len(ports) < count:
            port = next(BASES)
            if _bind(held, host, port, tcp=True):
                ports.append(port)
    return ports


def free_media_port(host: str = "127.0.0.1") -> int:
    """An even port, free for UDP together with the next three: RTP and RTCP of two streams."""
    while True:
        base = next(BASES)
        with ExitStack() as held:
            if all(_bind(held, host, port, tcp=False) for port in range(base, base + BLOCK)):
                return base


def _bind(held: ExitStack, host: str, port: int, *, tcp: bool) -> bool:
    """Hold a port for UDP, and for TCP as well; False when somebody has it."""
    kinds = (socket.SOCK_DGRAM, socket.SOCK_STREAM) if tcp else (socket.SOCK_DGRAM,)
    try:
        for kind in kinds:
            held.enter_context(socket.socket(socket.AF_INET, kind)).bind((host, port))
    except OSError:
        return False
    return True
