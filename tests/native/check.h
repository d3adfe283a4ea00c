/* check.h - assert() that no build turns off. */
#ifndef EARSHOT_CHECK_H
#define EARSHOT_CHECK_H

#undef NDEBUG
#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEADY(gain_q8) (&(struct gain){(gain_q8), (gain_q8), 0})

/* The same numbers in every run (xorshift, Marsaglia 2003). */
static inline uint32_t chance(uint32_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 17;
    return *state ^= *state << 5;
}

#endif
