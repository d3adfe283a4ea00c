"""Ports for programs that cannot choose one themselves and say which."""

from __future__ import annotations

import socket
from contextlib import ExitStack


def free_ports(count: int, host: str = "127.0.0.1") -> list[int]:
    """Ports free for TCP and UDP a moment ago; the system hands them out again late, if at all."""
    ports: list[int] = []
    with ExitStack() as held:
        while len(ports) < count:
            stream = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_STREAM))
            stream.bind((host, 0))
            port = stream.getsockname()[1]
            datagram = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            try:
                datagram.bind((host, port))
            except OSError:  # taken for UDP only
                continue
            ports.append(port)
    return ports


def free_media_port(host: str = "127.0.0.1") -> int:
    """An even port, free for UDP together with the next three: RTP and RTCP of two streams."""
    while True:
        base = free_ports(1, host)[0] & ~1
        with ExitStack() as held:
            try:
                for port in range(base, base + 4):
                    datagram = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                    datagram.bind((host, port))
            except OSError:
                continue
            return base
