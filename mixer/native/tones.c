#define _GNU_SOURCE
#include "tones.h"

#include <math.h>
#include <pthread.h>
#include <string.h>

enum { ROWS = 4, TONES = 2 * ROWS, PATIENCE = 1600 /* 200 ms */ };
enum { LANES = 8, PADDED = (TONE_BLOCK + LANES - 1) / LANES * LANES }; /* whole vectors, for the compiler */
enum { UNIT = 512, SHIFT = 3 }; /* 1 in the waves; off each sample squared: sums stay within 32 bits */

static const float CONTRAST = 6.3f;      /* 8 dB: the strongest above the others of its group */
static const float TWIST = 10.0f;        /* 10 dB: columns above rows; 8 dB must be taken, 2 are error */
static const float REVERSE_TWIST = 4.0f; /* 6 dB: rows above columns; 4 dB must be taken */
static const float PURITY = 0.7f;        /* the share of all energy that two tones of the right pitch have, at least */
static const float FAINTEST = 220.0f * 220.0f * TONE_BLOCK * TONE_BLOCK / 4; /* -40 dBm0 a tone */
static const float SILENCE = 0.7f * 220.0f * 220.0f * TONE_BLOCK; /* less energy than two of these */

static const double hertz[TONES] = {697, 770, 852, 941, 1209, 1336, 1477, 1633}; /* Q.23 */
static int16_t waves[TONES][2][PADDED]; /* cosine and sine of each */
static const char layout[ROWS][ROWS + 1] = {"123A", "456B", "789C", "*0#D"};

void tones_open(struct tone_detector *d) { *d = (struct tone_detector){.before = NO_TONE, .code = NO_TONE}; }

/* The strongest of a group, unless another comes near it; -1 then. */
static int strongest(const float *powers) {
    int best = 0;
    for (int i = 1; i < ROWS; i++)
        if (powers[i] > powers[best]) best = i;
    for (int i = 0; i < ROWS; i++)
        if (i != best && powers[i] * CONTRAST > powers[best]) return -1;
    return best;
}

static uint8_t judge(const float powers[TONES], float energy) {
    int row = strongest(powers), column = strongest(powers + ROWS);
    if (row < 0 || column < 0) return NO_TONE;
    float low = powers[row], high = powers[ROWS + column];
    if (low < FAINTEST || high < FAINTEST || high > low * TWIST || low > high * REVERSE_TWIST) return NO_TONE;
    if (low + high < PURITY * energy * (TONE_BLOCK / 2)) return NO_TONE;
    return (uint8_t)digit_code(layout[row][column]);
}

static void make_waves(void) {
    for (int tone = 0; tone < TONES; tone++)
        for (int i = 0; i < TONE_BLOCK; i++) {
            double turn = 2 * M_PI * hertz[tone] * i / MX_SAMPLE_RATE;
            waves[tone][0][i] = (int16_t)lrint(UNIT * cos(turn));
            waves[tone][1][i] = (int16_t)lrint(UNIT * sin(turn));
        }
}

void tones_prepare(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, make_waves);
}

static float product(const int16_t *a, const int16_t *b) {
    int32_t sum = 0;
    for (int i = 0; i < PADDED; i++) sum += a[i] * b[i];
    return (float)sum;
}

uint8_t tones_in(const int16_t samples[TONE_BLOCK]) {
    int16_t block[PADDED] = {0}, smaller[PADDED];
    float powers[TONES];
    memcpy(block, samples, TONE_BLOCK * sizeof *samples);
    for (int i = 0; i < PADDED; i++) smaller[i] = (int16_t)(block[i] >> SHIFT);
    float energy = product(smaller, smaller) * (1 << 2 * SHIFT);
    if (energy < SILENCE) return NO_SOUND;
    for (int tone = 0; tone < TONES; tone++) {
        float cosine = product(block, waves[tone][0]) / UNIT, sine = product(block, waves[tone][1]) / UNIT;
        powers[tone] = cosine * cosine + sine * sine;
    }
    return judge(powers, energy);
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

size_t tones_take(struct tone_detector *d, uint32_t timestamp, const int16_t *samples, size_t count, int64_t now,
                  struct digit *found, bool *ended) {
    *ended = false;
    if (timestamp != d->next) d->filled = 0; /* something is missing in between */
    if (count > TONE_BLOCK - d->filled) count = TONE_BLOCK - d->filled;
    memcpy(d->block + d->filled, samples, count * sizeof *samples);
    d->filled += (uint32_t)count;
    d->next = timestamp + (uint32_t)count;
    d->heard_at = now;
    if (d->filled == TONE_BLOCK) {
        uint8_t heard = tones_in(d->block);
        *ended = follow(d, heard == NO_SOUND ? NO_TONE : heard, found);
        d->filled = 0;
    }
    return count;
}

bool tones_expire(struct tone_detector *d, int64_t now, struct digit *found) {
    if (d->code == NO_TONE || now - d->heard_at < PATIENCE) return false;
    d->before = NO_TONE;
    return over(d, found);
}
