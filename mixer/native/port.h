/* port.h - an RTP port: the sockets, the phone at the other end, what comes from it and what goes to it. */
#ifndef EARSHOT_PORT_H
#define EARSHOT_PORT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "codecs.h"
#include "digits.h"
#include "level.h"
#include "rtcp.h"
#include "rtp.h"
#include "socket_io.h"
#include "srtp.h"
#include "stream.h"
#include "timeline.h"
#include "tones.h"

#define NO_SLOT UINT32_MAX

struct mx;

/* Where the phone is and what it speaks; see mx_remote. */
struct remote {
    struct address address;
    struct address told;       /* `address` before another was learnt */
    bool learning;             /* its port may still be learnt from `learn_from` */
    struct address learn_from; /* its port means nothing */
    const struct codec *codec; /* NULL: not known yet */
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
    _Atomic uint32_t jitter;         /* samples */
    _Atomic uint32_t rtt_65536ths;   /* seconds */
};

static inline void count_one(_Atomic uint64_t *counter) {
    uint64_t value = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, value + 1, memory_order_relaxed);
}

/* What each packet touches comes first and together: with many calls it is the memory that takes time. */
struct rtp_port {
    int rtp_fd, rtcp_fd;
    bool listen_only;
    bool connected; /* the kernel knows the peer */
    bool sealed;    /* and nothing of others is left in the socket from before */
    /* What comes. */
    bool heard;     /* a packet was accepted, ever */
    bool timed_out; /* and said so */
    bool needed;    /* somebody mixes or records it: decode */
    bool detects_tones;
    struct remote remote;
    int64_t heard_at;        /* position of the last packet, or of the remote becoming known */
    uint32_t epoch;          /* unique in the mixer: a new one where timestamps start anew */
    struct reception reception;
    struct level level;
    /* What goes. */
    uint32_t relayed;        /* slot of the one source that is forwarded packet by packet, or NO_SLOT: mix */
    uint32_t refusals;       /* in a row */
    int64_t quiet_until;     /* a peer that refused packets is left alone for a while */
    struct stream stream;
    const struct codec *last_codec;
    uint8_t last_code;       /* of the newest sound that was sent */
    uint16_t mixed;          /* sequence number of mixed packets and digits, before the stream maps it */
    struct counters counters;
    struct timeline timeline;
    /* Now and then. */
    int32_t fading[MIX_RAMP]; /* of the next mix: sources that have left it */
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

/* Control thread, before the media thread knows of it. `samples`: of its timeline, all 0. */
void port_open(struct rtp_port *p, bool listen_only, const int fds[2], const struct port_seed *seed, int16_t *samples,
               int64_t now);

/* All below: media thread. `now` is a position. */
void port_set_remote(struct mx *m, uint32_t slot, const struct remote *remote, int64_t now);

/* Join `count` codes of sound, which are sent next and come from `origin`, to what was sent before: between a mix and what
 * is relayed, and between sources, the wave leaps, and 5 ms make a slope of it. */
void port_join(struct rtp_port *p, uint32_t origin, uint8_t *codes, uint32_t count, int64_t now);

/* Whether it is known where the phone is; and whether a packet would go there now. */
bool port_reachable(const struct rtp_port *p);
bool port_sends(const struct rtp_port *p, int64_t now);

/* The peer refused a packet: it is asked again, ever more rarely. */
void port_leave_alone(struct rtp_port *p, int64_t now);

/* Publish how loud it is. */
void port_show_level(struct rtp_port *p);

/* Whether somebody reads the timeline. */
void port_need(struct rtp_port *p, bool needed);

/* sums[i] += what was said at position + i, with the gain there. */
void port_listen(struct rtp_port *p, int64_t position, int32_t *sums, size_t count, const struct gain *gain);

/* `packet` has RTP_HEADER bytes of room before `length` of payload, and CRYPTO_ADDED behind; the header is mapped already. */
void port_send(struct rtp_port *p, uint8_t *packet, const struct rtp_header *header, uint32_t length, int64_t now);

/* Send `count` samples of a mix; `codes` holds them encoded, after RTP_HEADER bytes of room. */
void port_send_mix(struct rtp_port *p, uint8_t *packet, uint32_t count, int64_t now);

void port_queue_digits(struct mx *m, uint32_t slot, const uint8_t *codes, uint32_t count, uint32_t duration,
                       uint32_t gap);
void port_send_digits(struct mx *m, uint32_t slot, int64_t tick); /* what is due at this tick */
void port_detect_tones(struct rtp_port *p, bool on);

/* Time-out, reports, digits whose end was lost; a few times a second. */
void port_visit(struct mx *m, uint32_t slot, int64_t now);

/* BYE, if anything was sent, and the sockets are closed. */
void port_close(struct mx *m, uint32_t slot, int64_t now);

/* intake.c: what has come to the socket. Looking once more than there are packets costs half as much as a packet, so after
 * one that was expected just then it is not done: another one is found at the next event, or the next visit. */
void port_receive_rtp(struct mx *m, uint32_t slot, int64_t now);
/* Digits that ended without an end packet. */
void port_expire_digits(struct mx *m, uint32_t slot, int64_t now);

/* reports.c */
void port_receive_rtcp(struct mx *m, uint32_t slot, int64_t now);
void port_send_report(const struct mx *m, struct rtp_port *p, int64_t now, bool bye);

#endif
