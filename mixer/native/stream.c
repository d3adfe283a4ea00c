#include "stream.h"

enum { FAR = 1 << 14, NO_ORIGIN = UINT32_MAX }; /* packets; keeps the first of an origin comparable when numbers wrap around */

void stream_open(struct stream *s, uint32_t ssrc, uint16_t sequence, uint32_t timestamp) {
    *s = (struct stream){.ssrc = ssrc, .ticks = 1, .next_sequence = sequence, .last_timestamp = timestamp};
}

/* By how many positions the timestamp goes on from the last packet: the time that passed, but not less than that packet lasts. What
 * this puts it ahead of the clock is taken back at the next change that leaves a gap, or delays would add up. */
static uint32_t step(struct stream *s, int64_t now) {
    if (!s->origin) return 0;
    uint32_t passed = (uint32_t)(now - s->last_at);
    if (now - s->last_at < s->last_count) {
        s->ahead += s->last_count - passed;
        return s->last_count;
    }
    uint32_t slack = passed - s->last_count, back = s->ahead < slack ? s->ahead : slack;
    s->ahead -= back;
    return passed - back;
}

static void carry(struct stream *s, uint32_t origin, const struct rtp_header *header, int64_t now) {
    s->timestamp_offset = s->last_timestamp + step(s, now) * s->ticks - header->timestamp;
    s->origin = origin;
    s->first_sequence = s->next_sequence;
    s->sequence_offset = (uint16_t)(s->next_sequence - header->sequence);
}

void stream_turn(struct stream *s, uint32_t ticks) {
    if (ticks == s->ticks) return;
    s->ticks = ticks;
    if (s->origin) s->origin = NO_ORIGIN; /* whatever comes next is carried on from the last packet */
}

bool stream_map(struct stream *s, uint32_t origin, struct rtp_header *header, uint32_t count, int64_t now) {
    bool first = origin != s->origin;
    if (first) carry(s, origin, header, now);
    header->ssrc = s->ssrc;
    header->sequence = (uint16_t)(header->sequence + s->sequence_offset);
    header->timestamp += s->timestamp_offset;
    header->marker |= first;
    if ((int16_t)(header->sequence - s->next_sequence) >= 0) {
        s->next_sequence = (uint16_t)(header->sequence + 1);
        if (first || (int32_t)(header->timestamp - s->last_timestamp) > 0) { /* events repeat theirs */
            s->last_timestamp = header->timestamp;
            s->last_count = count;
            s->last_at = now;
        }
    } else if ((int16_t)(header->sequence - s->first_sequence) < 0) {
        return false; /* its number belongs to the origin before */
    }
    if ((uint16_t)(s->next_sequence - s->first_sequence) > FAR) s->first_sequence = (uint16_t)(s->next_sequence - FAR);
    return true;
}

uint32_t stream_timestamp(const struct stream *s, int64_t now) {
    return s->last_timestamp + (uint32_t)(now - s->last_at) * s->ticks;
}
