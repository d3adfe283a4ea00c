/* mix.h - the kernels: sum in int32, clip once, at the end; gains move in 5 ms, so that no change is a click. */
#ifndef EARSHOT_MIX_H
#define EARSHOT_MIX_H

#include <stddef.h>
#include <stdint.h>

enum { MIX_RAMP = 40 }; /* positions */

/* A gain, Q8, that was `from_q8` up to position `since` and is `to_q8` MIX_RAMP later. */
struct gain {
    int from_q8, to_q8;
    int64_t since;
};

int gain_at(const struct gain *gain, int64_t position);

/* sums[i] += samples[i] x the gain at position + i / width. 4096 sources at MX_MAX_GAIN do not overflow. */
void mix_add(int32_t *sums, const int16_t *samples, size_t count, uint32_t width, const struct gain *gain,
             int64_t position);

void mix_clip(int16_t *samples, const int32_t *sums, size_t count);

/* Clip two sides into stereo frames, left first. */
void mix_clip_stereo(int16_t *frames, const int32_t *left, const int32_t *right, size_t count);

#endif
