/* tap.h - a stereo sink that another thread reads: one writer (media), one reader, MX_TAP_FRAMES between them. */
#ifndef EARSHOT_TAP_H
#define EARSHOT_TAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mixer.h"

enum { TAP_BYTES = MX_TAP_FRAMES * 2 * sizeof(int16_t) };

struct tap {
    /* Both threads. Generations start at 1, and one that was read to its end is never read again. */
    _Atomic uint32_t generation;
    _Atomic uint32_t finished; /* the generation whose reader has finished */
    _Atomic bool ended;        /* nothing more will be written */
    _Atomic uint64_t overruns;
    _Alignas(64) _Atomic uint32_t head; /* written by media */
    _Alignas(64) _Atomic uint32_t tail; /* written by the reader */
    /* Media thread. */
    _Alignas(64) int16_t *frames;
    int64_t next; /* position of the next frame to be written */
    uint32_t width; /* frames in a position */
};

/* Control thread, while neither of the others knows of it. */
void tap_open(struct tap *t, int16_t *frames, uint32_t generation, uint32_t width, int64_t now);

/* Media thread: `count` frames, whole positions, from two sums, each clipped; what finds no room is an overrun. */
void tap_write(struct tap *t, const int32_t *left, const int32_t *right, size_t count);
void tap_end(struct tap *t);
bool tap_finished(const struct tap *t); /* ended, and the reader needs nothing more */

/* Reader's thread. */
size_t tap_read(struct tap *t, uint32_t generation, int16_t *frames, size_t max_frames, mx_tap_state *state);
void tap_forget(struct tap *t, uint32_t generation);

#endif
