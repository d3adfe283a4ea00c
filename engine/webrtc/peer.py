"""One browser: from its offer over ICE and DTLS to a port of the media core, and to its end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from functools import cache

from aiortc import RTCCertificate, RTCIceGatherer, RTCIceTransport
from aiortc.sdp import MediaDescription

from engine.webrtc.description import PROFILE, Offer, answer, read
from engine.webrtc.door import Door
from engine.webrtc.dtls import KeyedDtls
from engine.webrtc.ice import SharedIce
from mixer import Farm, Port, Remote

CONNECT_SECONDS = 10.0
"""Until ICE and DTLS are done; a browser that hides its addresses needs two or three."""

DATAGRAM = 2048  # octets, as the media core takes them


class PeerLost(Exception):
    """The browser was never reached; the text says how far it came."""


@cache
def certificate() -> RTCCertificate:
    """One for all browsers, for as long as the process lives."""
    return RTCCertificate.generateCertificate()


class Peer:
    """`port` is its place in the media core, to be routed like any other.

    peer = Peer(door, farm, host="192.0.2.1", codecs=("PCMU", "opus"), on_lost=...)
    sdp = await peer.answer(offer)      # to the browser
    await peer.connect()                # from now on it is heard, and hears
    await peer.close()
    """

    def __init__(
        self,
        door: Door,
        mixer: Farm,
        *,
        host: str,
        codecs: Sequence[str],
        beside: Port | None = None,
        listen_only: bool = False,
        on_lost: Callable[[], None] = lambda: None,
    ) -> None:
        """`host` is the address under which browsers reach the door. Raises MixerFull.

        `on_lost` is called once, when a browser that was connected left or fell silent.
        """
        self._mixer, self._codecs, self._host = mixer, codecs, host
        self._on_lost, self._closed = on_lost, False
        self._loop = asyncio.get_running_loop()
        self._ice = SharedIce(door, host)
        gatherer = RTCIceGatherer(iceServers=[])
        gatherer._connection = self._ice
        self._gatherer = gatherer
        self._transport = RTCIceTransport(gatherer)
        self._dtls = KeyedDtls(self._transport, [certificate()])
        self._offer: Offer | None = None
        self._aside, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._aside.setblocking(False)
        self._loop.add_reader(self._aside, self._read_aside)
        self.port = mixer.open_shared(
            door.address[1], theirs, beside=beside, listen_only=listen_only
        )

    async def answer(self, sdp: str) -> str:
        """To the offer of the browser. Raises OfferRefused."""
        self._offer = offer = read(sdp, self._codecs)
        role = "server" if offer.dtls.role == "client" else "client"
        self._dtls._set_role(role)
        self._ice.ice_controlling = offer.ice.iceLite
        return answer(offer, await self._described(role))

    async def connect(self) -> None:
        """Raises PeerLost."""
        assert self._offer, "answer() comes first"
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._reach(self._offer)
        except TimeoutError as error:
            raise PeerLost(f"not reached within {CONNECT_SECONDS:g} s") from error
        self._mixer.set_remote(self.port, self._remote(self._offer))
        self._dtls.on("statechange", self._changed)

    async def close(self) -> None:
        """May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._mixer.close_port(self.port)
        await self._dtls.stop()
        await self._transport.stop()
        self._loop.remove_reader(self._aside)
        self._aside.close()

    async def _described(self, role: str) -> MediaDescription:
        """Our end, but for what is spoken there."""
        await self._gatherer.gather()
        candidates = self._gatherer.getLocalCandidates()
        media = MediaDescription("audio", candidates[0].port, PROFILE, [])
        media.host = self._host
        media.ice, media.ice_candidates = self._gatherer.getLocalParameters(), candidates
        media.ice_candidates_complete = True
        media.dtls = self._dtls.getLocalParameters()
        media.dtls.role = role
        return media

    async def _reach(self, offer: Offer) -> None:
        """Candidates are not said to be complete: aioice would give up browsers that hide theirs,
        whose own checks are still to come."""
        for candidate in offer.media.ice_candidates:
            if candidate.protocol.lower() == "udp" and not candidate.ip.endswith(".local"):
                await self._transport.addRemoteCandidate(candidate)
        await self._transport.start(offer.ice)
        if self._transport.state != "completed":
            raise PeerLost("no way was found on which packets come and go (ICE)")
        await self._dtls.start(offer.dtls)
        if self._dtls.state != "connected":
            raise PeerLost("no keys were agreed on (DTLS)")

    def _remote(self, offer: Offer) -> Remote:
        address, udp_port = self._ice.nominated
        event = offer.telephone_event.payloadType if offer.telephone_event else None
        return Remote(
            address=address,
            rtp_port=udp_port,
            codec=offer.codec_name,
            payload_type=offer.payload_type,
            receive_payload_type=offer.payload_type,
            telephone_event=event,
            receive_telephone_event=event,
            srtp=self._dtls.keys,
            clock_rate=offer.codec.clockRate,
            use_inband_fec=offer.codec_name == "opus",
            rtcp_mux=True,
        )

    def _read_aside(self) -> None:
        """ICE checks and DTLS that the media core was sent, and does not want."""
        try:
            data = self._aside.recv(DATAGRAM)
        except OSError:
            return
        self._ice.protocol.datagram_received(data, self._ice.nominated)

    def _changed(self) -> None:
        if self._dtls.state in ("closed", "failed") and not self._closed:
            self._on_lost()
