/* level.h - how loud a leg is, as RFC 6464 counts it (dBov, 0 is overload), and whether somebody speaks: by energy alone,
 * against a floor that follows the noise of the line. */
#ifndef EARSHOT_LEVEL_H
#define EARSHOT_LEVEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LEVEL_SILENCE = -127 }; /* dBov */

struct level {
    float power;      /* mean square, up at once and down slowly, as meters go */
    float floor;      /* mean square of the noise; 0: not known yet */
    bool speaking;
    int64_t heard_at, spoken_at;
    uint64_t speech;  /* samples, ever */
};

void level_take(struct level *l, const int16_t *samples, size_t count, int64_t now);

/* 200 ms after the last sound it is silent. */
void level_expire(struct level *l, int64_t now);

/* LEVEL_SILENCE to 0. */
double level_dbov(double mean_square);

#endif
