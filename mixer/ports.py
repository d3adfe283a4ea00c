"""Ports of the mixer as values: their names, what is said about them, what they report."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, order=True)
class Port:
    """The name of something that speaks or hears: an RTP port, a player, one side of a tap.

    A name is never used twice: `generation` counts the uses of `slot`. `channel` is 1 for the right
    side of a tap, else 0. `thread` is the number of its mixer in a farm.
    """

    slot: int
    generation: int
    channel: int = 0
    thread: int = 0


@dataclass(frozen=True, slots=True)
class RtpPort:
    """An open RTP port. RTCP is one UDP port above `rtp_port` (RFC 3550 §11), or on it."""

    port: Port
    rtp_port: int


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """A suite of RFC 4568 §6.2 or RFC 7714 §14.1, and master key with salt for each direction.

    Said again, the same keys go on with the same session.
    """

    suite: str
    send: bytes = field(repr=False)
    receive: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Remote:
    """Where a phone is and what it speaks.

    RTP is taken from exactly `address`:`rtp_port`. `learn_from` names another address, such as the
    one its signalling comes from: any port there may be learnt, once, and then only that one.
    Both are of the family that the port was opened for. Port 0 or address 0.0.0.0 or :: (hold)
    sends nothing and takes nothing.
    """

    address: str
    rtp_port: int
    codec: str
    payload_type: int
    """What we must send."""
    receive_payload_type: int
    telephone_event: int | None = None
    """Payload type of RFC 4733 to send; None where it was not negotiated."""
    receive_telephone_event: int | None = None
    learn_from: str | None = None
    srtp: SrtpKeys | None = None
    """None: RTP as it is."""
    clock_rate: int = 8000
    """Hertz; with `codec` it names a row of the table of codecs."""
    ptime_ms: int = 20
    """Of the packets it wants. 10 to 60 are made, as the codec can; what is relayed stays as it is.
    """
    max_average_bitrate: int | None = None
    """Bits a second that Opus may take; None leaves it to us. RFC 7587 §6.1, as the next three."""
    use_inband_fec: bool = False
    use_dtx: bool = False
    cbr: bool = False
    rtcp_mux: bool = False
    """RTCP comes and goes by the RTP port (RFC 5761); the one above it is given back."""


@dataclass(frozen=True, slots=True)
class PortStats:
    """What happened on an RTP port since it was opened, in packets unless said otherwise."""

    received: int
    sent: int
    lost: int
    """RFC 3550 A.3, over all SSRCs."""
    strangers: int
    """From a wrong source; once the right one is known the kernel drops them uncounted."""
    malformed: int
    forged: int
    """Not SRTP or SRTCP under the key, or replayed."""
    unexpected: int
    """Of a payload type that was not negotiated."""
    misplaced: int
    """Duplicates, and what came too late or lies outside the sequence."""
    realigned: int
    """How often the timestamps had left the clock and were set against it again."""
    epochs: int
    """SSRC changes and sequence restarts."""
    send_errors: int
    rtcp_received: int
    digits: int
    """Told as DigitReceived."""
    digits_lost: int
    """Not told: more than 20 a second, or events were not read."""
    concealed_ms: float
    """Sound made up for what a mix or a recording missed."""
    level_dbov: float
    """How loud it is, as RFC 6464 counts: -127 is silence, 0 overload."""
    speaking: bool
    """Somebody speaks, judged by energy against the noise of the line."""
    speech_ms: float
    mos: float
    """Of what the phone sends, as G.107 estimates it from loss, jitter and round trip so far: 1 to
    4.4, and 0 before anything came."""
    jitter_ms: float
    rtt_ms: float
    """0 before the first RTCP report about us."""
    playout_ms: float
    """How far behind now it is mixed, by its jitter; what is relayed does not wait."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What the mixer did since it was opened."""

    cpu_seconds: float
    """Of the media thread."""
    ticks: int
    late_ticks: int
    """Begun more than `late_tick_ms` late; the driver warns of them."""
    worst_ms: float
    """How late the latest was."""
    p99_ms: float
    """How late 99 of 100 ticks were at most, in steps of 0.1 ms, at most 25.6."""
    ports_open: int


@dataclass(frozen=True, slots=True)
class Masked:
    """Frames `first` to before `end` of a tap are silent on one side: a key sounded there."""

    first: int
    end: int
    channel: int
    """0 is left, 1 is right."""


@dataclass(frozen=True, slots=True)
class PlayerEnded:
    """The last sample of a clip was sent; comes once, and never of a loop."""

    port: Port


@dataclass(frozen=True, slots=True)
class MediaStarted:
    """The first RTP packet was accepted; comes once."""

    port: Port


@dataclass(frozen=True, slots=True)
class MediaTimedOut:
    """No RTP for `silence_timeout_seconds`; comes once, until packets come again."""

    port: Port


@dataclass(frozen=True, slots=True)
class DigitReceived:
    """A DTMF digit has ended, as telephone event (RFC 4733) or as tones that were looked for.

    `digit` is one of 0-9 * # A-D. It may be part of a PIN: its repr does not say which.
    """

    port: Port
    digit: str = field(repr=False)
    duration_ms: int


Event = PlayerEnded | MediaStarted | MediaTimedOut | DigitReceived
