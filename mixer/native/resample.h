/* resample.h - from 8000 to 16000 Hz and back: one half-band filter of 63 taps, in its two phases.
 *
 * Flat to 3.4 kHz and 60 dB down from 4.6 kHz on. It delays nothing: what it makes of a sample depends on RESAMPLE_REACH
 * samples at 8000 Hz, or twice as many at 16000 Hz, on both sides, and these must be there to be read. */
#ifndef EARSHOT_RESAMPLE_H
#define EARSHOT_RESAMPLE_H

#include <stddef.h>
#include <stdint.h>

enum { RESAMPLE_REACH = 16, RESAMPLE_MOST = 480 }; /* samples at 8000 Hz: the reach; at once */

/* Make the filter; any number of times, before anything else. */
void resample_prepare(void);

/* wide[0] to wide[2 x count - 1] += what `count` samples at 8000 Hz are at 16000 Hz. */
void resample_double(int32_t *wide, const int32_t *narrow, size_t count);

/* What 2 x count samples at 16000 Hz are at 8000 Hz. */
void resample_halve(int16_t *narrow, const int16_t *wide, size_t count);

#endif
