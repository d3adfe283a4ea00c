/* tones.h - DTMF digits found in the sound itself, by correlation with the eight tones, with the tolerances of ITU-T Q.24.
 *
 * For phones and trunks that know no telephone events, and for recordings, in which no digit sounds (mask.h). It needs all
 * the sound of a port decoded, and speech can, rarely, look like a digit: no port listens for digits until it is asked to. */
#ifndef EARSHOT_TONES_H
#define EARSHOT_TONES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "digits.h"

enum {
    TONE_BLOCK = 102, /* samples judged at once, 12.75 ms: three fit into 40 ms */
    NO_TONE = 0xff,
    NO_SOUND = 0xfe,  /* too little of it for any digit */
};

/* Make the tones; any number of times, from any thread, before anything else. */
void tones_prepare(void);

/* The code of the digit that sounds in a block, NO_TONE or NO_SOUND. */
uint8_t tones_in(const int16_t samples[TONE_BLOCK]);

struct tone_detector {
    int16_t block[TONE_BLOCK];
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
