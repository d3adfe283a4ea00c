#include "rtp.h"

#include "bytes.h"

enum {
    VERSION = 2,
    MAX_DROPOUT = 3000, /* packets, A.1 */
    MAX_MISORDER = 100,
    NO_RESTART = 1 << 16,
};

/* Bytes of the fixed header, CSRCs and extension; 0 when they do not fit. */
static size_t header_size(const uint8_t *data, size_t size) {
    if (size < RTP_HEADER || data[0] >> 6 != VERSION) return 0;
    size_t length = RTP_HEADER + 4 * (size_t)(data[0] & 15);
    if (data[0] & 0x10) {
        if (size < length + 4) return 0;
        length += 4 + 4 * (size_t)get16(data + length + 2);
    }
    return length <= size ? length : 0;
}

bool rtp_parse(const uint8_t *data, size_t size, struct rtp_packet *packet) {
    size_t skipped = header_size(data, size);
    if (!skipped) return false;
    size_t length = size - skipped;
    if (data[0] & 0x20) { /* padding, its length in the last byte, which counts */
        if (!length || !data[size - 1] || data[size - 1] > length) return false;
        length -= data[size - 1];
    }
    if (!length || length > RTP_MAX_PAYLOAD) return false;
    packet->header = (struct rtp_header){
        .marker = data[1] >> 7,
        .payload_type = data[1] & 0x7f,
        .sequence = get16(data + 2),
        .timestamp = get32(data + 4),
        .ssrc = get32(data + 8),
    };
    packet->payload = data + skipped;
    packet->length = (uint32_t)length;
    return true;
}

void rtp_write(uint8_t *data, const struct rtp_header *header) {
    data[0] = VERSION << 6;
    data[1] = (uint8_t)(header->marker << 7 | header->payload_type);
    put16(data + 2, header->sequence);
    put32(data + 4, header->timestamp);
    put32(data + 8, header->ssrc);
}

static uint32_t expected(const struct reception *r) {
    return r->started ? reception_extended_highest(r) - r->first + 1 : 0;
}

static enum arrival begin_epoch(struct reception *r, const struct rtp_header *header) {
    *r = (struct reception){
        .started = true,
        .ssrc = header->ssrc,
        .highest = header->sequence,
        .first = header->sequence,
        .restart = NO_RESTART,
        .received = 1,
        .lost_before = reception_lost(r),
        .jitter_q4 = r->jitter_q4,
    };
    return ARRIVAL_EPOCH;
}

enum arrival reception_take(struct reception *r, const struct rtp_header *header) {
    if (!r->started || header->ssrc != r->ssrc) return begin_epoch(r, header);
    uint16_t ahead = (uint16_t)(header->sequence - r->highest);
    if (ahead == 0) return ARRIVAL_MISPLACED;
    if (ahead < MAX_DROPOUT) {
        if (header->sequence < r->highest) r->cycles++;
        r->highest = header->sequence;
        r->restart = NO_RESTART;
        r->received++;
        return ARRIVAL_NEWEST;
    }
    if (ahead >= NO_RESTART - MAX_MISORDER) {
        r->received++;
        return ARRIVAL_OLDER;
    }
    /* A leap is believed when a second packet follows on it. */
    if (header->sequence == r->restart) return begin_epoch(r, header);
    r->restart = (uint16_t)(header->sequence + 1);
    return ARRIVAL_MISPLACED;
}

int32_t reception_time(struct reception *r, uint32_t timestamp, uint32_t now) {
    uint32_t transit = now - timestamp;
    int32_t difference = (int32_t)(transit - r->transit);
    r->transit = transit;
    if (!r->timed) {
        difference = 0;
    } else {
        uint32_t distance = difference < 0 ? 0u - (uint32_t)difference : (uint32_t)difference;
        if (distance < MAX_DROPOUT * 160u) /* a leap of the timestamps is no jitter */
            r->jitter_q4 += distance - ((r->jitter_q4 + 8) >> 4);
    }
    r->timed = true;
    return difference;
}

uint32_t reception_extended_highest(const struct reception *r) {
    return r->cycles << 16 | r->highest;
}

uint64_t reception_lost(const struct reception *r) {
    int32_t lost = (int32_t)(expected(r) - r->received);
    return r->lost_before + (lost > 0 ? (uint64_t)lost : 0);
}

uint32_t reception_jitter(const struct reception *r) { return r->jitter_q4 >> 4; }

uint8_t reception_fraction_lost(struct reception *r) {
    uint32_t now_expected = expected(r);
    uint32_t interval = now_expected - r->expected_reported;
    int64_t lost = (int64_t)interval - (r->received - r->received_reported);
    r->expected_reported = now_expected;
    r->received_reported = r->received;
    if (!interval || lost <= 0) return 0;
    int64_t fraction = lost * 256 / interval;
    return (uint8_t)(fraction > 255 ? 255 : fraction);
}
