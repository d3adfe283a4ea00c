/* conceal.h - sound for packets that never came: the last pitch period again and again, after ITU-T G.711 appendix I.
 *
 * The first 10 ms are as loud as what was heard, then it fades, and 60 ms after the loss there is silence. One period is
 * repeated, where the appendix lets up to three take turns: PESQ likes it better. */
#ifndef EARSHOT_CONCEAL_H
#define EARSHOT_CONCEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Positions, each of `width` samples. */
enum {
    CONCEAL_SAMPLES = 480, /* 60 ms: more than that is silence */
    SHORTEST_PERIOD = 40,  /* 200 Hz */
    LONGEST_PERIOD = 120,  /* 66 Hz */
    CONCEAL_HISTORY = 2 * LONGEST_PERIOD,
    CONCEAL_MOST_WIDTH = 2,
};

struct concealment {
    uint32_t width;    /* samples of a position */
    uint32_t period;   /* samples; 0: nothing was heard, and nothing is made */
    uint32_t at, made; /* place in the history; samples so far */
    int16_t history[CONCEAL_MOST_WIDTH * CONCEAL_HISTORY]; /* width x CONCEAL_HISTORY that were heard last, by the caller */
};

/* The history is there, of this width: find its period. False: it is silence. */
bool conceal_begin(struct concealment *c, uint32_t width);

/* The next `count` samples, of width x CONCEAL_SAMPLES in all. */
void conceal_next(struct concealment *c, int16_t *samples, size_t count);

#endif
