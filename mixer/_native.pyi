"""The media core. `mixer.h` is its law: threads, ownership, units, errors.

A port is named by slot and generation; (slot, generation, channel) where a side matters. Every call
belongs to the control thread but tap_read() and tap_forget(), which belong to the reader of a tap.
After close() each raises MixerClosed.
"""

from typing import Any

PLAYER_ENDED: int
MEDIA_STARTED: int
MEDIA_TIMED_OUT: int
DIGIT_RECEIVED: int
TICKS_LATE: int
TAP_FRAMES: int
"""Stereo frames that wait for the reader of a tap before the next is an overrun."""

class MixerError(Exception): ...
class MixerFull(MixerError): ...
class NoFreePort(MixerError): ...
class PortGone(MixerError): ...
class RouteRefused(MixerError): ...
class NoTelephoneEvents(MixerError): ...
class MixerClosed(MixerError): ...

def codec_table() -> list[tuple[str, int, int, int]]:
    """Name, payload type, clock rate in hertz, channels."""

class Clip:
    def __init__(self, samples: bytes) -> None:
        """int16 in the order of this machine, mono, 8000 Hz. ValueError when there are none."""

    def close(self) -> None: ...

class Mixer:
    def __init__(
        self,
        *,
        host: str | None,
        host6: str | None,
        dscp: int,
        port_min: int,
        port_max: int,
        max_ports: int,
        max_routes: int,
        silence_timeout_ms: int,
        playout_min_ms: int,
        playout_max_ms: int,
        recording_delay_ms: int,
        late_tick_ms: int,
        mask_digits: bool,
    ) -> None:
        """Raises ValueError when a limit is out of range, MixerFull without memory or thread."""

    def close(self) -> None:
        """Joins the media thread; the GIL is free meanwhile. May be called twice."""

    def fileno(self) -> int: ...
    def next_event(self) -> tuple[int, int, int, str, int, int] | None:
        """Kind, slot, generation; digit and milliseconds, "" and 0 when it is about none; of late
        ticks the milliseconds of the worst, and how many."""

    def open_rtp(self, ipv6: bool, listen_only: bool, /) -> tuple[int, int, int]:
        """Slot, generation, UDP port of RTP. Raises MixerFull, NoFreePort, ValueError (host)."""

    def open_shared(
        self, ipv6: bool, udp_port: int, aside: int, listen_only: bool, /
    ) -> tuple[int, int]:
        """Slot and generation. The port closes `aside`. Raises MixerFull, ValueError (host)."""

    def set_remote(
        self,
        slot: int,
        generation: int,
        *,
        address: str,
        rtp_port: int,
        codec: str,
        payload_type: int,
        receive_payload_type: int,
        telephone_event: int,
        receive_telephone_event: int,
        learn_from: str | None,
        srtp: tuple[str, bytes, bytes] | None,
        clock_rate: int,
        ptime_ms: int,
        max_bitrate: int,
        fec: bool,
        dtx: bool,
        cbr: bool,
        rtcp_mux: bool,
    ) -> None:
        """-1 stands for no telephone event; `srtp` is suite, key to send, key to receive.

        A bitrate of 0 leaves it to us.

        Raises PortGone, ValueError, MixerFull.
        """

    def send_digits(
        self, slot: int, generation: int, digits: str, duration_ms: int, gap_ms: int, /
    ) -> None:
        """Raises PortGone, NoTelephoneEvents, MixerFull, ValueError."""

    def detect_tones(self, slot: int, generation: int, on: bool, /) -> None: ...
    def open_player(self, clip: Clip, loop: bool, /) -> tuple[int, int]: ...
    def open_tap(self, wide: bool = False, /) -> tuple[int, int]: ...
    def close_port(self, slot: int, generation: int, /) -> None: ...
    def route(
        self, source: tuple[int, int, int], sink: tuple[int, int, int], gain_q8: int, /
    ) -> None:
        """Raises PortGone, RouteRefused, MixerFull, ValueError (gain)."""

    def unroute(self, source: tuple[int, int, int], sink: tuple[int, int, int], /) -> None: ...
    def tap_read(
        self, slot: int, generation: int, max_frames: int, /
    ) -> tuple[bytes, int, bool, list[tuple[int, int, int]]]:
        """Stereo int16 frames, overruns so far, whether the tap was closed and all was read; and
        what was masked and not told before: first frame, end, channel."""

    def tap_forget(self, slot: int, generation: int, /) -> None: ...
    def stats(self, slot: int, generation: int, /) -> dict[str, Any]:
        """The fields of PortStats."""

    def totals(self) -> dict[str, Any]:
        """The fields of Totals."""
