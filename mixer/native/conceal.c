#include "conceal.h"

#include <stdlib.h>

enum {
    WINDOW = 80,   /* compared at each lag, 10 ms */
    WHOLE = 80,    /* 10 ms before it fades */
    JOIN = 20,     /* in which the step at the beginning is taken back */
    FAINT = 16,    /* what never exceeds this is silence */
};

/* How alike the last WINDOW positions and those `lag` samples before them are: the correlation over the energy of the
 * latter, only every `step`th sample looked at. */
static float likeness(const struct concealment *c, uint32_t lag, uint32_t step) {
    uint32_t window = WINDOW * c->width;
    const int16_t *now = c->history + CONCEAL_HISTORY * c->width - window, *then = now - lag;
    float product = 0, energy = 1;
    for (uint32_t i = 0; i < window; i += step) {
        product += (float)now[i] * then[i];
        energy += (float)then[i] * then[i];
    }
    return product <= 0 ? 0 : product * product / energy;
}

static uint32_t most_alike(const struct concealment *c, uint32_t from, uint32_t to, uint32_t step) {
    uint32_t best = from;
    float most = -1;
    for (uint32_t lag = from; lag <= to; lag += step) {
        float alike = likeness(c, lag, step);
        if (alike > most) best = lag, most = alike;
    }
    return best;
}

bool conceal_begin(struct concealment *c, uint32_t width) {
    uint32_t shortest = SHORTEST_PERIOD * width, longest = LONGEST_PERIOD * width, end = CONCEAL_HISTORY * width;
    int loudest = 0;
    for (uint32_t i = end - longest; i < end; i++)
        if (abs(c->history[i]) > loudest) loudest = abs(c->history[i]);
    c->width = width;
    c->period = c->made = 0;
    if (loudest <= FAINT) return false;
    uint32_t step = 2 * width, rough = most_alike(c, shortest, longest, step);
    uint32_t from = rough >= shortest + step ? rough - step + 1 : shortest;
    uint32_t to = rough + step <= longest ? rough + step - 1 : longest;
    c->period = most_alike(c, from, to, 1);
    c->at = end - c->period;
    return true;
}

/* The last period, whose last quarter leads back to its beginning. */
static int repeated(const struct concealment *c) {
    uint32_t quarter = c->period / 4, left = CONCEAL_HISTORY * c->width - c->at;
    int sample = c->history[c->at];
    if (left > quarter) return sample;
    int before = c->history[c->at - c->period];
    return sample + (before - sample) * (int)(quarter - left + 1) / (int)(quarter + 1);
}

static int next(struct concealment *c) {
    uint32_t end = CONCEAL_HISTORY * c->width, join = JOIN * c->width, whole = WHOLE * c->width;
    uint32_t all = CONCEAL_SAMPLES * c->width;
    int sample = repeated(c);
    if (c->made < join) {
        int step = c->history[end - 1] - c->history[end - 1 - c->period];
        sample += step * (int)(join - c->made) / (int)join;
    }
    if (c->made > whole) sample = sample * (int)(all - c->made) / (int)(all - whole);
    if (++c->at == end) c->at -= c->period;
    c->made++;
    return sample;
}

void conceal_next(struct concealment *c, int16_t *samples, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int sample = c->period && c->made < CONCEAL_SAMPLES * c->width ? next(c) : 0;
        samples[i] = (int16_t)(sample > INT16_MAX ? INT16_MAX : sample < INT16_MIN ? INT16_MIN : sample);
    }
}
