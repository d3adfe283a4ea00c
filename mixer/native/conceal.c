#include "conceal.h"

#include <stdlib.h>

enum {
    WINDOW = 80,   /* compared at each lag, 10 ms */
    WHOLE = 80,    /* 10 ms before it fades */
    JOIN = 20,     /* samples in which the step at the beginning is taken back */
    FAINT = 16,    /* what never exceeds this is silence */
};

/* How alike the last WINDOW samples and those `lag` before them are: the correlation over the energy of the latter, only
 * every `step`th sample looked at. */
static float likeness(const int16_t *history, uint32_t lag, uint32_t step) {
    const int16_t *now = history + CONCEAL_HISTORY - WINDOW, *then = now - lag;
    float product = 0, energy = 1;
    for (uint32_t i = 0; i < WINDOW; i += step) {
        product += (float)now[i] * then[i];
        energy += (float)then[i] * then[i];
    }
    return product <= 0 ? 0 : product * product / energy;
}

static uint32_t most_alike(const int16_t *history, uint32_t from, uint32_t to, uint32_t step) {
    uint32_t best = from;
    float most = -1;
    for (uint32_t lag = from; lag <= to; lag += step) {
        float alike = likeness(history, lag, step);
        if (alike > most) best = lag, most = alike;
    }
    return best;
}

bool conceal_begin(struct concealment *c) {
    int loudest = 0;
    for (int i = CONCEAL_HISTORY - LONGEST_PERIOD; i < CONCEAL_HISTORY; i++)
        if (abs(c->history[i]) > loudest) loudest = abs(c->history[i]);
    c->period = c->made = 0;
    if (loudest <= FAINT) return false;
    uint32_t rough = most_alike(c->history, SHORTEST_PERIOD, LONGEST_PERIOD, 2);
    uint32_t from = rough > SHORTEST_PERIOD ? rough - 1 : rough, to = rough < LONGEST_PERIOD ? rough + 1 : rough;
    c->period = most_alike(c->history, from, to, 1);
    c->at = CONCEAL_HISTORY - c->period;
    return true;
}

/* The last period, whose last quarter leads back to its beginning. */
static int repeated(const struct concealment *c) {
    uint32_t quarter = c->period / 4, left = CONCEAL_HISTORY - c->at;
    int sample = c->history[c->at];
    if (left > quarter) return sample;
    int before = c->history[c->at - c->period];
    return sample + (before - sample) * (int)(quarter - left + 1) / (int)(quarter + 1);
}

static int next(struct concealment *c) {
    int sample = repeated(c);
    if (c->made < JOIN) {
        int step = c->history[CONCEAL_HISTORY - 1] - c->history[CONCEAL_HISTORY - 1 - c->period];
        sample += step * (int)(JOIN - c->made) / JOIN;
    }
    if (c->made > WHOLE) sample = sample * (int)(CONCEAL_SAMPLES - c->made) / (CONCEAL_SAMPLES - WHOLE);
    if (++c->at == CONCEAL_HISTORY) c->at -= c->period;
    c->made++;
    return sample;
}

void conceal_next(struct concealment *c, int16_t *samples, size_t count) {
    for (size_t i = 0; i < count; i++) {
        int sample = c->period && c->made < CONCEAL_SAMPLES ? next(c) : 0;
        samples[i] = (int16_t)(sample > INT16_MAX ? INT16_MAX : sample < INT16_MIN ? INT16_MIN : sample);
    }
}
