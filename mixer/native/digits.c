#include "digits.h"

#include <string.h>

#include "bytes.h"

enum {
    END = 0x80,           /* the E bit, beside R and the volume */
    POWER = 10,           /* dBm0 below 0, as we send it */
    LONGEST = 0xffff,     /* samples in one segment, §2.5.1.3 */
    PATIENCE = 1600,      /* 200 ms: senders repeat themselves every 50 ms or more often */
    OVERTAKEN = 16000,    /* 2 s: older packets than this are no longer on their way */
    CONTIGUOUS = 160,     /* samples between packets of one event; the pause before another is longer, Q.24 */
};

static const char symbols[DIGIT_CODES + 1] = "0123456789*#ABCD";

int digit_code(char symbol) {
    const char *at = symbol ? strchr(symbols, symbol) : NULL;
    return at ? (int)(at - symbols) : -1;
}

char digit_symbol(uint8_t code) { return symbols[code]; }

static bool close_event(struct digit_reception *r, struct digit *found) {
    if (!r->open) return false;
    *found = (struct digit){r->code, r->duration};
    r->open = false;
    return true;
}

/* Whether a packet is about the event at hand: the same beginning, or, until it has ended, one that follows on what is
 * known of it. That is how long events go on, and how some phones send short ones. */
static bool continues(const struct digit_reception *r, uint8_t code, uint32_t timestamp) {
    int32_t since = (int32_t)(timestamp - r->start);
    if (!r->begun || code != r->code || since < 0) return false;
    if (since == 0 || timestamp == r->segment) return true;
    return r->open && ((uint32_t)since <= r->duration + CONTIGUOUS || since % LONGEST == 0);
}

uint32_t digits_take(struct digit_reception *r, const uint8_t *block, uint32_t timestamp, int64_t now,
                     struct digit found[2]) {
    uint8_t code = block[0];
    uint32_t count = 0;
    int32_t since = (int32_t)(timestamp - r->start);
    if (code >= DIGIT_CODES || (r->begun && since < 0 && since > -OVERTAKEN)) return 0;
    if (!continues(r, code, timestamp)) {
        count += close_event(r, &found[count]);
        *r = (struct digit_reception){.begun = true, .open = true, .code = code, .start = timestamp, .segment = timestamp};
    }
    uint32_t duration = timestamp - r->start + get16(block + 2);
    if (duration > r->duration) r->duration = duration;
    if ((int32_t)(timestamp - r->segment) > 0) r->segment = timestamp;
    r->heard_at = now;
    if (block[1] & END) count += close_event(r, &found[count]);
    return count;
}

bool digits_expire(struct digit_reception *r, int64_t now, struct digit *found) {
    return r->open && now - r->heard_at >= PATIENCE && close_event(r, found);
}

bool digits_restart(struct digit_reception *r, struct digit *found) {
    r->begun = false;
    return close_event(r, found);
}

void digits_queue(struct digit_queue *q, uint8_t code, uint32_t duration, uint32_t gap, bool asked) {
    uint32_t at = (q->first + q->count++) % DIGITS_WAITING;
    q->waiting[at].code = code;
    q->waiting[at].duration = (uint16_t)duration;
    q->waiting[at].gap = (uint16_t)gap;
    q->waiting[at].asked = asked;
}

static void leave(struct digit_queue *q) {
    q->first = (q->first + 1) % DIGITS_WAITING;
    q->count--;
    q->sounding = false;
}

bool digits_send(struct digit_queue *q, int64_t tick, struct digit_packet *packet, bool *done) {
    *done = false;
    if (!q->count || (!q->sounding && tick < q->rests_until)) return false;
    packet->marker = !q->sounding;
    if (!q->sounding) {
        q->sounding = true;
        q->start = tick;
        q->ends = 0;
    }
    int64_t duration = q->waiting[q->first].duration, elapsed = tick - q->start + MX_TICK_SAMPLES;
    bool end = elapsed >= duration;
    packet->start = q->start;
    packet->block[0] = q->waiting[q->first].code;
    packet->block[1] = (uint8_t)(end ? END | POWER : POWER);
    put16(packet->block + 2, (uint16_t)(end ? duration : elapsed));
    if (end && ++q->ends == DIGIT_END_PACKETS) {
        q->rests_until = q->start + duration + q->waiting[q->first].gap;
        *done = q->waiting[q->first].asked;
        leave(q);
    }
    return true;
}

uint32_t digits_drop(struct digit_queue *q) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < q->count; i++) count += q->waiting[(q->first + i) % DIGITS_WAITING].asked;
    *q = (struct digit_queue){.rests_until = q->rests_until};
    return count;
}
