/* port.h - an RTP port: the sockets, the phone at the other end, what comes from it and what goes to it. */
#ifndef EARSHOT_PORT_H
#define EARSHOT_PORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "codecs.h"
#include "digits.h"
#include "held.h"
#include "level.h"
#include "mask.h"
#include "playout.h"
#include "resample.h"
#include "rtcp.h"
#include "rtp.h"
#include "socket_io.h"
#include "srtp.h"
#include "stream.h"
#include "timeline.h"
#include "tones.h"

#define NO_SLOT UINT32_MAX

/* The sample memory of a port, in bytes: its timeline, narrow and wide, then what waits to be sent, then its codec, then
 * packets that are held for it. */
enum {
    PORT_MOST_PACKET = 480,                       /* positions, 60 ms */
    PORT_MOST_WAITING = PORT_MOST_PACKET + 160,   /* and a tick */
    PORT_WAITING = TIMELINE_BYTES + TIMELINE_WIDE_BYTES,
    PORT_WAITING_BYTES = 4096,
    PORT_ENCODER = PORT_WAITING + PORT_WAITING_BYTES,
    PORT_DECODER = PORT_ENCODER + CODEC_ENCODER_BYTES,
    PORT_HELD = PORT_DECODER + CODEC_DECODER_BYTES,
    PORT_HELD_BYTES = 16 << 10,
    PORT_BYTES = PORT_HELD + PORT_HELD_BYTES
};

_Static_assert(PORT_MOST_WAITING * CODEC_MOST_WIDTH * sizeof(int16_t) <= PORT_WAITING_BYTES, "what waits has room");
_Static_assert(HELD_BYTES <= (size_t)PORT_HELD_BYTES, "what is held has room");

struct mx;

/* Where the phone is and what it speaks; see mx_remote. */
struct remote {
    struct address address;
    struct address told;       /* `address` before another was learnt */
    bool learning;             /* its port may still be learnt from `learn_from` */
    struct address learn_from; /* its port means nothing */
    bool muxed;                /* RTCP comes and goes by the RTP port */
    int rtcp_fd;               /* a new RTCP socket in place of one that was given back, or -1 */
    int rtp_fd;                /* of a shared port: the socket for another peer than before, or -1 */
    const struct codec *codec; /* NULL: not known yet */
    struct codec_wishes wishes;
    uint32_t packet;           /* positions in a packet of a mix */
    uint8_t payload_type, receive_payload_type;
    int16_t telephone_event, receive_telephone_event; /* -1: none */
    struct crypto_context *send, *receive;            /* NULL: RTP is sent and taken as it is */
};

/* Written by the media thread, read by any. */
struct counters {
    _Atomic uint64_t received, sent, lost, strangers, malformed, forged, unexpected, misplaced, realigned, epochs, send_errors,
        rtcp_received, concealed, speech, digits, digits_lost, digits_done;
    _Atomic bool speaking;
    _Atomic uint32_t power;          /* mean square */
    _Atomic uint32_t jitter;         /* positions */
    _Atomic uint32_t rtt_65536ths;   /* seconds */
    _Atomic uint32_t playout;        /* positions */
};

static inline void count_one(_Atomic uint64_t *counter) {
    uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, value + 1, memory_order_relaxed);
}

/* -1: none. RTCP may have none of its own; of a shared port there is one for RTP once its peer is known, and to `aside` goes
 * what is neither. */
struct port_sockets {
    int rtp, rtcp, aside;
};

/* What each packet touches comes first and together: with many calls it is the memory that takes time. */
struct rtp_port {
    struct port_sockets sockets;
    bool listen_only;
    bool connected; /* the kernel knows the peer */
    bool sealed;    /* and nothing of others is left in the socket from before */
    /* What comes. */
    bool heard;     /* a packet was accepted, ever */
    bool timed_out; /* and said so */
    bool needed;    /* somebody mixes or records it: decode */
    bool encoding;  /* the encoder is open */
    bool decoding;  /* the decoder has heard all up to `decoded` */
    bool detects_tones;
    struct remote remote;
    int64_t heard_at;        /* position of the last packet, or of the remote becoming known */
    uint32_t epoch;          /* unique in the mixer: a new one where timestamps start anew */
    struct reception reception;
    struct level level;
    int64_t decoded; /* position after the newest packet that was decoded */
    struct held held; /* packets after that, where others are missing in between */
    /* What goes. */
    int64_t mixed_at;        /* tick of the newest mix that was sent, alone or with others */
    uint64_t mixture;        /* equal where the same sources are mixed with the same gains, and hardly ever else */
    bool fades;              /* something lies in `fading` */
    uint32_t relayed;        /* slot of the one source that is forwarded packet by packet, or NO_SLOT: mix */
    uint32_t refusals;       /* in a row */
    int64_t quiet_until;     /* a peer that refused packets is left alone for a while */
    struct stream stream;
    int16_t last_sample;     /* that was sent; 0 where that is not known */
    bool paused;             /* the encoder found nothing worth a packet */
    uint32_t waiting;        /* positions of a mix that do not make a packet yet */
    int64_t waits_until;     /* where they end */
    uint16_t mixed;          /* sequence number of mixed packets and digits, before the stream maps it */
    struct counters counters;
    struct timeline timeline;
    struct mask mask;
    struct playout playout;
    /* Now and then. */
    int32_t fading[CODEC_MOST_WIDTH * MIX_RAMP]; /* of the next mix: sources that have left it */
    struct digit_queue dialled;
    struct digit_reception digits;
    struct tone_detector tones;
    int64_t digits_until;    /* so far reach those that were told, 50 ms each */
    /* RTCP. */
    char cname[RTCP_CNAME];
    int64_t report_at;
    uint32_t reported_packets; /* sent, when the last report left */
    uint32_t sr_ntp;         /* of the peer's last sender report */
    int64_t sr_at;
};

/* Fresh random values of a port: SSRC, first sequence number and timestamp, CNAME, spread of reports. */
struct port_seed {
    uint32_t ssrc, timestamp, spread;
    uint16_t sequence;
    uint8_t cname[RTCP_CNAME / 2];
};

/* Control thread, before the media thread knows of it. The memory of its timeline is all 0. */
void port_open(struct mx *m, uint32_t slot, bool listen_only, struct port_sockets sockets, const struct port_seed *seed,
               int64_t now);
static inline bool port_is_shared(const struct rtp_port *p) { return p->sockets.aside >= 0; }

/* All below: media thread. `now` is a position. */
void port_set_remote(struct mx *m, uint32_t slot, const struct remote *remote, int64_t now);

/* The streams of two ports are of one kind, or it is not known yet: packets of one can be sent to the other. */
bool port_relays(const struct rtp_port *source, const struct rtp_port *sink);

/* Samples in a position of the mix that it is sent. */
uint32_t port_width(const struct rtp_port *p);

/* Join `span` positions of sound, which are sent next and come from `origin`, to what was sent before: between a mix and
 * what is relayed, and between sources, the wave leaps, and 5 ms make a slope of it. Of codecs that are not bytewise it is
 * left to the decoder of the phone. */
void port_join(struct rtp_port *p, uint32_t origin, uint8_t *payload, uint32_t span, int64_t now);

/* Whether it is known where the phone is; and whether a packet would go there now. */
bool port_reachable(const struct rtp_port *p);
bool port_sends(const struct rtp_port *p, int64_t now);

/* The peer refused a packet: it is asked again, ever more rarely. */
void port_leave_alone(struct rtp_port *p, int64_t now);

/* Publish how loud it is. */
void port_show_level(struct rtp_port *p);

/* Whether somebody reads the timeline. */
void port_need(struct rtp_port *p, bool needed);

/* Mixes that begin at `tick` are going to read it: how far behind is settled. */
void port_turn(struct rtp_port *p, int64_t tick);

/* Add what was said from `position` on, with the gain there, at 8000 Hz; and at 16000 Hz, where it is wide. */
void port_listen(struct rtp_port *p, int64_t position, int32_t *sums, size_t count, const struct gain *gain);
void port_listen_wide(struct rtp_port *p, int64_t position, int32_t *sums, size_t count, const struct gain *gain);
static inline bool port_is_wide(const struct rtp_port *p) { return p->timeline.width > 1; }

/* `packet` has RTP_HEADER bytes of room before `length` of payload, and CRYPTO_ADDED behind; the header is mapped already. */
void port_send(struct rtp_port *p, uint8_t *packet, const struct rtp_header *header, uint32_t length, int64_t now);

/* Send a tick of a mix, of the port's width, in packets as long as the phone wants them. */
void port_send_mix(struct mx *m, uint32_t slot, int16_t *samples, int64_t tick);

/* Whether the port could send at this tick what is encoded for another; and whether that other is of its kind. */
bool port_can_share(const struct rtp_port *p, int64_t tick);
bool port_shares(const struct rtp_port *p, const struct rtp_port *other, int64_t tick);

/* Send a tick of a mix from all of these, of one kind: encoded once, by one encoder that goes on as long as it can, where the
 * codec is shareable. */
void port_send_shared(struct mx *m, const uint32_t *slots, uint32_t count, int16_t *samples, int64_t tick);

void port_queue_digits(struct mx *m, uint32_t slot, const uint8_t *codes, uint32_t count, uint32_t duration,
                       uint32_t gap, bool asked);
void port_send_digits(struct mx *m, uint32_t slot, int64_t tick); /* what is due at this tick */
void port_detect_tones(struct rtp_port *p, bool on);

/* Time-out, reports, digits whose end was lost; a few times a second. */
void port_visit(struct mx *m, uint32_t slot, int64_t now);

/* BYE, if anything was sent, and the sockets are closed. */
void port_close(struct mx *m, uint32_t slot, int64_t now);

/* intake.c: what has come to the socket. Looking once more than there are packets costs half as much as a packet, so after
 * one that was expected just then it is not done: another one is found at the next event, or the next visit. */
void port_receive_rtp(struct mx *m, uint32_t slot, int64_t now);
/* Readers are going to take what lies below `until`: packets that wait for others are decoded as far as that. */
void port_catch_up(struct mx *m, uint32_t slot, int64_t until, int64_t now);
/* Digits that ended without an end packet. */
void port_expire_digits(struct mx *m, uint32_t slot, int64_t now);

/* reports.c; the second takes what lies in the datagram of the media thread, of so many bytes, and comes from the phone. */
void port_receive_rtcp(struct mx *m, uint32_t slot, int64_t now);
void port_take_rtcp(struct mx *m, uint32_t slot, size_t size, int64_t now);
void port_send_report(const struct mx *m, struct rtp_port *p, int64_t now, bool bye);

#endif
