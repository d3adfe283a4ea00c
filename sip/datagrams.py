"""UDP for the driver: one socket of ours, read in bursts."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from typing import Final

from sip.flow import UDP, Flow

RECEIVE_BUFFER: Final = 4 * 1024 * 1024  # octets; a burst must outlast one busy turn of the loop
DATAGRAMS_PER_WAKE: Final = 64  # then others have their turn
MAX_DATAGRAM: Final = 65535

log = logging.getLogger(__name__)


class Datagrams:
    """`number` is that of the listener, which the flows carry."""

    def __init__(
        self, bound: socket.socket, number: int, on_message: Callable[[bytes, Flow], None]
    ) -> None:
        self._socket, self._number, self._on_message = bound, number, on_message
        self._open = True
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        asyncio.get_running_loop().add_reader(bound, self._read)

    def close(self) -> None:
        if self._open:
            self._open = False
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()

    def send(self, data: bytes, flow: Flow) -> bool:
        """False when it cannot be sent there; what a full buffer drops is as good as lost."""
        if self._open:
            try:
                self._socket.sendto(data, (flow.host, flow.port))
            except (BlockingIOError, InterruptedError):
                pass  # it will be resent
            except OSError as error:
                log.debug("sending to %s failed: %s", flow, error)
                return False
        return True

    def _read(self) -> None:
        for _ in range(DATAGRAMS_PER_WAKE):
            if not self._open:  # a message stopped us
                return
            try:
                data, address = self._socket.recvfrom(MAX_DATAGRAM)
            except (BlockingIOError, InterruptedError):
                return
            except OSError as error:  # what ICMP said about an earlier datagram
                log.debug("receiving failed: %s", error)
                continue
            self._on_message(data, Flow(UDP, address[0], address[1], listener=self._number))
