"""Connections in and out over TCP and TLS, each found again by its number or by where it leads."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from functools import partial
from itertools import count
from socket import SOCK_STREAM, socket
from typing import Final

from sip.actions import Send
from sip.census import Census, Limits
from sip.certificate import is_for
from sip.flow import TLS, WILDCARDS, Flow, Place
from sip.listeners import opened
from sip.stream import Stream
from sip.tls import Certificates, Channel

CONNECT_SECONDS: Final = 4.0  # then the next hop is tried, with most of Timer B left
LOOK_SECONDS: Final = 10.0  # at most so often the files of the certificates are looked at
SWEEP_SECONDS: Final = 5.0  # so often pings are sent and idle connections closed

Target = tuple[str, str, int, str]
"""Transport, host, port and the domain that the certificate must name."""


class Connections:
    """As many as the limits allow, found by number, or by target when we opened them.

    `registered` tells the numbers of those that phones are registered by.
    """

    def __init__(
        self,
        limits: Limits,
        certificates: Certificates | None,
        on_message: Callable[[bytes, Flow], None],
        on_failure: Callable[[Send], None],
        on_close: Callable[[Flow], None],
        registered: Callable[[], Collection[int]],
        dscp: int = 0,
    ) -> None:
        self.on_message, self.on_close = on_message, on_close
        self._certificates, self._on_failure = certificates, on_failure
        self._limits, self._registered = limits, registered
        self._census, self._dscp = Census(limits), dscp
        self._numbers = count(1)
        self._standing: dict[int, Stream] = {}
        self._opened: dict[Target, Stream] = {}
        self._aliases: dict[Target, Stream] = {}
        self._attempts: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []
        self._places: dict[int, Place] = {}
        self._look_again_at = 0.0
        self._sweeper: asyncio.TimerHandle | None = None

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
        if self._sweeper:
            self._sweeper.cancel()
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
            stream = self._opened.get(_target(flow)) or self._alias(flow) or self._open(flow)
        if stream is None or not stream.write(send):
            self._on_failure(send)

    def alias(self, flow: Flow, port: int) -> None:
        """A peer that TLS has proven takes requests for its `port` by the connection of `flow`."""
        stream = self._standing.get(flow.connection or 0)
        if stream and stream.target is None and stream.peer:
            self._drop_alias(stream)
            stream.alias = flow.transport, flow.host, port, ""
            self._aliases[stream.alias] = stream

    def local(self, listener: int | None, host: str) -> str:
        """`host`, an end of ours, where the listener has many: `Flow.local`."""
        place = self._places.get(listener or 0)
        return host if place and place.host in WILDCARDS else ""

    def admit(self, stream: Stream, source: str | None) -> bool:
        """Take up one that was opened by `source`, or by us; false when it is too many."""
        if not self._census.enter(stream.number, source):
            return False
        self._standing[stream.number] = stream
        surplus = self._census.surplus
        if surplus is not None:
            self._standing[surplus].abort()
        if self._sweeper is None:
            self._sweep_later()
        return True

    def prove(self, stream: Stream) -> None:
        """It has brought a message."""
        self._census.prove(stream.number)

    def remove(self, stream: Stream) -> None:
        """It is gone, or never came to be; what still waited for it has failed."""
        self._census.leave(stream.number)
        self._standing.pop(stream.number, None)
        self._drop_alias(stream)
        if stream.target:
            self._opened.pop(_target(stream.target), None)
        for send in stream.waiting:
            self._on_failure(send)
        stream.waiting.clear()

    def _alias(self, flow: Flow) -> Stream | None:
        """A connection of the peer that may be used as if we had opened it: RFC 5923 §8."""
        stream = self._aliases.get((flow.transport, flow.host, flow.port, ""))
        return stream if stream and is_for(stream.peer, flow.domain or flow.host) else None

    def _drop_alias(self, stream: Stream) -> None:
        if stream.alias and self._aliases.get(stream.alias) is stream:
            del self._aliases[stream.alias]
        stream.alias = None

    def _sweep_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._sweeper = loop.call_later(SWEEP_SECONDS, self._sweep) if self._standing else None

    def _sweep(self) -> None:
        now = asyncio.get_running_loop().time()
        for stream in list(self._standing.values()):
            stream.tick(now)
        self._close_idle(now - self._limits.idle_seconds)
        self._sweep_later()

    def _close_idle(self, since: float) -> None:
        idle = [stream for stream in self._standing.values() if stream.used_at <= since]
        kept = self._registered() if idle else ()
        for stream in idle:
            if stream.number not in kept:
                stream.close()

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
        loop = asyncio.get_running_loop()
        with opened(flow.host, SOCK_STREAM, self._dscp) as ours:
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    if place and place.takes(flow):
                        ours.bind((flow.local or place.host, 0))
                    await loop.sock_connect(ours, (flow.host, flow.port))
                    mine = socket(fileno=ours.detach())
                    await loop.create_connection(lambda: stream, sock=mine)
            except OSError:  # refused, unreachable, or out of time
                self.remove(stream)


def _target(flow: Flow) -> Target:
    return flow.transport, flow.host, flow.port, flow.domain
