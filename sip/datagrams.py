"""UDP for the driver: one socket of ours, read in bursts."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from struct import Struct
from typing import Final

from sip.flow import UDP, WILDCARDS, Flow, Place
from sip.overload import Overload

RECEIVE_BUFFER: Final = 4 * 1024 * 1024  # octets; a burst must outlast one busy turn of the loop
DATAGRAMS_PER_WAKE: Final = 64  # then others have their turn
MAX_DATAGRAM: Final = 65535
MAX_INFO: Final = 64  # octets of control messages
SO_MEMINFO: Final = 55  # socket(7): what its queues hold; Python has no name for it
KEPT_SIZE: Final = 2304  # octets the kernel takes to keep a SIP message of usual size
IP_PKTINFO: Final = 8  # ip(7); Python has no name for it
RECEIVE_INFO: Final = {
    socket.AF_INET: (socket.IPPROTO_IP, IP_PKTINFO),
    socket.AF_INET6: (socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO),
}

_MEMORY = Struct("9I")  # sock_diag(7): SK_MEMINFO_RMEM_ALLOC is the first, DROPS the last

log = logging.getLogger(__name__)


class Datagrams:
    """`number` is that of the listener, which the flows carry.

    One that listens on all addresses answers from the one that was spoken to (RFC 3581 §4).
    """

    def __init__(
        self,
        bound: socket.socket,
        place: Place,
        number: int,
        on_message: Callable[[bytes, Flow], None],
        overload: Overload,
    ) -> None:
        self._socket, self._number, self._on_message = bound, number, on_message
        self._overload = overload
        self._open = True
        self._dropped = 0  # by the kernel, since nobody read them in time
        self._receive = self._plain
        if place.host in WILDCARDS:
            self._receive = self._informed
            level, option = RECEIVE_INFO[bound.family]
            bound.setsockopt(level, option, 1)
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
                if not (flow.local and self._send_from(data, flow)):
                    self._socket.sendto(data, (flow.host, flow.port))
            except (BlockingIOError, InterruptedError):
                pass  # it will be resent
            except OSError as error:
                log.debug("sending to %s failed: %s", flow, error)
                return False
        return True

    def _send_from(self, data: bytes, flow: Flow) -> bool:
        """False when that address is not ours any more."""
        level, option, info = _packet_info(flow.local)
        try:
            self._socket.sendmsg([data], [(level, option, info)], 0, (flow.host, flow.port))
        except (BlockingIOError, InterruptedError):
            raise
        except OSError:
            return False
        return True

    def _plain(self) -> tuple[bytes, Flow]:
        data, address = self._socket.recvfrom(MAX_DATAGRAM)
        return data, Flow(UDP, address[0], address[1], listener=self._number)

    def _informed(self) -> tuple[bytes, Flow]:
        data, ancillary, _, address = self._socket.recvmsg(MAX_DATAGRAM, MAX_INFO)
        local = next((_local(level, info) for level, _, info in ancillary), "")
        return data, Flow(UDP, address[0], address[1], listener=self._number, local=local)

    def _read(self) -> None:
        began = asyncio.get_running_loop().time()
        for _ in range(DATAGRAMS_PER_WAKE):
            if not self._open:  # a message stopped us
                return
            try:
                data, flow = self._receive()
            except (BlockingIOError, InterruptedError):
                self._overload.emptied(self._number)
                return
            except OSError as error:  # what ICMP said about an earlier datagram
                log.debug("receiving failed: %s", error)
                continue
            self._on_message(data, flow)
        self._look_back(began)

    def _look_back(self, began: float) -> None:
        """There may be more than one turn reads: how long the last of it will have waited."""
        now = asyncio.get_running_loop().time()
        memory = self._socket.getsockopt(socket.SOL_SOCKET, SO_MEMINFO, _MEMORY.size)
        kept, *_, dropped = _MEMORY.unpack(memory)
        waiting = kept / KEPT_SIZE
        seconds = waiting * (now - began) / DATAGRAMS_PER_WAKE
        self._overload.queued(self._number, seconds, now)
        if dropped != self._dropped:
            self._dropped = dropped
            self._overload.lost(self._number, now)


def _packet_info(local: str) -> tuple[int, int, bytes]:
    """A control message that names the address to send from: ip(7), RFC 3542 §6.2."""
    if ":" in local:
        info = socket.inet_pton(socket.AF_INET6, local) + bytes(4)
        return socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, info
    return socket.IPPROTO_IP, IP_PKTINFO, bytes(4) + socket.inet_aton(local) + bytes(4)


def _local(level: int, info: bytes) -> str:
    """The address of ours in a control message that came with a datagram."""
    if level == socket.IPPROTO_IPV6:
        return socket.inet_ntop(socket.AF_INET6, info[:16])
    return socket.inet_ntoa(info[4:8])
