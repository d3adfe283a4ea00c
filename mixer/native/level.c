#include "level.h"

#include <math.h>

enum {
    RISE = 160, FALL = 1440, /* samples: half of the way up in 20 ms, a tenth of the way down */
    HANGOVER = 1600,         /* 200 ms between words */
    PATIENCE = 1600,
};

static const float OVERLOAD = 32768.0f * 32768.0f;
static const float LEAST_FLOOR = 34;    /* -75 dBov */
static const float MOST_FLOOR = 10737;  /* -50 dBov, until it is known better */
static const float LEAST_SPEECH = 3395; /* -55 dBov */
static const float CONTRAST = 8;        /* 9 dB above the floor */
static const float CREEP = 3e-5f;       /* a sample: the floor rises by 1 dB a second, and falls at once */

static float mean_square(const int16_t *samples, size_t count) {
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++) sum += (uint32_t)(samples[i] * samples[i]);
    return (float)sum / (float)count;
}

static void follow_noise(struct level *l, float power, size_t count) {
    if (l->floor == 0) l->floor = power < MOST_FLOOR ? power : MOST_FLOOR;
    else if (power < l->floor) l->floor = power;
    else l->floor *= 1 + CREEP * (float)count;
    if (l->floor < LEAST_FLOOR) l->floor = LEAST_FLOOR;
}

void level_take(struct level *l, const int16_t *samples, size_t count, int64_t now) {
    float power = mean_square(samples, count), steps = (float)count;
    l->power += (power - l->power) * steps / (steps + (power > l->power ? RISE : FALL));
    l->heard_at = now;
    follow_noise(l, power, count);
    if (power > LEAST_SPEECH && power > CONTRAST * l->floor) {
        l->speaking = true;
        l->spoken_at = now;
    } else if (now - l->spoken_at > HANGOVER) {
        l->speaking = false;
    }
    if (l->speaking) l->speech += count;
}

void level_expire(struct level *l, int64_t now) {
    if (now - l->heard_at < PATIENCE) return;
    l->power = 0;
    l->speaking = false;
}

double level_dbov(double mean_square) {
    double dbov = mean_square > 0 ? 10 * log10(mean_square / OVERLOAD) : LEVEL_SILENCE;
    return dbov < LEVEL_SILENCE ? LEVEL_SILENCE : dbov > 0 ? 0 : dbov;
}
