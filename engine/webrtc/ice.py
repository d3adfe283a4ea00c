"""ICE without a socket of its own: aioice, on the port of all browsers."""

from __future__ import annotations

import asyncio
from typing import Any

import aioice
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import ConnectionEvent, StunProtocol
from aiortc import RTCIceCandidate, RTCIceParameters
from aiortc.rtcicetransport import candidate_from_aioice

from engine.webrtc.door import Address, Door


class SharedTransport(asyncio.DatagramTransport):
    """What aioice takes for its socket."""

    def __init__(self, door: Door, name: str, protocol: StunProtocol) -> None:
        super().__init__()
        self._door, self._name, self._protocol = door, name, protocol
        self._closing = False

    def sendto(self, data: Any, addr: Any = None) -> None:
        self._door.send(self._name, bytes(data), addr)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._door.address if name == "sockname" else default

    def is_closing(self) -> bool:
        return self._closing

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._door.dismiss(self._name)
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, None)


class SharedIce(aioice.Connection):
    """An ICE agent with one host candidate: the shared port, under the address browsers know."""

    def __init__(self, door: Door, host: str) -> None:
        super().__init__(ice_controlling=False)
        self._door, self._host = door, host
        self.protocol = StunProtocol(self)
        self.protocol.connection_made(SharedTransport(door, self.local_username, self.protocol))
        door.admit(self.local_username, self.local_password, self.protocol.datagram_received)

    @property
    def nominated(self) -> Address:
        """Where the browser is, as the checks found it. ICE is connected."""
        return self._nominated[1].remote_addr

    async def get_component_candidates(
        self,
        component: int,
        addresses: list[str],
        timeout: int = 5,  # noqa: ASYNC109 - aioice calls it with that
    ) -> list[aioice.Candidate]:
        self.protocol.local_candidate = aioice.Candidate(
            foundation=candidate_foundation("host", "udp", self._host),
            component=component,
            transport="udp",
            priority=candidate_priority(component, "host"),
            host=self._host,
            port=self._door.address[1],
            type="host",
        )
        self._protocols.append(self.protocol)
        return [self.protocol.local_candidate]

    @property
    def parameters(self) -> RTCIceParameters:
        return RTCIceParameters(self.local_username, self.local_password)

    @property
    def candidates(self) -> list[RTCIceCandidate]:
        """gather_candidates() was called."""
        return [candidate_from_aioice(one) for one in self.local_candidates]


class RestartableIce(SharedIce):
    """An ICE agent in whose place others may come (ICE restart, RFC 8445 §9): what is connected by
    it stays connected, and reads and writes by the newest of them."""

    def __init__(self, door: Door, host: str) -> None:
        super().__init__(door, host)
        self._newest: SharedIce = self

    async def give_way(self, newer: SharedIce) -> None:
        """`newer` is connected."""
        former, self._newest = self._newest, newer
        await (super().close() if former is self else former.close())

    @property
    def nominated(self) -> Address:
        return super().nominated if self._newest is self else self._newest.nominated

    async def send(self, data: bytes) -> None:
        await (super().send(data) if self._newest is self else self._newest.send(data))

    async def recv(self) -> bytes:
        while True:
            agent = self._newest
            try:
                return await (super().recv() if agent is self else agent.recv())
            except ConnectionError:
                if agent is self._newest:
                    raise

    async def get_event(self) -> ConnectionEvent | None:
        while True:
            agent = self._newest
            event = await (super().get_event() if agent is self else agent.get_event())
            if agent is self._newest:
                return event

    async def close(self) -> None:
        await super().close()
        if self._newest is not self:
            await self._newest.close()
