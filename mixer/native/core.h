/* core.h - the mixer as a whole, and which thread owns which part of it.
 *
 *        control thread                    rings                       media thread
 *     claims, asked routes  --commands-->                  slots, routes, rosters, sockets
 *     free slots            <--released--
 *     crypto contexts       <--spent-----
 *     events for Python     <--events----
 *     reader of a tap       <--taps[slot]-------------------  (tap.h)                        */
#ifndef EARSHOT_CORE_H
#define EARSHOT_CORE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "digits.h"
#include "mixer.h"
#include "player.h"
#include "port.h"
#include "ring.h"
#include "roster.h"
#include "routes.h"
#include "tap.h"
#include "thread.h"
#include "tick.h"

enum {
    TICK_NS = 20 * 1000 * 1000,
    NS_PER_SAMPLE = 125 * 1000,
    VISIT_TICKS = 10,      /* taps are pulled and ports looked after every 200 ms, a tenth of them each tick */
    LATENESS_STEP_NS = 100 * 1000,
    LATENESS_STEPS = 256,
    MAX_DATAGRAM = 2048,   /* bytes; a longer one is malformed */
    SLOT_BYTES = PORT_BYTES /* of sample memory: what the neediest kind of port takes */
};

_Static_assert(SLOT_BYTES >= (size_t)TAP_BYTES && SLOT_BYTES % 4096 == 0, "a slot holds a tap, and is whole pages");
_Static_assert(TIMELINE_SAMPLES > (MX_MAX_DELAY_MS + 20 * (VISIT_TICKS + 5)) * 8 + TIMELINE_LEAD + TIMELINE_MAX_EARLY,
               "what a reader still needs is not overwritten by a stream that runs early");

enum kind { KIND_FREE, KIND_RTP, KIND_PLAYER, KIND_TAP };

/* Control thread: what a port is to those who ask. */
struct claim {
    enum kind kind;
    bool open, listen_only;
    uint32_t generation;
    mx_clip *clip; /* of a player */
    struct address local;  /* of an RTP port */
    bool muxed;            /* its RTCP port was given back */
    bool shared;           /* its UDP port is */
    struct address peer;   /* of its socket, where it is shared */
    bool sends_digits;     /* telephone events were negotiated */
    uint32_t digits_asked; /* to be sent, ever */
    uint32_t ssrc;         /* under which it sends */
    struct crypto_context *send, *receive; /* asked for last; the media thread gives them back */
};

/* Media thread, from the OPEN command until the slot is released; the control thread before and after. */
struct slot {
    enum kind kind;
    uint32_t generation;
    union {
        struct rtp_port rtp;
        struct player player;
    };
};

enum verb { VERB_OPEN, VERB_CLOSE, VERB_REMOTE, VERB_ROUTE, VERB_UNROUTE, VERB_DIGITS, VERB_TONES };

struct command {
    enum verb verb;
    uint32_t slot; /* of the source, for routes */
    int64_t at;    /* position when it was asked for */
    union {
        struct remote remote;
        struct {
            uint32_t sink, channel;
            int gain_q8;
        } route;
        struct {
            uint32_t count, duration, gap; /* samples */
            uint8_t codes[MX_MAX_DIGITS];
        } digits;
        bool detect_tones;
    };
};

struct control {
    struct claim *claims;
    uint32_t *free, free_count; /* slots */
    struct routes asked;
    uint16_t next_rtp_port;
    uint32_t ports_open;
};

/* Ticks that were late since that was told last, and by how much the worst was. */
struct lateness {
    int64_t told_ns, worst_ns;
    uint32_t ticks;
};

struct media {
    struct slot *slots;
    struct routes routes;
    /* Slots; `mixing`: RTP ports that get a mix every tick; `dialling`: those from which digits are sent. */
    struct roster rtp, mixing, dialling, players, taps;
    struct roster parting; /* sources that were closed, and that a tap has still to read */
    int epoll_fd, timer_fd;
    uint64_t next_tick; /* since mx_open() */
    uint32_t epochs;    /* given out */
    struct lateness late; /* of ticks, not told yet */
    /* Words, for libsrtp2. */
    _Alignas(8) uint8_t datagram[MAX_DATAGRAM];
    uint8_t payload[RTP_MAX_PAYLOAD]; /* encoded, for one packet or several */
    _Alignas(8) uint8_t packet[RTP_HEADER + RTP_MAX_PAYLOAD + CRYPTO_ADDED];
};

/* Written by the media thread, read by the control thread. */
struct gauges {
    _Atomic uint64_t ticks, late_ticks, worst_ns, lateness[LATENESS_STEPS];
};

struct mx {
    /* Never changes after mx_open(). */
    struct address hosts[2]; /* by mx_family; all 0: none */
    uint8_t dscp;
    uint16_t port_min, port_max;
    uint32_t max_ports;
    int64_t silence_timeout, playout_min, playout_max, recording_delay; /* samples */
    bool mask_digits;
    int64_t late_tick_ns;
    int64_t origin_ns; /* CLOCK_MONOTONIC at position 0 */
    uint64_t origin_ntp; /* the same instant, 32.32 bits since 1900 */
    uint8_t *samples;  /* SLOT_BYTES for each slot */
    int wake_fd, events_fd;
    bool stepped;      /* no thread, no clock: a test calls mx_step() */
    pthread_t thread;
    /* Each side's own. */
    struct control control;
    struct media media;
    int64_t stepped_ns;
    /* Between the threads. */
    struct ring commands, released, events, spent; /* `spent`: crypto contexts to be closed */
    struct tap *taps; /* by slot */
    struct gauges gauges;
    _Atomic bool stopping;
};

static inline int64_t position_of(const struct mx *m, int64_t now_ns) { return (now_ns - m->origin_ns) / NS_PER_SAMPLE; }
static inline int64_t next_tick(const struct mx *m) { return (int64_t)m->media.next_tick * MX_TICK_SAMPLES; }
static inline uint8_t *memory_of(const struct mx *m, uint32_t slot) { return m->samples + (size_t)slot * SLOT_BYTES; }
static inline int16_t *samples_of(const struct mx *m, uint32_t slot) { return (int16_t *)memory_of(m, slot); }

/* How late a packet may be, and still be heard by somebody. */
static inline int64_t latest(const struct mx *m) {
    return m->recording_delay > m->playout_max ? m->recording_delay : m->playout_max;
}

/* Control thread: close the contexts that the media thread is done with. */
void control_tidy(struct mx *m);

/* mx_open(), with or without a thread. Without one nothing happens but in mx_step(), which is at `now_ns`, does what is due
 * then, and belongs to the same thread: tests go through an hour in a second. */
mx_result core_open(const mx_limits *limits, bool stepped, mx **opened);
void mx_step(mx *m, int64_t now_ns);

#endif
