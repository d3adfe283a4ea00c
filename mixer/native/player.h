/* player.h - clips, and sources that play them. */
#ifndef EARSHOT_PLAYER_H
#define EARSHOT_PLAYER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mix.h"

/* Counted on the control thread; the samples never change. */
struct mx_clip {
    uint32_t references;
    size_t count;
    int16_t samples[];
};

struct player {
    const struct mx_clip *clip;
    bool loop;
    bool playing;   /* it has a route */
    bool announced; /* that it ended */
    int64_t start;  /* position of the clip's first sample, while playing */
    int64_t since, until; /* positions between which it plays, or did last */
    int64_t played; /* samples of the clip, while not */
};

/* `at`: the position of the next sample to be played. */
void player_start(struct player *p, int64_t at);
void player_pause(struct player *p, int64_t at);

/* Whether everything was played below position `at`. */
bool player_done(const struct player *p, int64_t at);

/* sums[i] += the sample at position + i, with the gain there; silence before the start and after the end, 5 ms from and to
 * silence at both. */
void player_add(const struct player *p, int64_t position, int32_t *sums, size_t count, const struct gain *gain);

#endif
