/* mix.h - the kernels: sum in int32, clip once, at the end. */
#ifndef EARSHOT_MIX_H
#define EARSHOT_MIX_H

#include <stddef.h>
#include <stdint.h>

/* sums[i] += samples[i] x gain; gain Q8. 4096 sources at MX_MAX_GAIN do not overflow. */
void mix_add(int32_t *sums, const int16_t *samples, size_t count, int gain_q8);

void mix_clip(int16_t *samples, const int32_t *sums, size_t count);

/* Clip two sides into stereo frames, left first. */
void mix_clip_stereo(int16_t *frames, const int32_t *left, const int32_t *right, size_t count);

#endif
