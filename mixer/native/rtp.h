/* rtp.h - RTP packets: parse and build (RFC 3550 §5.1), sequence numbers received and lost (A.1, A.3), jitter (A.8). */
#ifndef EARSHOT_RTP_H
#define EARSHOT_RTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RTP_HEADER = 12, RTP_MAX_PAYLOAD = 2000 }; /* bytes; 60 ms of L16 at 16000 Hz */

struct rtp_header {
    bool marker;
    uint8_t payload_type;
    uint16_t sequence;
    uint32_t timestamp, ssrc;
};

struct rtp_packet {
    struct rtp_header header;
    const uint8_t *payload; /* without CSRCs, extension and padding */
    uint32_t length;        /* of the payload, 1..RTP_MAX_PAYLOAD */
    uint32_t span;          /* positions that it lasts; left to the caller */
};

/* Of what comes by a port for other protocols too: RTP or RTCP, by its first byte (RFC 7983 §7). */
static inline bool rtp_is_meant(const uint8_t *data, size_t size) { return size && data[0] >= 128 && data[0] <= 191; }

/* False: not an RTP packet with a payload, whatever `size` bytes there are. */
bool rtp_parse(const uint8_t *data, size_t size, struct rtp_packet *packet);

/* Writes RTP_HEADER bytes. */
void rtp_write(uint8_t *data, const struct rtp_header *header);

/* What one sender sent us, epoch by epoch: a new SSRC, or a sequence that starts anew, is a new epoch. */
struct reception {
    bool started;
    uint32_t ssrc;
    uint16_t highest; /* sequence number */
    uint32_t cycles;  /* of 65536 */
    uint32_t first;   /* extended sequence number */
    uint32_t restart; /* sequence number that would make a restart believable; above 65535: none */
    uint32_t received;
    uint64_t lost_before; /* in the epochs before */
    uint32_t expected_reported, received_reported;
    bool timed; /* whether `transit` is of this epoch */
    uint32_t transit, jitter_q4;
};

enum arrival {
    ARRIVAL_NEWEST,
    ARRIVAL_OLDER, /* overtaken by another */
    ARRIVAL_EPOCH, /* the first of an epoch */
    ARRIVAL_MISPLACED, /* a duplicate, or outside of the sequence */
};

/* The sequence number of a packet. */
enum arrival reception_take(struct reception *r, const struct rtp_header *header);

/* The timestamp of a packet in sequence; `now` on the same clock. By how many ticks it is later than the one before: 0 for the
 * first. */
int32_t reception_time(struct reception *r, uint32_t timestamp, uint32_t now);

uint32_t reception_extended_highest(const struct reception *r);
uint64_t reception_lost(const struct reception *r); /* 0 while duplicates make up for it */
uint32_t reception_jitter(const struct reception *r); /* ticks of the timestamps */

/* Fraction of 256 lost since the last call, for a report block. */
uint8_t reception_fraction_lost(struct reception *r);

#endif
