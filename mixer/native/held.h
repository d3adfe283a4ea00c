/* held.h - packets that overtook others, until these come after all, or until somebody has to hear what they say: a decoder
 * that remembers is fed packets in their order. */
#ifndef EARSHOT_HELD_H
#define EARSHOT_HELD_H

#include <stdbool.h>
#include <stdint.h>

#include "rtp.h"

enum { HELD_PACKETS = 8 };

struct held_packet {
    int64_t position;
    uint32_t timestamp, span, length;
    uint8_t payload[RTP_MAX_PAYLOAD];
};

enum { HELD_BYTES = HELD_PACKETS * sizeof(struct held_packet) }; /* of memory of the caller, which need not be cleared */

/* All 0: none. */
struct held {
    uint32_t count;
    uint8_t order[HELD_PACKETS]; /* places in the memory, by position */
};

static inline bool held_is_full(const struct held *h) { return h->count == HELD_PACKETS; }

/* There is room for it. */
void held_put(struct held *h, struct held_packet *memory, const struct rtp_packet *packet, int64_t position);

/* NULL: none. The second forgets it; what it points to stays until the next is put. */
const struct held_packet *held_first(const struct held *h, const struct held_packet *memory);
void held_drop_first(struct held *h);

#endif
