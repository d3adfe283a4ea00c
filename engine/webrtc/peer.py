"""One browser: from its offer over ICE and DTLS to a port of the media core, and to its end."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Sequence
from functools import cache

from aiortc import RTCCertificate, RTCIceGatherer, RTCIceTransport
from aiortc.rtcicetransport import candidate_to_aioice
from aiortc.sdp import MediaDescription

from engine.webrtc.description import PROFILE, Offer, answer, read
from engine.webrtc.door import Door
from engine.webrtc.dtls import KeyedDtls
from engine.webrtc.ice import RestartableIce, SharedIce
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
    if peer.goes_on_with(offer):        # the same connection, after its network has changed
        sdp = await peer.restart(offer)
        await peer.reconnect()
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
        self._door, self._ice = door, RestartableIce(door, host)
        self._restarting: tuple[Offer, SharedIce] | None = None
        gatherer = RTCIceGatherer(iceServers=[])
        gatherer._connection = self._ice
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
        return answer(offer, await self._described(role, self._ice))

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

    def goes_on_with(self, offer: Offer) -> bool:
        """Whether it is of this connection, with ICE begun anew (RFC 8839 §4.4.1.1.1)."""
        former = self._offer
        if former is None or former.ice == offer.ice:
            return False
        return former.is_of_the_session_of(offer)

    async def restart(self, offer: Offer) -> str:
        """The answer to an offer that it goes on with; media keeps the way it has meanwhile."""
        await self._forget_restart()
        agent = SharedIce(self._door, self._host)
        agent.ice_controlling = self._ice.ice_controlling
        self._restarting = offer, agent
        return answer(offer, await self._described(self._dtls._role, agent))

    async def reconnect(self) -> None:
        """From now on media goes the new way. Raises PeerLost: then it keeps the old one."""
        assert self._restarting, "restart() comes first"
        offer, agent = self._restarting
        agent.remote_username = offer.ice.usernameFragment
        agent.remote_password = offer.ice.password
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                for candidate in offer.open_candidates():
                    await agent.add_remote_candidate(candidate_to_aioice(candidate))
                await agent.connect()
        except (ConnectionError, TimeoutError) as error:
            await agent.close()
            raise PeerLost("no new way was found on which packets come and go (ICE)") from error
        self._restarting, self._offer = None, offer
        await self._ice.give_way(agent)
        self._mixer.set_remote(self.port, self._remote(offer))

    async def close(self) -> None:
        """May be called twice."""
        if self._closed:
            return
        self._closed = True
        self._mixer.close_port(self.port)
        await self._forget_restart()
        await self._dtls.stop()
        await self._transport.stop()
        self._loop.remove_reader(self._aside)
        self._aside.close()

    async def _described(self, role: str, agent: SharedIce) -> MediaDescription:
        """Our end, but for what is spoken there."""
        await agent.gather_candidates()
        media = MediaDescription("audio", agent.candidates[0].port, PROFILE, [])
        media.host = self._host
        media.ice, media.ice_candidates = agent.parameters, agent.candidates
        media.ice_candidates_complete = True
        media.dtls = self._dtls.getLocalParameters()
        media.dtls.role = role
        return media

    async def _forget_restart(self) -> None:
        if self._restarting:
            _, agent = self._restarting
            self._restarting = None
            await agent.close()

    async def _reach(self, offer: Offer) -> None:
        """Candidates are not said to be complete: aioice would give up browsers that hide theirs,
        whose own checks are still to come."""
        for candidate in offer.open_candidates():
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
        self._door.datagram_received(data, self._ice.nominated)

    def _changed(self) -> None:
        if self._dtls.state in ("closed", "failed") and not self._closed:
            self._on_lost()
