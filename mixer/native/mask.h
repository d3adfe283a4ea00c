/* mask.h - no digit sounds in a recording: what of a timeline the taps leave out.
 *
 * The timeline is judged in blocks on a fixed grid, MASK_REACH ahead of the taps. A digit is two blocks alike, or one before
 * silence; left out are its blocks, the one before and the one behind, in which it may have begun and ended:
 *
 *     ....voice....|  left out  digit digit digit  left out |....voice....
 *
 * and silence behind it, up to 60 ms: packets may be missing there, and what is made up for them sounds as the digit did.
 * What comes later than that is judged anew, and what was once left out stays so. */
#ifndef EARSHOT_MASK_H
#define EARSHOT_MASK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mix.h"
#include "resample.h"
#include "timeline.h"
#include "tones.h"

enum {
    MASK_BLOCKS = 128, /* that are remembered, 1.6 s: as long as a timeline, and more */
    MASK_REACH = 4 * TONE_BLOCK + MIX_RAMP + RESAMPLE_REACH, /* positions: to the end of a second block of what begins now */
};

struct mask {
    int64_t judged; /* blocks below this one were, in their present state; */
    int64_t fresh;  /* those at and above it never were */
    struct {
        uint8_t heard;     /* as of tones_in() */
        uint8_t since : 7; /* blocks ago a digit sounded */
        bool out : 1;      /* left out */
    } blocks[MASK_BLOCKS];
};

void mask_open(struct mask *k, int64_t now);

/* Judge what a tap needs that reads up to `until`. */
void mask_prepare(struct mask *k, const struct timeline *t, int64_t until);

/* Something was written at `position`. */
void mask_return(struct mask *k, int64_t position);

/* How many of `count` positions are heard alike, from `position` on: with the gain as it is, ramping to or from nothing, or,
 * when both its ends are 0, not at all. */
size_t mask_next(const struct mask *k, int64_t position, size_t count, struct gain *gain);

#endif
