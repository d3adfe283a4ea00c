"""Ports for programs that cannot choose one themselves and say which.

They come from below the range that the system gives to outgoing connections and to whoever binds
port 0, so nobody takes one between its choice and its use, but for another run of these tests.
"""

from __future__ import annotations

import socket
from contextlib import ExitStack
from random import SystemRandom

FIRST, LAST = 10_000, 19_999
random = SystemRandom()  # not seeded: two runs at once must not choose alike


def free_ports(count: int, host: str = "127.0.0.1") -> list[int]:
    """Ports free for TCP and UDP a moment ago, in no order."""
    ports: list[int] = []
    with ExitStack() as held:
        while len(ports) < count:
            port = random.randint(FIRST, LAST)
            if port not in ports and _bind(held, host, port, tcp=True):
                ports.append(port)
    return ports


def free_media_port(host: str = "127.0.0.1") -> int:
    """An even port, free for UDP together with the next three: RTP and RTCP of two streams."""
    while True:
        base = random.randrange(FIRST, LAST - 3, 2)
        with ExitStack() as held:
            if all(_bind(held, host, port, tcp=False) for port in range(base, base + 4)):
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
