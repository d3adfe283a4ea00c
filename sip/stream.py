"""One TCP or TLS connection, cut into messages. Knows octets, not SIP."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from math import inf
from typing import TYPE_CHECKING, Final

from sip.actions import Send
from sip.certificate import Certificate, is_for
from sip.errors import PeerError
from sip.flow import Flow
from sip.keepalive import Do, Keepalive
from sip.message import PING, PONG, Framer
from sip.tls import Channel

if TYPE_CHECKING:
    from sip.tcp import Connections, Target

MESSAGE_SECONDS: Final = 32.0  # what takes longer to arrive never will
MAX_UNREAD: Final = 1024 * 1024  # octets a peer may leave waiting before it is cut off

log = logging.getLogger(__name__)


class Stream(asyncio.Protocol):
    """Before it stands, what is sent waits.

    A peer that does not complete what it began, the first message included, is cut off.
    """

    def __init__(
        self,
        table: Connections,
        number: int,
        kind: Flow,
        channel: Channel | None = None,
        *,
        opened: bool = False,
    ) -> None:
        """`kind` is where we connect to; of one that is accepted, its transport and listener."""
        self.number = number
        self.target = kind if opened else None
        self.waiting: list[Send] = []
        self.alias: Target | None = None
        """Where it takes our requests for, though the peer opened it: RFC 5923."""
        self.used_at = inf
        """When the last message went either way; pings of ours do not count."""
        self._table, self._kind, self._channel = table, kind, channel
        self._keepalive: Keepalive | None = None
        self._framer = Framer()
        self._flow: Flow | None = None
        self._transport: asyncio.Transport | None = None
        self._patience: asyncio.TimerHandle | None = None

    @property
    def peer(self) -> Certificate:
        """Whom TLS has proven the peer to be; empty when it has not."""
        return self._channel.peer if self._channel and self._channel.established else {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        address = transport.get_extra_info("peername")
        source = None if self.target or address is None else address[0]
        if address is None or not self._table.admit(self, source):  # gone already, or too many
            transport.abort()
            return
        self.used_at = asyncio.get_running_loop().time()
        kind = self._kind
        local = self._table.local(kind.listener, transport.get_extra_info("sockname")[0])
        self._flow = Flow(
            kind.transport, address[0], address[1], self.number, kind.listener, local=local
        )
        self._expect_message()
        if self._channel is None:
            self._stand()
        elif self.target:
            self._guarded(self._channel.greet)
            self._flush()

    def data_received(self, data: bytes) -> None:
        if self._keepalive:
            self._keepalive.heard(asyncio.get_running_loop().time())
        self._guarded(lambda: self._take(data))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._patience:
            self._patience.cancel()
        self._table.remove(self)
        if self._flow:
            self._table.on_close(self._flow)

    def write(self, send: Send) -> bool:
        """False when it can no longer be sent here."""
        if self._transport and self._transport.is_closing():
            return False
        if self._transport is None or (self._channel and not self._channel.established):
            self.waiting.append(send)
            return True
        if self._transport.get_write_buffer_size() > MAX_UNREAD:
            self._transport.abort()
            return False
        self._put(send.data)
        self.used_at = asyncio.get_running_loop().time()
        return True

    def tick(self, now: float) -> None:
        """Ping where that is due; a peer that answers pings no more is gone."""
        if self._keepalive is None or self._transport is None or self._transport.is_closing():
            return
        todo = self._keepalive.tick(now)
        if Do.PING in todo:
            self._put(PING)
        if Do.CLOSE in todo:
            self.abort()

    def close(self) -> None:
        """In good order: the peer hears of it."""
        assert self._transport
        if self._channel:
            self._channel.close()
            self._flush()
        self._transport.close()

    def abort(self) -> None:
        if self._transport:
            self._transport.abort()

    def _take(self, data: bytes) -> None:
        """Octets of the wire. Raises PeerError when they make no sense."""
        if self._channel:
            was_established = self._channel.established
            data = self._channel.receive(data)
            self._flush()
            if self._channel.established and not was_established:
                self._stand()
        assert self._transport
        if not self._transport.is_closing():
            self._cut(data)
        if self._channel and self._channel.ended:
            self.close()

    def _cut(self, data: bytes) -> None:
        assert self._flow
        complete = False
        for piece in self._framer.feed(data):
            complete = True
            if piece == PING:
                self._put(PONG)
            else:
                self._table.on_message(piece, self._flow)
        now = asyncio.get_running_loop().time()
        if self._keepalive and self._framer.take_pong():
            self._keepalive.heard(now, pong=True)
        if complete:
            self.used_at = now
            self._expect_nothing()
        if self._framer.unfinished:
            self._expect_message()

    def _stand(self) -> None:
        """The way is open, and the peer is whom we wanted."""
        if self._channel and self.target:
            wanted = self.target.domain or self.target.host
            if not is_for(self._channel.peer, wanted):
                log.warning("the certificate of %s is not for %s", self.target.host, wanted)
                self.abort()
                return
        if self.target:
            self._keepalive = Keepalive(asyncio.get_running_loop().time())
            self._expect_nothing()
        for send in self.waiting:
            self._put(send.data)
        self.waiting.clear()

    def _put(self, data: bytes) -> None:
        assert self._transport
        if self._channel:
            self._channel.write(data)
            self._flush()
        else:
            self._transport.write(data)

    def _flush(self) -> None:
        assert self._transport and self._channel
        if data := self._channel.pending():
            self._transport.write(data)

    def _guarded(self, act: Callable[[], None]) -> None:
        """A stream that makes no sense is closed, after what TLS has to say of it."""
        try:
            act()
        except PeerError as error:
            log.debug("closing the connection with %s: %s", self._flow, error)
            assert self._transport
            if self._channel:
                self._flush()
            self._transport.close()

    def _expect_nothing(self) -> None:
        if self._patience:
            self._patience.cancel()
            self._patience = None
            self._table.prove(self)

    def _expect_message(self) -> None:
        if self._patience is None:
            loop = asyncio.get_running_loop()
            self._patience = loop.call_later(MESSAGE_SECONDS, self.abort)
