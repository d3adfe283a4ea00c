"""The floor under any call server in Python: takes each datagram in and sends it on, and no more.

    python -m bench.forwarder PORT CALLEE_PORT

What comes to PORT goes to the callee by a second socket, and what comes back there goes to whoever
sent last; both are read as `SipTransport` reads.
"""

from __future__ import annotations

import asyncio
import socket
import sys

from sip.datagrams import DATAGRAMS_PER_WAKE, MAX_DATAGRAM, RECEIVE_BUFFER

HOST = "127.0.0.1"
Address = tuple[str, int]


class Side:
    """One socket; what it reads leaves by the `other` one."""

    def __init__(self, port: int, peer: Address | None = None) -> None:
        self.other = self
        self._peer = peer
        self._learns = peer is None
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        self._socket.bind((HOST, port))
        asyncio.get_running_loop().add_reader(self._socket, self._read)

    def send(self, data: bytes) -> None:
        if self._peer:
            self._socket.sendto(data, self._peer)

    def _read(self) -> None:
        for _ in range(DATAGRAMS_PER_WAKE):
            try:
                data, address = self._socket.recvfrom(MAX_DATAGRAM)
            except BlockingIOError:
                return
            if self._learns:
                self._peer = address
            self.other.send(data)


async def forward(port: int, callee_port: int) -> None:
    """Until the process is ended."""
    front, back = Side(port), Side(0, (HOST, callee_port))
    front.other, back.other = back, front
    print("Ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(forward(*map(int, sys.argv[1:])))
