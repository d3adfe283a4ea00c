/* tones.h - DTMF digits found in the sound itself, by eight filters after Goertzel, with the tolerances of ITU-T Q.24.
 *
 * For phones and trunks that know no telephone events. It needs all the sound of a port decoded, and speech can, rarely,
 * look like a digit: nothing listens until it is asked to. */
#ifndef EARSHOT_TONES_H
#define EARSHOT_TONES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digits.h"

enum { TONE_BLOCK = 102, TONES = 8, NO_TONE = 0xff }; /* samples judged at once, 12.75 ms: three fit into 40 ms */

struct tone_detector {
    float state[TONES][2]; /* of each filter, the last two values */
    float energy;
    uint32_t filled;       /* samples of the block at hand */
    uint32_t next;         /* timestamp of the sample that follows on it */
    uint8_t before;        /* what the last block held: a code, or NO_TONE */
    uint8_t code;          /* of the digit that sounds, or NO_TONE */
    uint32_t hits, misses; /* blocks that held it; blocks since that did not */
    int64_t heard_at;
};

void tones_open(struct tone_detector *d);

/* Take samples, at most to the end of a block; returns how many. `ended`: with them a digit was over, and is `found`. */
size_t tones_take(struct tone_detector *d, uint32_t timestamp, const int16_t *samples, size_t count, int64_t now,
                  struct digit *found, bool *ended);

/* The digit that stopped with the stream, 200 ms ago. False: there is none. */
bool tones_expire(struct tone_detector *d, int64_t now, struct digit *found);

#endif
