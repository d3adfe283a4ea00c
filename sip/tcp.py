"""TCP for the driver: connections in and out, cut into messages. Knows octets, not SIP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from itertools import count
from socket import socket
from typing import Final

from sip.actions import Send
from sip.errors import PeerError
from sip.flow import TCP, Flow
from sip.message import PING, Framer

PONG: Final = b"\r\n"  # RFC 5626 §4.4.1
CONNECT_SECONDS: Final = 4.0  # then UDP is tried, with most of Timer B left
MESSAGE_SECONDS: Final = 32.0  # what takes longer to arrive never will
MAX_UNREAD: Final = 1024 * 1024  # octets a peer may leave waiting before it is cut off


class Connection(asyncio.Protocol):
    """One connection; before it stands, what is sent waits.

    A peer that does not complete what it began, the first message included, is cut off.
    """

    def __init__(
        self, table: Connections, number: int, address: tuple[str, int] | None = None
    ) -> None:
        self.number = number
        self.address = address  # when we opened it
        self.waiting: list[Send] = []
        self._table = table
        self._framer = Framer()
        self._flow: Flow | None = None
        self._transport: asyncio.Transport | None = None
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        peer = transport.get_extra_info("peername")
        if peer is None or not self._table.admit(self):  # gone already, or too many
            transport.abort()
            return
        self._flow = Flow(TCP, peer[0], peer[1], self.number)
        self._expect_message()
        for send in self.waiting:
            transport.write(send.data)
        self.waiting.clear()

    def data_received(self, data: bytes) -> None:
        assert self._transport and self._flow
        complete = False
        try:
            for piece in self._framer.feed(data):
                complete = True
                if piece == PING:
                    self._transport.write(PONG)
                else:
                    self._table.on_message(piece, self._flow)
        except PeerError:
            self._transport.abort()
        if complete and self._patience:
            self._patience.cancel()
            self._patience = None
        elif not complete:
            self._expect_message()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._patience:
            self._patience.cancel()
        self._table.remove(self)

    def write(self, send: Send) -> bool:
        """False when it can no longer be sent here."""
        if self._transport is None:
            self.waiting.append(send)
            return True
        if self._transport.is_closing():
            return False
        if self._transport.get_write_buffer_size() > MAX_UNREAD:
            self._transport.abort()
            return False
        self._transport.write(send.data)
        return True

    def abort(self) -> None:
        if self._transport:
            self._transport.abort()

    def _expect_message(self) -> None:
        if self._patience is None:
            loop = asyncio.get_running_loop()
            self._patience = loop.call_later(MESSAGE_SECONDS, self.abort)


class Connections:
    """At most `limit` connections, found by number, or by address when we opened them."""

    def __init__(
        self,
        limit: int,
        on_message: Callable[[bytes, Flow], None],
        on_failure: Callable[[Send], None],
    ) -> None:
        self.on_message = on_message
        self._limit, self._on_failure = limit, on_failure
        self._numbers = count(1)
        self._standing: dict[int, Connection] = {}
        self._opened: dict[tuple[str, int], Connection] = {}
        self._attempts: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    def __len__(self) -> int:
        return len(self._standing)

    async def listen(self, listener: socket) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._accept, sock=listener)

    async def close(self) -> None:
        for attempt in self._attempts:
            attempt.cancel()
        await asyncio.gather(*self._attempts, return_exceptions=True)
        if self._server:
            self._server.close()
        for connection in list(self._standing.values()):
            connection.abort()
        if self._server:
            await self._server.wait_closed()

    def send(self, send: Send) -> None:
        """By its connection; a flow without one gets a new one. What fails goes to on_failure."""
        flow = send.flow
        if flow.connection is not None:
            connection = self._standing.get(flow.connection)
        else:
            connection = self._opened.get((flow.host, flow.port)) or self._connect(flow)
        if connection is None or not connection.write(send):
            self._on_failure(send)

    def admit(self, connection: Connection) -> bool:
        if len(self._standing) >= self._limit:
            return False
        self._standing[connection.number] = connection
        return True

    def remove(self, connection: Connection) -> None:
        """It is gone, or never came to be; what still waited for it has failed."""
        self._standing.pop(connection.number, None)
        if connection.address:
            self._opened.pop(connection.address, None)
        for send in connection.waiting:
            self._on_failure(send)
        connection.waiting.clear()

    def _accept(self) -> Connection:
        return Connection(self, next(self._numbers))

    def _connect(self, flow: Flow) -> Connection:
        address = flow.host, flow.port
        connection = self._opened[address] = Connection(self, next(self._numbers), address)
        attempt = asyncio.get_running_loop().create_task(self._attempt(connection, flow))
        self._attempts.add(attempt)
        attempt.add_done_callback(self._attempts.discard)
        return connection

    async def _attempt(self, connection: Connection, flow: Flow) -> None:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await loop.create_connection(lambda: connection, flow.host, flow.port)
        except OSError:  # refused, unreachable, or out of time
            self.remove(connection)
