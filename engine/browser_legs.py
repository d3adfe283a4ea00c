"""The media of browsers: an offer becomes a leg, which is watched, taken over, and given back.

One leg a login. A page whose network has changed restarts its ICE, and its leg goes on. A page that
is loaded again makes a new offer: once that browser is reached, all lines are on its port, and the
old one is closed. So it is where a user has two pages; each can tell whether it is the one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass

import structlog

from config import BrowserSettings, MediaSettings
from engine.browser_line import Leg, Stage
from engine.browser_lines import BrowserLines
from engine.codecs import FORMATS
from engine.pulse import Health, Pulse
from engine.webrtc import Door, OfferRefused, Peer, PeerLost
from engine.webrtc.description import Offer, read
from mixer import Farm, MixerError, PortStats
from sip import Cause

WATCH_SECONDS = 2.0
"""How often it is looked whether browsers are still there."""
DIRECTIONS = ("sendrecv", "recvonly")
"""Of offers: who sends nothing only listens."""
log = structlog.get_logger("engine.browsers")


@dataclass(slots=True, eq=False)
class Reached:
    """A browser that is, or was, connected."""

    peer: Peer
    pulse: Pulse


class BrowserLegs:
    def __init__(
        self, mixer: Farm, lines: BrowserLines, settings: BrowserSettings, media: MediaSettings
    ) -> None:
        self._mixer, self._lines, self._settings = mixer, lines, settings
        self._bound, self._threads = media.host, media.threads
        self._host = settings.host or media.host
        self._reached: dict[str, Reached] = {}
        self._calling: dict[str, Peer] = {}
        self._failed: dict[str, str] = {}
        self._pages: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._door: Door | None = None
        self._timer: asyncio.TimerHandle | None = None

    async def open(self) -> None:
        """Raises OSError."""
        self._door = await Door.open(self._bound, self._settings.port)
        self._timer = self._loop.call_later(WATCH_SECONDS, self._watch)

    async def close(self) -> None:
        if self._timer:
            self._timer.cancel()
        for username in tuple(self._reached):
            self.end(username)
        for peer in self._calling.values():
            self._spawn(peer.close())
        while self._tasks:
            await asyncio.gather(*self._tasks)
        if self._door:
            self._door.close()

    async def answer(self, username: str, sdp: str, page: str = "") -> str:
        """To the offer of this user's browser, which is reached in the background. `page` is what
        the page there calls itself.

        Raises OfferRefused, or MixerError when there is no room.
        """
        assert self._door, "it is open"
        if self._threads > 1:  # a bridge never spans threads, and a leg is there before its calls
            raise OfferRefused("Browsers need one media thread: [media] threads = 1")
        offer = read(sdp, self._settings.codecs)
        if offer.media.direction not in DIRECTIONS:
            raise OfferRefused("An offer is sendrecv, or recvonly to listen")
        reached = self._reached.get(username)
        if reached and reached.peer.goes_on_with(offer):
            answer = await reached.peer.restart(offer)
            self._spawn(self._reach_again(username, reached))
            return answer
        peer = Peer(
            *(self._door, self._mixer),
            host=self._host,
            codecs=self._settings.codecs,
            listen_only=offer.media.direction == "recvonly",
            on_lost=lambda: self._left(username, peer),
        )
        try:
            answer = await peer.answer(sdp)
        except OfferRefused:
            await peer.close()
            raise
        former, self._calling[username] = self._calling.get(username), peer
        self._pages[username] = page
        self._failed.pop(username, None)
        if former:
            self._spawn(former.close())
        self._spawn(self._reach(username, peer, offer))
        return answer

    def end(self, username: str) -> None:
        """The page hangs up its phone, and what is talked on it; nothing where there is none."""
        if peer := self._calling.pop(username, None):
            self._spawn(peer.close())
        self._pages.pop(username, None)
        self._over(username, Cause.REMOTE_BYE)

    def is_calling(self, username: str) -> bool:
        """Whether its browser has our answer and is not reached yet."""
        return username in self._calling

    def failure(self, username: str) -> str | None:
        """Why the last offer led to nothing."""
        return self._failed.get(username)

    def page(self, username: str) -> str | None:
        """Which page made the last offer, until it hangs up."""
        return self._pages.get(username)

    def stats(self, username: str) -> PortStats | None:
        """Of what comes from the browser; None where there is none."""
        reached = self._reached.get(username)
        return self._mixer.stats(reached.peer.port) if reached else None

    async def _reach(self, username: str, peer: Peer, offer: Offer) -> None:
        try:
            await peer.connect()
        except (PeerLost, MixerError, ConnectionError) as error:
            log.warning("browser not reached", username=username, error=str(error))
            if self._calling.get(username) is peer:
                del self._calling[username]
                self._failed[username] = str(error)
                self._lines.changed(username)
            await peer.close()
            return
        if self._calling.get(username) is not peer:  # a newer offer was quicker, or it was ended
            await peer.close()
            return
        del self._calling[username]
        self._take_over(username, peer, offer)

    async def _reach_again(self, username: str, reached: Reached) -> None:
        try:
            await reached.peer.reconnect()
        except (PeerLost, MixerError) as error:
            log.warning("browser not reached again", username=username, error=str(error))
            return
        if self._reached.get(username) is reached and (leg := self._lines.leg(username)):
            log.info("browser moved", username=username)
            reached.pulse = Pulse(self._settings.keep_seconds, self._loop.time())
            leg.is_up = True
            self._lines.told(leg)

    def _take_over(self, username: str, peer: Peer, offer: Offer) -> None:
        former = self._reached.get(username)
        pulse = Pulse(self._settings.keep_seconds, self._loop.time())
        self._reached[username] = Reached(peer, pulse)
        codec, listens = FORMATS[offer.codec_name], offer.media.direction == "recvonly"
        log.info("browser", username=username, codec=codec.name, listen_only=listens)
        if leg := self._lines.leg(username):
            leg.port, leg.codec, leg.listen_only, leg.is_up = peer.port, codec, listens, True
            self._lines.moved(leg)
            self._lines.told(leg)
        else:
            self._lines.join(Leg(username, peer.port, codec, listens))
        if former:
            self._spawn(former.peer.close())

    def _left(self, username: str, peer: Peer) -> None:
        """The browser closed what it had opened: a page that is loaded again does so."""
        reached = self._reached.get(username)
        if reached and reached.peer is peer:
            reached.pulse.lost(self._loop.time())
            self._look(username, reached)

    def _watch(self) -> None:
        for username, reached in tuple(self._reached.items()):
            self._look(username, reached)
            self._lines.changed(username)  # its quality is another
        self._timer = self._loop.call_later(WATCH_SECONDS, self._watch)

    def _look(self, username: str, reached: Reached) -> None:
        leg, stats = self._lines.leg(username), self._mixer.stats(reached.peer.port)
        assert leg, "who is reached has a leg"
        health = reached.pulse.beat(stats.received + stats.rtcp_received, self._loop.time())
        if health is Health.OVER:
            self._over(username, Cause.TIMEOUT)
        elif leg.is_up and health is Health.LOST:
            log.warning("browser lost", username=username)
            leg.is_up = False
            for line in [one for one in leg.lines if one.stage is Stage.RINGING]:
                self._lines.hang_up(line)
            self._lines.told(leg)

    def _over(self, username: str, cause: Cause) -> None:
        if reached := self._reached.pop(username, None):
            leg = self._lines.leg(username)
            assert leg, "who is reached has a leg"
            self._lines.leave(leg, cause)
            self._spawn(reached.peer.close())

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = self._loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
