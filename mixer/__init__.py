"""Mixer: everything that touches samples or RTP. Python names it, C does it.

    asyncio (control thread)                               "earshot-media" (C, no GIL)
    Mixer.open_rtp/route/... --commands-->  obey, in order
                                            take packets  RTP -> checked -> relay at once
    Mixer.read_events        <--events----                           `-> decoded -> timeline
    recorder's thread                       every 20 ms   timelines, players -> mix -> RTP
    Tap.read                 <--frames----  every 200 ms  timelines, players -> tap

The tick    One clock for all: samples since the start, 8000 Hz, from CLOCK_MONOTONIC. Each RTP
            source that somebody needs decoded has a timeline, a ring of 1 s addressed by that
            clock. Packets are written where their timestamp belongs; order and duplicates need no
            care. Readers go behind now: mixes as far as the jitter of the source needs, taps by
            `recording_delay_ms` or more. So a tap is as long as it was open, whatever the packets
            do, and its two sides lie as they were heard, at 8 kHz or, opened `wide`, at 16.
            Timestamps that leave the clock are set against it again, slowly for drift (8 ms), at
            once for a leap (1 s).
Holes       What was lost, or is late, is made up from the last pitch period and fades within 60 ms;
            after comfort noise there is noise; a pause, or a digit, is silence. It lies in the
            timeline, for all readers alike, until the packet comes after all.
Delay       99 of 100 packets of the last seconds were in time for the mixes of a source, between
            `playout_min_ms` and `playout_max_ms`. It grows at once, and shrinks in silence or where
            one period of a voice can be left out; 5 ms cross. The timeline knows nothing of it.
Relay       A sink with one RTP source of its own codec at unity gain gets its packets as they come,
            with a header of ours (RFC 3550 §5.1); G.711 u-law and A-law are turned into each other
            byte by byte. Anything else is mixed every 20 ms, and sent in packets as long as the
            phone wants them. Sequence and timestamps go on without a break from one to the other.
            A relayed leg may feed taps and mixes at the same time. Sinks that hear the same, in one
            codec and packets of 20 ms, are sent one mix, encoded once (G.722: each for itself).
Codecs      G.722 and Opus have a timeline and a mix of 16000 Hz: between two of them wideband stays
            wide. Taps, players and narrowband legs are 8000 Hz; a half-band filter leads from one
            rate to the other. What comes of Opus is decoded to 16000 Hz mono, whatever it was. Both
            remember what they heard, so packets are decoded in their order: those that overtook
            others wait, eight at most, until a mix or a tap needs them. For what never came
            libopus makes up, from the next packet's copy (FEC) where there is one. They are decoded
            only while a mix or a tap wants it.
Changes     Every change of a route or a gain, and the start and end of players, is a ramp of 5 ms.
            In a tap a source begins and ends at its instant; in a mix with the next tick. Between
            a mix and a relay, and between relayed sources, 5 ms lead from one to the other.
Digits      Telephone events (RFC 4733) are told once, when they end, and relayed, or sent anew to a
            phone of another codec; they are never sound. Tones in the sound are looked for where
            that is asked. Digits that are sent take the place of all else on their way.
Masks       No digit sounds in a tap (`recorded_dtmf`): 58 ms ahead of it the timelines are judged,
            and a digit of -40 dBm0 a tone or more is silence there, from its first sample to its
            last and up to 26 ms on both sides, with ramps of 5 ms outside. The tap tells where.
            Mixes and relays pass digits on.
The rings   Commands, events, released slots and the frames of each tap: one writer and one reader
            each, no lock anywhere. Python may be two seconds late; the media thread never waits.
Who owns    The control thread decides what exists (slots, UDP ports, routes asked for) and can
what        refuse at once. The media thread owns sockets, timelines, players and the routes in
            force, from the moment they are opened until it hands the slot back. `native/mixer.h`
            is the law, `native/core.h` draws the parts.
Silence     A listen-only port drops RTP before any timeline and cannot be the source of a route.
            RTP is taken from one address only; once it is known, the kernel drops all other. It may
            be learnt once where NAT hides it, and anew only when the phone says that it moves.
Secrets     SRTP where keys were given: what is not made with them, or comes twice, changes nothing.
Pace        Packets are handled as they come; when the thread is busy for more than 5 % of the time
            it gathers them for 4 ms, which saves a wake-up each and half of all its work.
Ports       An even UDP port, in the address family of the phone, and the one above for RTCP; that
            one goes back as soon as both share the other (rtcp-mux). `native/socket_io.c` alone
            knows how packets come and go.
Lateness    A tick that begins late is counted and, at most every 10 s, logged.
Farm        `media.threads` mixers with a thread each; a call lives on one of them.

`bridge.py` says who hears whom, `graph.py` what to change for it; both are pure. `codecs.py` is
what SDP may offer. Covered: RFC 3550 with its appendices A.1, A.3 and A.8, PCMU and PCMA of RFC
3551, G.722 and L16 of it, Opus of RFC 7587, RFC 4733, the level of RFC 3389, levels of RFC 6464,
G.107 with defaults, RFC 3711 and RFC 7714 by libsrtp2, RFC 5761, IPv4 and IPv6. Left out here:
stereo, more than 16000 Hz where it is not relayed, the spectrum of comfort noise.
"""

from mixer._native import (
    MixerClosed,
    MixerError,
    MixerFull,
    NoFreePort,
    NoTelephoneEvents,
    PortGone,
    RouteRefused,
)
from mixer.bridge import Bridge, Ear, Leg, Mode, Role
from mixer.codecs import CODECS, Codec
from mixer.farm import Farm
from mixer.graph import Route
from mixer.media import Clip, Mixer, Tap
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

__all__ = [
    "CODECS",
    "Bridge",
    "Clip",
    "Codec",
    "DigitReceived",
    "Ear",
    "Event",
    "Farm",
    "Leg",
    "Masked",
    "MediaStarted",
    "MediaTimedOut",
    "Mixer",
    "MixerClosed",
    "MixerError",
    "MixerFull",
    "Mode",
    "NoFreePort",
    "NoTelephoneEvents",
    "PlayerEnded",
    "Port",
    "PortGone",
    "PortStats",
    "Remote",
    "Role",
    "Route",
    "RouteRefused",
    "RtpPort",
    "SrtpKeys",
    "Tap",
    "Totals",
]
