"""Mixer: the driver. Owns the media core, opens ports, sends differences, reads events."""

from __future__ import annotations

import logging
from collections.abc import Callable, Set
from contextlib import suppress
from socket import socket

from config.settings import MediaSettings
from mixer import _native
from mixer._native import MixerClosed, MixerError, PortGone
from mixer.graph import Graph, Route
from mixer.ports import (
    DigitReceived,
    Event,
    Masked,
    MediaStarted,
    MediaTimedOut,
    PlayerEnded,
    Port,
    PortStats,
    Remote,
    RtpPort,
    SrtpKeys,
    Totals,
)

log = logging.getLogger(__name__)

ROUTES_PER_PORT = 8  # limit; two legs, a tap and five listeners take 14 routes for 8 ports

NARROW_RATE, WIDE_RATE = 8000, 16000  # hertz
LATE = "Media thread %d: %d ticks began late, by up to %d ms"  # at most every 10 s

EVENTS: dict[int, Callable[[Port], Event]] = {
    _native.PLAYER_ENDED: PlayerEnded,
    _native.MEDIA_STARTED: MediaStarted,
    _native.MEDIA_TIMED_OUT: MediaTimedOut,
}


class Clip:
    """Sound that players can play. Closing it while it plays is safe: each player keeps it."""

    def __init__(self, samples: bytes) -> None:
        self.native = _native.Clip(samples)

    def close(self) -> None:
        self.native.close()


class Tap:
    """A stereo recorder sink. read() belongs to one thread, any; the rest to the control thread."""

    def __init__(self, native: _native.Mixer, thread: int, *, wide: bool) -> None:
        self._native = native
        self._slot, self._generation = native.open_tap(wide)
        self.rate = WIDE_RATE if wide else NARROW_RATE
        """Frames a second, whatever its sources speak and come to speak."""
        self.left = Port(self._slot, self._generation, 0, thread)
        self.right = Port(self._slot, self._generation, 1, thread)
        self.ended = False
        """Closed, and read to its last frame."""
        self.overruns = 0
        """Frames lost so far because nobody read."""
        self.masked: list[Masked] = []
        """Where digits were silenced, lost frames counted; complete when it has ended."""

    def read(self, max_frames: int) -> bytes:
        """At most `max_frames` frames, int16 LE, shape (frames, 2); b"" when there are none yet."""
        if self.ended:
            return b""
        try:
            frames, self.overruns, self.ended, masked = self._native.tap_read(
                self._slot, self._generation, max_frames
            )
        except MixerClosed:
            self.ended = True
            return b""
        self.masked += [Masked(*span) for span in masked]
        return frames

    def close(self) -> None:
        """Frames up to this instant can still be read. May be called twice."""
        with suppress(PortGone, MixerClosed):
            self._native.close_port(self._slot, self._generation)

    def __del__(self) -> None:
        if hasattr(self, "_generation"):  # open_tap() did not fail
            self._native.tap_forget(self._slot, self._generation)


class Mixer:
    """The media core and its thread, "earshot-media". All calls belong to the control thread."""

    def __init__(
        self, settings: MediaSettings, on_event: Callable[[Event], None], thread: int = 0
    ) -> None:
        """`thread` is its number in a farm. Raises ValueError (a limit), MixerFull (no memory)."""
        self._on_event, self._thread = on_event, thread
        self._graph = Graph()
        self._native = _native.Mixer(
            host=settings.host,
            host6=settings.host6,
            dscp=settings.dscp,
            port_min=settings.port_min,
            port_max=settings.port_max,
            max_ports=settings.max_ports,
            max_routes=settings.max_ports * ROUTES_PER_PORT,
            silence_timeout_ms=round(settings.silence_timeout_seconds * 1000),
            playout_min_ms=settings.playout_min_ms,
            playout_max_ms=settings.playout_max_ms,
            recording_delay_ms=settings.recording_delay_ms,
            late_tick_ms=settings.late_tick_ms,
            mask_digits=settings.recorded_dtmf == "silent",
        )

    def fileno(self) -> int:
        """Readable when read_events() has something to tell."""
        return self._native.fileno()

    def read_events(self) -> None:
        waiting = list(iter(self._native.next_event, None))  # on_event may close the mixer
        for kind, slot, generation, digit, duration_ms, ticks in waiting:
            port = self._named(slot, generation)
            if kind == _native.TICKS_LATE:
                log.warning(LATE, self._thread, ticks, duration_ms)
            elif kind == _native.DIGIT_RECEIVED:
                self._on_event(DigitReceived(port, digit, duration_ms))
            else:
                self._on_event(EVENTS[kind](port))

    def open_rtp(self, *, ipv6: bool = False, listen_only: bool = False) -> RtpPort:
        """Bind an even UDP port of `host` or `host6`, and the next for RTCP.

        Raises MixerFull, NoFreePort; ValueError when there is no such address.

        What a listen-only port receives proves its phone alive and goes nowhere, ever.
        """
        slot, generation, rtp_port = self._native.open_rtp(ipv6, listen_only)
        return RtpPort(self._named(slot, generation), rtp_port)

    def open_shared(
        self, udp_port: int, aside: socket, *, ipv6: bool = False, listen_only: bool = False
    ) -> Port:
        """A port for a browser, on the UDP port of all of them, where ICE and DTLS are done by you.

        Bind it with SO_REUSEPORT. Once set_remote() has said who the peer is (RTCP by the same
        port, nothing to learn), the kernel gives this port all that comes from there; what is
        neither RTP nor RTCP (RFC 7983) arrives at the other end of `aside`, a datagram socket that
        the mixer owns from now on. Raises MixerFull; ValueError when there is no such address.
        """
        aside.setblocking(False)
        slot, generation = self._native.open_shared(ipv6, udp_port, aside.fileno(), listen_only)
        aside.detach()
        return self._named(slot, generation)

    def set_remote(self, port: Port, remote: Remote) -> None:
        """Say where the phone is, or where it is now. Raises PortGone, ValueError."""
        self._native.set_remote(
            port.slot,
            port.generation,
            address=remote.address,
            rtp_port=remote.rtp_port,
            codec=remote.codec,
            payload_type=remote.payload_type,
            receive_payload_type=remote.receive_payload_type,
            telephone_event=_or_minus_one(remote.telephone_event),
            receive_telephone_event=_or_minus_one(remote.receive_telephone_event),
            learn_from=remote.learn_from,
            srtp=_keys(remote.srtp),
            clock_rate=remote.clock_rate,
            ptime_ms=remote.ptime_ms,
            max_bitrate=remote.max_average_bitrate or 0,
            fec=remote.use_inband_fec,
            dtx=remote.use_dtx,
            cbr=remote.cbr,
            rtcp_mux=remote.rtcp_mux,
        )

    def send_digits(
        self, port: Port, digits: str, *, duration_ms: int = 100, gap_ms: int = 100
    ) -> None:
        """Send 0-9 * # A-D as telephone events, after those that still wait, 32 at most.

        Raises PortGone, NoTelephoneEvents, MixerFull; ValueError: another character, a duration
        outside of 40 to 8000 ms or a gap outside of 60 to 8000 ms.
        """
        self._native.send_digits(port.slot, port.generation, digits, duration_ms, gap_ms)

    def detect_tones(self, port: Port, on: bool = True) -> None:
        """Look for digits in the sound of a phone that knows no telephone events. Raises PortGone.

        Off at first: it costs, and with a phone that sends both each digit would come twice.
        """
        self._native.detect_tones(port.slot, port.generation, on)

    def load_clip(self, samples: bytes) -> Clip:
        """int16 LE, mono, 8000 Hz; ValueError when there are none."""
        return Clip(samples)

    def open_player(self, clip: Clip, *, loop: bool = False) -> Port:
        """A source that starts with its first route and stands still without. Raises MixerFull."""
        return self._named(*self._native.open_player(clip.native, loop))

    def open_tap(self, *, wide: bool = False) -> Tap:
        """A sink for the recorder, from this instant on; `wide`: at 16 kHz. Raises MixerFull."""
        return Tap(self._native, self._thread, wide=wide)

    def close_port(self, port: Port) -> None:
        """Nothing when it is closed already."""
        with suppress(PortGone):
            self._native.close_port(port.slot, port.generation)

    def route(self, owner: str, routes: Set[Route]) -> None:
        """From now on these are the routes of `owner`. Only the difference is sent, removals first.

        Raises PortGone, RouteRefused or MixerFull; then what could not be added all at once was not
        added at all, and what had to go is gone.
        """
        change = self._graph.difference(owner, routes)
        for route in change.removed:
            self._unroute(route)
        try:
            for route in change.added:
                self._native.route(_end(route.source), _end(route.sink), route.gain)
        except (MixerError, ValueError):
            for route in change.added:
                self._unroute(route)
            self._graph.settle(owner, self._graph.routes(owner) & routes)
            raise
        self._graph.settle(owner, routes)

    def stats(self, port: Port) -> PortStats:
        """Of an RTP port. Raises PortGone."""
        return PortStats(**self._native.stats(port.slot, port.generation))

    def totals(self) -> Totals:
        return Totals(**self._native.totals())

    def close(self) -> None:
        """BYEs are sent, the thread joined, every port closed. May be called twice.

        What a tap still holds is lost: close taps, and let them be read, before.
        """
        self._native.close()

    def _unroute(self, route: Route) -> None:
        with suppress(PortGone):  # its routes went with the port
            self._native.unroute(_end(route.source), _end(route.sink))

    def _named(self, slot: int, generation: int) -> Port:
        return Port(slot, generation, thread=self._thread)


def _end(port: Port) -> tuple[int, int, int]:
    return port.slot, port.generation, port.channel


def _keys(srtp: SrtpKeys | None) -> tuple[str, bytes, bytes] | None:
    return (srtp.suite, srtp.send, srtp.receive) if srtp else None


def _or_minus_one(payload_type: int | None) -> int:
    return -1 if payload_type is None else payload_type
