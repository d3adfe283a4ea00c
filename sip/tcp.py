"""Connections in and out over TCP and TLS, each found again by its number or by where it leads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from itertools import count
from socket import socket
from typing import Final

from sip.actions import Send
from sip.flow import TLS, Flow, Place
from sip.stream import Stream
from sip.tls import Certificates, Channel

CONNECT_SECONDS: Final = 4.0  # then the next hop is tried, with most of Timer B left
LOOK_SECONDS: Final = 10.0  # at most so often the files of the certificates are looked at

Target = tuple[str, str, int, str]
"""Transport, host, port and the domain that the certificate must name."""


class Connections:
    """At most `limit` connections, found by number, or by target when we opened them."""

    def __init__(
        self,
        limit: int,
        certificates: Certificates | None,
        on_message: Callable[[bytes, Flow], None],
        on_failure: Callable[[Send], None],
    ) -> None:
        self.on_message = on_message
        self._limit, self._certificates, self._on_failure = limit, certificates, on_failure
        self._numbers = count(1)
        self._standing: dict[int, Stream] = {}
        self._opened: dict[Target, Stream] = {}
        self._attempts: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []
        self._places: dict[int, Place] = {}
        self._look_again_at = 0.0

    def __len__(self) -> int:
        return len(self._standing)

    async def listen(self, listener: socket, place: Place, number: int) -> None:
        """Accept what comes to a bound socket, `number` of `Here.places`."""
        kind = Flow(place.transport, place.host, place.port, listener=number)
        accept = partial(self._accept, kind)
        server = await asyncio.get_running_loop().create_server(accept, sock=listener)
        self._places[number] = place
        self._servers.append(server)

    async def close(self) -> None:
        for attempt in self._attempts:
            attempt.cancel()
        await asyncio.gather(*self._attempts, return_exceptions=True)
        for server in self._servers:
            server.close()
        for stream in list(self._standing.values()):
            stream.abort()
        for server in self._servers:
            await server.wait_closed()

    def send(self, send: Send) -> None:
        """By its connection; a flow without one gets a new one. What fails goes to on_failure."""
        flow = send.flow
        if flow.connection is not None:
            stream = self._standing.get(flow.connection)
        else:
            stream = self._opened.get(_target(flow)) or self._open(flow)
        if stream is None or not stream.write(send):
            self._on_failure(send)

    def admit(self, stream: Stream) -> bool:
        if len(self._standing) >= self._limit:
            return False
        self._standing[stream.number] = stream
        return True

    def remove(self, stream: Stream) -> None:
        """It is gone, or never came to be; what still waited for it has failed."""
        self._standing.pop(stream.number, None)
        if stream.target:
            self._opened.pop(_target(stream.target), None)
        for send in stream.waiting:
            self._on_failure(send)
        stream.waiting.clear()

    def _accept(self, kind: Flow) -> Stream:
        return Stream(self, next(self._numbers), kind, self._channel(kind))

    def _channel(self, kind: Flow, domain: str | None = None) -> Channel | None:
        """TLS where the transport is that; as the client when there is a domain."""
        if kind.transport != TLS:
            return None
        assert self._certificates, "TLS without certificates"
        now = asyncio.get_running_loop().time()
        if now >= self._look_again_at:
            self._look_again_at = now + LOOK_SECONDS
            self._certificates.refresh()
        certificates = self._certificates
        context = certificates.server if domain is None else certificates.client
        return Channel(context, domain)

    def _open(self, flow: Flow) -> Stream | None:
        if flow.transport == TLS and self._certificates is None:
            return None
        channel = self._channel(flow, flow.domain or flow.host)
        stream = Stream(self, next(self._numbers), flow, channel, opened=True)
        self._opened[_target(flow)] = stream
        attempt = asyncio.get_running_loop().create_task(self._attempt(stream, flow))
        self._attempts.add(attempt)
        attempt.add_done_callback(self._attempts.discard)
        return stream

    async def _attempt(self, stream: Stream, flow: Flow) -> None:
        """Connect from the address that Via and Contact tell the peer."""
        place = self._places.get(flow.listener or 0)
        ours = (place.host, 0) if place and place.takes(flow) else None
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await loop.create_connection(lambda: stream, flow.host, flow.port, local_addr=ours)
        except OSError:  # refused, unreachable, or out of time
            self.remove(stream)


def _target(flow: Flow) -> Target:
    return flow.transport, flow.host, flow.port, flow.domain
