"""Connections on loopback; the endpoint behind them is not needed to see what they do."""

from __future__ import annotations

import asyncio
import socket
import ssl

from config.settings import TlsSettings
from sip.actions import Send
from sip.census import Limits
from sip.flow import TCP, Flow, Place
from sip.tcp import Connections
from sip.tls import Certificates
from tests.rig.patience import until
from tests.sip.raw import request

ONE = request("OPTIONS", branch="b1")
TWO = request("OPTIONS", branch="b2", body="v=0")

FEW = Limits(total=4, per_source=4, half_open=4, idle_seconds=60.0)

Connected = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Table:
    """Connections of which everything is noted."""

    def __init__(
        self, limits: Limits = FEW, transport: str = TCP, tls: TlsSettings | None = None
    ) -> None:
        self.received: list[tuple[bytes, Flow]] = []
        self.failed: list[Send] = []
        self.closed: list[Flow] = []
        self.transport = transport
        certificates = Certificates(tls) if tls else None
        self.registered: set[int] = set()
        self.connections = Connections(
            limits,
            certificates,
            self._receive,
            self.failed.append,
            self.closed.append,
            lambda: self.registered,
        )
        self.address = ("127.0.0.1", 0)

    async def start(self) -> None:
        listener = socket.socket()
        listener.bind(self.address)
        self.address = listener.getsockname()
        await self.connections.listen(listener, Place(self.transport, *self.address), 1)

    async def connect(self, context: ssl.SSLContext | None = None) -> Connected:
        name = "here.example" if context else None
        return await asyncio.open_connection(*self.address, ssl=context, server_hostname=name)

    async def messages(self, count: int) -> list[bytes]:
        await until(lambda: len(self.received) >= count)
        return [data for data, _ in self.received]

    def flow_to(self, other: Table, domain: str = "") -> Flow:
        return Flow(other.transport, *other.address, domain=domain)

    def _receive(self, data: bytes, flow: Flow) -> None:
        self.received.append((data, flow))


async def is_closed(reader: asyncio.StreamReader) -> bool:
    """Wait for the end of a stream, in good order or not."""
    try:
        return await reader.read() == b""
    except (ConnectionResetError, ssl.SSLError):
        return True
