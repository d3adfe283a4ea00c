/* mixer.h - all that Python may ask of the media thread: the law of this folder.
 *
 * Threads    mx_open() starts one media thread, "earshot-media". Every call belongs to one control thread (asyncio), but
 *            for mx_tap_read() and mx_tap_forget(), which belong to the one thread that reads that tap. Only mx_close()
 *            waits; no other call blocks.
 * Ownership  mx_open() reserves all memory the mixer will ever use; mx_close() joins the thread and frees it. Pages of a
 *            port are touched on the control thread when it is opened and given back when it is gone. In between the
 *            media thread does not allocate, lock, log, or see a PyObject; what libsrtp2 does is said in srtp.h. Clips belong to whoever loaded them, and to
 *            each player that plays them. A port dies with its mixer; a stale one is MX_GONE.
 * Changes    go through a ring and take effect in order, before anything else the media thread does when it wakes.
 *            A change that fails has changed nothing. Routes, gains and players come, change and go in ramps of 5 ms.
 * Units      sample: int16, mono, 8000 Hz.  position: samples since mx_open(), the one clock of all sources; what a wideband
 *            codec says has two samples in each.  frame of a tap: two samples, left and right.  tick: 160 positions, 20 ms.
 *            gain: Q8, 256 = 0 dB.
 * Errors     mx_result. Nothing a peer sends is an error here: it is counted in mx_port_stats. */
#ifndef EARSHOT_MIXER_H
#define EARSHOT_MIXER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MX_SAMPLE_RATE = 8000,
    MX_TICK_SAMPLES = 160,
    MX_UNITY_GAIN = 256,
    MX_MAX_GAIN = 4096,      /* 24 dB */
    MX_LEAST_DELAY_MS = 20,  /* of a reader behind now, */
    MX_MAX_DELAY_MS = 400,   /* and the most; a source keeps 1 s */
    MX_TAP_FRAMES = 1 << 14, /* 2.048 s that the reader of a tap may be late, 64 kB */
    MX_TAP_MASKS = 16,       /* spans that are told at once; more become one */
    MX_MAX_DIGITS = 32,      /* that wait to be sent from one port */
    MX_LEAST_DIGIT_MS = 40,
    MX_LEAST_GAP_MS = 60,    /* between digits: the end of one is told three times, 20 ms apart */
    MX_MOST_DIGIT_MS = 8000, /* of a digit, or a gap */
};

typedef struct mx mx;           /* opaque */
typedef struct mx_clip mx_clip; /* immutable samples; counted */

/* A value, not a pointer. `channel` is 0 but for the right side of a tap, which is 1. */
typedef struct {
    uint32_t slot, generation, channel;
} mx_port;

typedef enum {
    MX_OK = 0,
    MX_FULL = -1,    /* no slot, route, memory or file descriptor left, or the command ring is full */
    MX_GONE = -2,    /* the port was closed */
    MX_REFUSED = -3, /* a route from what may not be heard, or to what cannot hear */
    MX_NO_PORT = -4, /* every UDP port of the range is taken */
    MX_INVALID = -5, /* an argument out of range: an address, a codec, a gain, a digit, a limit */
    MX_NO_EVENTS = -6, /* telephone events were not negotiated */
} mx_result;

typedef enum { MX_IPV4, MX_IPV6 } mx_family;

typedef struct {
    const char *host, *host6;    /* IPv4 and IPv6 address that the sockets bind; NULL: none of that family */
    uint8_t dscp;                /* of what is sent, 0 to 63 (RFC 2474) */
    uint16_t port_min, port_max; /* UDP range, both included; RTP on even ports, RTCP one above */
    uint32_t max_ports;          /* RTP ports, players and taps together */
    uint32_t max_routes;
    uint32_t silence_timeout_ms; /* without RTP for this long a port is MX_MEDIA_TIMED_OUT */
    uint32_t playout_min_ms, playout_max_ms; /* how far mixes read a source behind now: by its jitter, within these bounds */
    uint32_t recording_delay_ms; /* how far taps do, or as far as their sources need */
    bool mask_digits;            /* digits that sound in RTP sources are silence in taps */
    uint32_t late_tick_ms;       /* a tick that begins later than that is counted, and told */
} mx_limits;

/* Keys of SRTP and SRTCP: master key and master salt of each direction, copied. Suites: AES_CM_128_HMAC_SHA1_80 and _32 (30
 * bytes), AEAD_AES_128_GCM (28), AEAD_AES_256_GCM (44). Under keys it had before a port stays in its session. */
typedef struct {
    const char *suite;
    const uint8_t *send_key, *receive_key;
    size_t key_bytes; /* of each */
} mx_srtp;

/* Where the phone is and what it speaks. RTP is accepted from exactly address:rtp_port. With `learn_from` any port of that
 * other address may be learnt instead, once; from then on only that one. Port 0, address 0.0.0.0 or :: is nobody: send
 * nothing. Both addresses are of the family of the port. */
typedef struct {
    const char *address;
    uint16_t rtp_port;
    const char *codec;                                 /* name in the codec table, */
    uint32_t clock_rate;                               /* and hertz: L16 is there twice */
    uint8_t payload_type, receive_payload_type;        /* what we send, what it sends */
    int16_t telephone_event, receive_telephone_event;  /* payload types, -1 where not negotiated */
    const char *learn_from;                            /* NULL: nobody */
    bool rtcp_mux;                                     /* RTCP comes and goes by the RTP port (RFC 5761) */
    const mx_srtp *srtp;                               /* NULL: RTP as it is */
    uint32_t ptime_ms;                                 /* of packets it wants; 10 to 60 are made, as the codec can */
    uint32_t max_bitrate;                              /* of Opus, bits a second; 0: ours to choose */
    bool fec, dtx, cbr;                                /* of Opus: what it asks our encoder for, RFC 7587 §6.1 */
} mx_remote;

typedef enum {
    MX_PLAYER_ENDED = 1,   /* the last sample of the clip was sent; once */
    MX_MEDIA_STARTED = 2,  /* the first RTP packet was accepted; once */
    MX_MEDIA_TIMED_OUT = 3, /* once, until packets come again */
    MX_DIGIT_RECEIVED = 4,  /* once for each digit, when it has ended */
    MX_TICKS_LATE = 5       /* of no port; at most every 10 s */
} mx_event_kind;

typedef struct {
    mx_event_kind kind;
    mx_port port;
    char digit; /* 0-9 * # A-D, of MX_DIGIT_RECEIVED */
    uint32_t duration_ms; /* and of MX_TICKS_LATE how late the worst was since the last of these, */
    uint32_t count;       /* and how many were */
} mx_event;

typedef struct {
    uint64_t received, sent;  /* RTP packets accepted and sent */
    uint64_t lost;            /* RFC 3550 A.3, over all SSRCs */
    uint64_t strangers;       /* from another source address; once the source is known the kernel drops them uncounted */
    uint64_t malformed;       /* not RTP, RFC 3550 A.1 */
    uint64_t forged;          /* not SRTP or SRTCP under the key, or a replay */
    uint64_t unexpected;      /* of a payload type that was not negotiated */
    uint64_t misplaced;       /* duplicates, and what is too old or lies outside the sequence */
    uint64_t realigned;       /* the timestamps left the clock and were set against it again */
    uint64_t epochs;          /* SSRC changes and sequence restarts after the first */
    uint64_t send_errors;     /* refused by peer or kernel */
    uint64_t rtcp_received;   /* valid compound packets */
    uint64_t digits;          /* told */
    uint64_t digits_lost;     /* more than 20 a second, or nobody read events */
    double concealed_ms;      /* of sound made up for packets that were missed by a mix or a tap */
    double level_dbov;        /* RFC 6464: -127 is silence, 0 overload; of G.722 and Opus only while a mix or a tap decodes it */
    bool speaking;            /* by energy, against the noise of the line */
    double speech_ms;
    double mos;               /* G.107, of what the phone sends, from loss, jitter and round trip so far; 0: nothing came */
    double jitter_ms, rtt_ms; /* RFC 3550 A.8, §6.4.1; rtt 0 before the first report about us */
    double playout_ms;        /* how far behind now mixes read it */
} mx_port_stats;

typedef struct {
    double cpu_seconds; /* of the media thread */
    uint64_t ticks;
    uint64_t late_ticks; /* begun more than late_tick_ms late */
    double worst_ms;     /* lateness of the latest */
    double p99_ms;       /* lateness of ticks since mx_open(), in steps of 0.1 ms, at most 25.6 */
    uint32_t ports_open;
} mx_totals;

/* Start a mixer. MX_INVALID: a limit out of range; MX_FULL: no memory, descriptor or thread. */
mx_result mx_open(const mx_limits *limits, mx **opened);

/* Send BYEs, stop and join the media thread, close every port, free everything. Waits for at most a few milliseconds. */
void mx_close(mx *m);

/* Bind an even UDP port and the odd one above, which goes back once RTCP comes by the other. `listen_only`: what it receives proves the phone alive and is then dropped;
 * it can never be the source of a route. MX_FULL, MX_NO_PORT; MX_INVALID when the host cannot be
 * bound, or there is none of that family. */
mx_result mx_open_rtp(mx *m, mx_family family, bool listen_only, mx_port *port, uint16_t *rtp_port);

/* The same for a phone in a browser, whose everything comes by one UDP port (RFC 8843) with that of all others: `udp_port`,
 * where somebody else does its ICE and DTLS. The kernel gives the port what its remote sends from when mx_set_remote() has
 * said who that is, which must be somebody, with `rtcp_mux` and without `learn_from`; MX_NO_PORT: others have the port alone. What is neither RTP nor RTCP (RFC 7983)
 * goes on to `aside`, a datagram socket that does not block, as it came; the port closes it at its end. MX_FULL; MX_INVALID:
 * no address of that family. */
mx_result mx_open_shared(mx *m, mx_family family, uint16_t udp_port, int aside, bool listen_only, mx_port *port);

/* Say where the phone is, or where it is now. Another address or `learn_from` than before: learning starts anew; else what
 * was learnt stays. MX_GONE, MX_FULL; MX_INVALID: address, codec, type, key. */
mx_result mx_set_remote(mx *m, mx_port port, const mx_remote *remote);

/* Copy `count` samples. NULL: none, or no memory. The caller holds one reference until mx_clip_release(). */
mx_clip *mx_clip_load(const int16_t *samples, size_t count);
void mx_clip_release(mx_clip *clip);

/* Send digits (0-9 * # A-D) as telephone events (RFC 4733), after those that wait. While one sounds nothing else is sent.
 * MX_GONE, MX_NO_EVENTS, MX_FULL; MX_INVALID: none, another character, a duration or gap out of range. */
mx_result mx_send_digits(mx *m, mx_port port, const char *digits, uint32_t duration_ms, uint32_t gap_ms);

/* Look for digits in the sound of an RTP port, or no more. Off at first. MX_GONE, MX_FULL, MX_INVALID. */
mx_result mx_detect_tones(mx *m, mx_port port, bool on);

/* A source that starts with its first route, stands still while it has none, and holds the clip until it is closed.
 * MX_FULL. */
mx_result mx_open_player(mx *m, mx_clip *clip, bool loop, mx_port *port);

/* A stereo sink whose first frame is the instant of this call. `port` is its left side. MX_FULL. */
mx_result mx_open_tap(mx *m, mx_port *port);

/* The same at 16000 Hz, two frames in each position, whatever its sources speak and come to speak: its reader may be late
 * half as long. */
mx_result mx_open_wide_tap(mx *m, mx_port *port);

/* Close sockets, drop routes, give the slot back: that of a source once every tap that heard it has taken its last sample,
 * `recording_delay_ms` and 200 ms later. The frames of a tap up to this instant stay readable; its slot is free once they
 * were read or forgotten. MX_GONE, MX_FULL. */
mx_result mx_close_port(mx *m, mx_port port);

/* Let `sink` hear `source`, or change the gain (0..MX_MAX_GAIN) with which it does.
 * MX_GONE, MX_REFUSED, MX_FULL, MX_INVALID. */
mx_result mx_route(mx *m, mx_port source, mx_port sink, int gain_q8);

/* The opposite. A route that is not there is MX_OK. MX_GONE, MX_FULL. */
mx_result mx_unroute(mx *m, mx_port source, mx_port sink);

/* Frames `first` to before `end`, counted from the opening of the tap, lost ones too: on that side digits were silenced. */
typedef struct {
    uint64_t first, end;
    uint32_t channel;
} mx_masked;

typedef struct {
    uint64_t overruns; /* frames lost so far because nobody read */
    bool ended;        /* closed, and everything was read: do not read again */
    uint32_t masked_count;
    mx_masked masked[MX_TAP_MASKS]; /* not told before; some may lie in frames that were not read yet */
} mx_tap_state;

/* Copy at most `max_frames` stereo frames, left first; returns how many. Reader's thread. A stale port has ended. */
size_t mx_tap_read(mx *m, mx_port tap, int16_t *frames, size_t max_frames, mx_tap_state *state);

/* Nobody will read any more: the slot is free as soon as the tap is closed. Reader's thread; harmless when stale. */
void mx_tap_forget(mx *m, mx_port tap);

/* MX_GONE; MX_INVALID when it is no RTP port. */
mx_result mx_stats(const mx *m, mx_port port, mx_port_stats *stats);
mx_totals mx_get_totals(mx *m);

/* An eventfd, readable when there are events to fetch; mx_next_event() until false resets it. */
int mx_wakeup_fd(const mx *m);
bool mx_next_event(mx *m, mx_event *event);

/* The codec table, for the check against what SDP offers: false past its end. */
bool mx_codec(size_t index, const char **name, uint8_t *payload_type, uint32_t *clock_rate, uint8_t *channels);

#endif
