#include "tones.h"

#include <string.h>

enum { ROWS = 4, PATIENCE = 1600 /* 200 ms */ };

static const float CONTRAST = 6.3f;      /* 8 dB: the strongest above the others of its group */
static const float TWIST = 10.0f;        /* 10 dB: columns above rows; 8 dB must be taken, 2 are error */
static const float REVERSE_TWIST = 4.0f; /* 6 dB: rows above columns; 4 dB must be taken */
static const float PURITY = 0.7f;        /* the share of all energy that two tones of the right pitch have, at least */
static const float FAINTEST = 220.0f * 220.0f * TONE_BLOCK * TONE_BLOCK / 4; /* -40 dBm0 a tone */

/* 2 cos(2 pi f / 8000) for 697, 770, 852, 941 and 1209, 1336, 1477, 1633 Hz (Q.23). */
static const float coefficients[TONES] = {1.7077378f, 1.6452810f, 1.5686870f, 1.4782046f,
                                          1.1641040f, 0.9963702f, 0.7986184f, 0.5685327f};
static const char layout[ROWS][ROWS + 1] = {"123A", "456B", "789C", "*0#D"};

void tones_open(struct tone_detector *d) { *d = (struct tone_detector){.before = NO_TONE, .code = NO_TONE}; }

static void begin_block(struct tone_detector *d) {
    memset(d->state, 0, sizeof d->state);
    d->energy = 0;
    d->filled = 0;
}

static float power(const struct tone_detector *d, int tone) {
    float last = d->state[tone][0], before = d->state[tone][1];
    return last * last + before * before - coefficients[tone] * last * before;
}

/* The strongest of a group, unless another comes near it; -1 then. */
static int strongest(const float *powers) {
    int best = 0;
    for (int i = 1; i < ROWS; i++)
        if (powers[i] > powers[best]) best = i;
    for (int i = 0; i < ROWS; i++)
        if (i != best && powers[i] * CONTRAST > powers[best]) return -1;
    return best;
}

static uint8_t judge(const struct tone_detector *d) {
    float powers[TONES];
    for (int i = 0; i < TONES; i++) powers[i] = power(d, i);
    int row = strongest(powers), column = strongest(powers + ROWS);
    if (row < 0 || column < 0) return NO_TONE;
    float low = powers[row], high = powers[ROWS + column];
    if (low < FAINTEST || high < FAINTEST || high > low * TWIST || low > high * REVERSE_TWIST) return NO_TONE;
    if (low + high < PURITY * d->energy * (TONE_BLOCK / 2)) return NO_TONE;
    return (uint8_t)digit_code(layout[row][column]);
}

static bool over(struct tone_detector *d, struct digit *found) {
    *found = (struct digit){d->code, (d->hits + 1) * TONE_BLOCK}; /* half a block at each end held some of it */
    d->code = NO_TONE;
    return true;
}

/* Two blocks alike begin a digit, two others end it: a click in between does neither. */
static bool follow(struct tone_detector *d, uint8_t heard, struct digit *found) {
    bool ended = false;
    d->misses = heard == d->code ? 0 : d->misses + 1;
    d->hits += heard == d->code;
    if (d->code != NO_TONE && d->misses == 2) ended = over(d, found);
    if (d->code == NO_TONE && heard != NO_TONE && heard == d->before) {
        d->code = heard;
        d->hits = 2;
        d->misses = 0;
    }
    d->before = heard;
    return ended;
}

static void filter(struct tone_detector *d, const int16_t *samples, size_t count) {
    for (size_t i = 0; i < count; i++) d->energy += (float)samples[i] * samples[i];
    for (int tone = 0; tone < TONES; tone++) {
        float last = d->state[tone][0], before = d->state[tone][1];
        for (size_t i = 0; i < count; i++) {
            float next = samples[i] + coefficients[tone] * last - before;
            before = last;
            last = next;
        }
        d->state[tone][0] = last;
        d->state[tone][1] = before;
    }
}

size_t tones_take(struct tone_detector *d, uint32_t timestamp, const int16_t *samples, size_t count, int64_t now,
                  struct digit *found, bool *ended) {
    *ended = false;
    if (timestamp != d->next) begin_block(d); /* something is missing in between */
    if (count > TONE_BLOCK - d->filled) count = TONE_BLOCK - d->filled;
    filter(d, samples, count);
    d->filled += (uint32_t)count;
    d->next = timestamp + (uint32_t)count;
    d->heard_at = now;
    if (d->filled == TONE_BLOCK) {
        *ended = follow(d, judge(d), found);
        begin_block(d);
    }
    return count;
}

bool tones_expire(struct tone_detector *d, int64_t now, struct digit *found) {
    if (d->code == NO_TONE || now - d->heard_at < PATIENCE) return false;
    d->before = NO_TONE;
    return over(d, found);
}
