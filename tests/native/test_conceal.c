/* conceal.c: periods are found, go on without a leap, fade, and end; whatever the history holds. */
#define _GNU_SOURCE
#include <math.h>

#include "check.h"
#include "conceal.h"

static int16_t made[CONCEAL_SAMPLES];

static void speak(struct concealment *c, double hertz, double peak) {
    for (int i = 0; i < CONCEAL_HISTORY; i++) {
        double at = 2 * M_PI * hertz * (i - CONCEAL_HISTORY) / 8000;
        c->history[i] = (int16_t)(peak * (sin(at) + 0.5 * sin(2 * at + 1) + 0.25 * sin(5 * at)) / 1.75);
    }
}

static void voices_of_any_pitch_go_on(void) {
    for (double hertz = 70; hertz < 200; hertz += 1.7) {
        struct concealment c;
        speak(&c, hertz, 20000);
        assert(conceal_begin(&c, 1));
        double periods = c.period * hertz / 8000; /* two are as good as one */
        assert(periods > 0.5 && fabs(periods - round(periods)) * 8000 / hertz <= 1);
        conceal_next(&c, made, CONCEAL_SAMPLES);
        int largest = 0, before = c.history[CONCEAL_HISTORY - 1];
        for (int i = 1; i < CONCEAL_HISTORY; i++)
            if (abs(c.history[i] - c.history[i - 1]) > largest) largest = abs(c.history[i] - c.history[i - 1]);
        for (int i = 0; i < CONCEAL_SAMPLES; before = made[i++]) assert(abs(made[i] - before) <= largest * 3 / 2 + 100);
        double power[3] = {0};
        for (int i = 0; i < CONCEAL_SAMPLES; i++) power[i / 160] += (double)made[i] * made[i];
        assert(power[0] > 160 * 4000.0 * 4000 && power[1] < power[0] * 0.7 && power[2] < power[1] * 0.3);
    }
}

static void it_is_the_same_however_it_is_cut_and_ends(void) {
    struct concealment whole, cut;
    int16_t piece[CONCEAL_SAMPLES];
    uint32_t state = 4;
    speak(&whole, 123, 9000);
    assert(conceal_begin(&whole, 1));
    cut = whole;
    conceal_next(&whole, made, CONCEAL_SAMPLES);
    for (size_t at = 0, count; at < CONCEAL_SAMPLES; at += count) {
        count = 1 + chance(&state) % 50;
        if (count > CONCEAL_SAMPLES - at) count = CONCEAL_SAMPLES - at;
        conceal_next(&cut, piece, count);
        assert(memcmp(piece, made + at, count * sizeof *piece) == 0);
    }
    conceal_next(&cut, piece, 100);
    for (int i = 0; i < 100; i++) assert(piece[i] == 0);
}

static void silence_stays_silence(void) {
    struct concealment c = {0};
    assert(!conceal_begin(&c, 1));
    conceal_next(&c, made, CONCEAL_SAMPLES);
    for (int i = 0; i < CONCEAL_SAMPLES; i++) assert(made[i] == 0);
}

/* The sanitizers look on. */
static void any_history_will_do(void) {
    uint32_t state = 8;
    for (int round = 0; round < 3000; round++) {
        struct concealment c;
        for (int i = 0; i < CONCEAL_HISTORY; i++)
            c.history[i] = (int16_t)(round % 3 == 0 ? (int)chance(&state) : chance(&state) % 2 ? INT16_MAX : INT16_MIN);
        for (int i = 0; round % 3 == 2 && i < 200; i++) c.history[i] = 0;
        conceal_begin(&c, 1);
        assert(c.period == 0 || (c.period >= SHORTEST_PERIOD && c.period <= LONGEST_PERIOD));
        conceal_next(&c, made, CONCEAL_SAMPLES);
    }
}

int main(void) {
    voices_of_any_pitch_go_on();
    it_is_the_same_however_it_is_cut_and_ends();
    silence_stays_silence();
    any_history_will_do();
}
