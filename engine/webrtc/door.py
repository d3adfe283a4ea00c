"""The one UDP port of all browsers, as far as the media core does not have them."""

from __future__ import annotations

import asyncio
import socket
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, cast

from aioice import stun

Address = tuple[str, int]
Receive = Callable[[bytes, Address], None]

MOST_ADDRESSES = 4096
"""From which something came, or to which something was sent, that are remembered; the one not used
for longest is forgotten."""

STUN = range(4)  # first bytes, RFC 7983 §7
DTLS = range(20, 64)


class Door(asyncio.DatagramProtocol):
    """Knows whom a datagram is for: the peer that is named by an ICE check from there, signed with
    its password (RFC 8445 §7.3), or that sent something there.

    RTP of a peer reaches it only before the media core has a socket of its own for that peer, and
    is dropped.
    """

    def __init__(self) -> None:
        self.strangers = 0
        """Datagrams for nobody."""
        self._peers: dict[str, tuple[bytes, Receive]] = {}
        self._names: OrderedDict[Address, str] = OrderedDict()
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def open(cls, host: str, port: int) -> Door:
        """Bind the port, 0 for any; the media core binds it again. Raises OSError."""
        transport, door = await asyncio.get_running_loop().create_datagram_endpoint(
            cls, local_addr=(host, port), reuse_port=True, family=socket.AF_INET
        )
        door._transport = transport
        return door

    @property
    def address(self) -> Address:
        assert self._transport, "it is open"
        return cast(Address, self._transport.get_extra_info("sockname")[:2])

    def admit(self, name: str, password: str, receive: Receive) -> None:
        """From now on pass on what is for the peer of this name, its ice-ufrag here."""
        self._peers[name] = (password.encode(), receive)

    def dismiss(self, name: str) -> None:
        self._peers.pop(name, None)

    def send(self, name: str, data: bytes, address: Address) -> None:
        """From the shared port; what comes back from there is for `name`."""
        assert self._transport, "it is open"
        self._remember(address, name)
        self._transport.sendto(data, address)

    def datagram_received(self, data: bytes, addr: tuple[Any, ...]) -> None:
        address = (str(addr[0]), int(addr[1]))
        peer = self._peers.get(self._name(data, address) or "")
        if peer:
            peer[1](data, address)
        else:
            self.strangers += 1

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def _name(self, data: bytes, address: Address) -> str | None:
        first = data[0] if data else None
        if first in STUN and (named := self._signed(data)):
            self._remember(address, named)
            return named
        return self._names.get(address) if first in STUN or first in DTLS else None

    def _signed(self, data: bytes) -> str | None:
        """Who is meant by a check, if the password of that peer signs it."""
        try:
            message = stun.parse_message(data)
        except ValueError:
            return None
        name = str(message.attributes.get("USERNAME", "")).partition(":")[0]
        password, _ = self._peers.get(name, (None, None))
        return name if password and message.check_message_integrity(password) else None

    def _remember(self, address: Address, name: str) -> None:
        self._names[address] = name
        self._names.move_to_end(address)
        if len(self._names) > MOST_ADDRESSES:
            self._names.popitem(last=False)
