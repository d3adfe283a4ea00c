"""Farm: several mixers, each with a media thread of its own, used like one."""

from __future__ import annotations

from collections.abc import Callable, Set
from socket import socket

from config.settings import MediaSettings
from mixer._native import RouteRefused
from mixer.graph import Route
from mixer.media import Clip, Mixer, Tap
from mixer.ports import Event, Port, PortStats, Remote, RtpPort, Totals


class Farm:
    """What is not said here is as in Mixer.

    A call lives on one of them: its first port goes where the fewest are open, and everything else
    of it says beside which port it wants to be. A bridge never spans threads: they share nothing.
    """

    def __init__(self, settings: MediaSettings, on_event: Callable[[Event], None]) -> None:
        """`settings.threads` mixers, among which its ports and slots are dealt out evenly."""
        self._mixers: list[Mixer] = []
        try:
            for thread in range(settings.threads):
                self._mixers.append(Mixer(share(settings, thread), on_event, thread))
        except BaseException:
            self.close()
            raise

    def readers(self) -> list[tuple[int, Callable[[], None]]]:
        """File descriptors, and what to call when one is readable: events wait."""
        return [(mixer.fileno(), mixer.read_events) for mixer in self._mixers]

    def open_rtp(
        self, *, beside: Port | None = None, ipv6: bool = False, listen_only: bool = False
    ) -> RtpPort:
        """`beside` is any port of the same call; None begins a call."""
        mixer = self._least_loaded() if beside is None else self._of(beside)
        return mixer.open_rtp(ipv6=ipv6, listen_only=listen_only)

    def open_shared(
        self,
        udp_port: int,
        aside: socket,
        *,
        beside: Port | None = None,
        ipv6: bool = False,
        listen_only: bool = False,
    ) -> Port:
        mixer = self._least_loaded() if beside is None else self._of(beside)
        return mixer.open_shared(udp_port, aside, ipv6=ipv6, listen_only=listen_only)

    def open_player(self, clip: Clip, *, beside: Port, loop: bool = False) -> Port:
        return self._of(beside).open_player(clip, loop=loop)

    def open_tap(self, *, beside: Port, wide: bool = False) -> Tap:
        return self._of(beside).open_tap(wide=wide)

    def load_clip(self, samples: bytes) -> Clip:
        """For players of any thread."""
        return Clip(samples)

    def set_remote(self, port: Port, remote: Remote) -> None:
        self._of(port).set_remote(port, remote)

    def send_digits(
        self, port: Port, digits: str, *, duration_ms: int = 100, gap_ms: int = 100
    ) -> None:
        self._of(port).send_digits(port, digits, duration_ms=duration_ms, gap_ms=gap_ms)

    def detect_tones(self, port: Port, on: bool = True) -> None:
        self._of(port).detect_tones(port, on)

    def close_port(self, port: Port) -> None:
        self._of(port).close_port(port)

    def route(self, owner: str, routes: Set[Route]) -> None:
        """Raises RouteRefused when they are not all of one thread; then nothing has changed."""
        threads = {end.thread for route in routes for end in route.ends}
        if len(threads) > 1:
            raise RouteRefused("a bridge never spans threads")
        for thread, mixer in enumerate(self._mixers):
            mixer.route(owner, routes if thread in threads else set())

    def stats(self, port: Port) -> PortStats:
        return self._of(port).stats(port)

    def totals(self) -> Totals:
        """Of all threads together; the lateness is that of the worst."""
        every = [mixer.totals() for mixer in self._mixers]
        return Totals(
            cpu_seconds=sum(one.cpu_seconds for one in every),
            ticks=sum(one.ticks for one in every),
            late_ticks=sum(one.late_ticks for one in every),
            worst_ms=max(one.worst_ms for one in every),
            p99_ms=max(one.p99_ms for one in every),
            ports_open=sum(one.ports_open for one in every),
        )

    def close(self) -> None:
        for mixer in self._mixers:
            mixer.close()

    def _of(self, port: Port) -> Mixer:
        return self._mixers[port.thread]

    def _least_loaded(self) -> Mixer:
        return min(self._mixers, key=lambda mixer: mixer.totals().ports_open)


def share(settings: MediaSettings, thread: int) -> MediaSettings:
    """The UDP ports and slots of one of the mixers."""
    threads, first = settings.threads, settings.port_min + settings.port_min % 2
    pairs = (settings.port_max + 1 - first) // 2
    begin, end = (pairs * number // threads for number in (thread, thread + 1))
    slots = settings.max_ports * (thread + 1) // threads - settings.max_ports * thread // threads
    own = {"port_min": first + 2 * begin, "port_max": first + 2 * end - 1, "max_ports": slots}
    return settings.model_copy(update=own)
