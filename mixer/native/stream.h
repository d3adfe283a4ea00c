/* stream.h - what we send from one RTP port: one SSRC, whose sequence numbers and timestamps go on without a break while
 * that which it carries changes: a relayed source, another one, a mix. */
#ifndef EARSHOT_STREAM_H
#define EARSHOT_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "rtp.h"

enum { STREAM_OF_MIX = 1 }; /* the origin of mixed packets; those of sources are larger */

struct stream {
    uint32_t ssrc;
    uint32_t ticks;            /* of the timestamps, in a position */
    uint32_t origin;           /* what it carries: the epoch of a source, STREAM_OF_MIX, or 0 before the first packet */
    uint16_t next_sequence;    /* one above the highest sent */
    uint16_t first_sequence;   /* the first of this origin */
    uint16_t sequence_offset;  /* ours minus that of the origin */
    uint32_t timestamp_offset;
    uint32_t last_timestamp;   /* the highest sent */
    uint32_t last_count;       /* positions it lasts */
    int64_t last_at;           /* position when it was sent */
    uint32_t ahead;            /* positions that changes of origin have put the timestamps ahead of the clock */
    uint32_t packets, octets;  /* for sender reports */
};

/* Sequence number and timestamp start at random (RFC 3550 §5.1). */
void stream_open(struct stream *s, uint32_t ssrc, uint16_t sequence, uint32_t timestamp);

/* From now on the timestamps go on by `ticks` in a position. */
void stream_turn(struct stream *s, uint32_t ticks);

/* Turn the header of a packet of `origin` that lasts `count` positions into ours; the payload type stays the caller's. The first
 * packet of an origin follows on what was sent before: next sequence number, a timestamp ahead by the time that passed,
 * and the marker. False: the packet was overtaken by the change of origin and must not be sent. */
bool stream_map(struct stream *s, uint32_t origin, struct rtp_header *header, uint32_t count, int64_t now);

/* The timestamp of position `now`, for sender reports. */
uint32_t stream_timestamp(const struct stream *s, int64_t now);

#endif
