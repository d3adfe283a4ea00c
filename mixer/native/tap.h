/* tap.h - a stereo sink that another thread reads: one writer (media), one reader, MX_TAP_FRAMES between them. */
#ifndef EARSHOT_TAP_H
#define EARSHOT_TAP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mixer.h"
#include "ring.h"

enum { TAP_BYTES = MX_TAP_FRAMES * 2 * sizeof(int16_t) };

struct span {
    int64_t first, end; /* positions; first == end: none */
};

struct tap {
    /* Both threads. Generations start at 1, and one that was read to its end is never read again. */
    _Atomic uint32_t generation;
    _Atomic uint32_t finished; /* the generation whose reader has finished */
    _Atomic bool ended;        /* nothing more will be written */
    _Atomic uint64_t overruns;
    _Alignas(64) _Atomic uint32_t head; /* written by media */
    _Alignas(64) _Atomic uint32_t tail; /* written by the reader */
    struct ring masked;                 /* its cells: */
    mx_masked masks[MX_TAP_MASKS];
    /* Media thread. */
    _Alignas(64) int16_t *frames;
    int64_t opened, next; /* positions of the first frame, and of the next to be written */
    uint32_t width; /* frames in a position */
    struct span masking[2]; /* of each side, the newest: it may still grow */
};

/* Control thread, while neither of the others knows of it. */
void tap_open(struct tap *t, int16_t *frames, uint32_t generation, uint32_t width, int64_t now);

/* Media thread: of the frames to be written next, those of positions `from` to before `to` lack digits on one side. */
void tap_mask(struct tap *t, uint32_t channel, int64_t from, int64_t to);

/* Media thread: `count` frames, whole positions, from two sums, each clipped; what finds no room is an overrun. */
void tap_write(struct tap *t, const int32_t *left, const int32_t *right, size_t count);
void tap_end(struct tap *t);
bool tap_finished(const struct tap *t); /* ended, and the reader needs nothing more */

/* Reader's thread. */
size_t tap_read(struct tap *t, uint32_t generation, int16_t *frames, size_t max_frames, mx_tap_state *state);
void tap_forget(struct tap *t, uint32_t generation);

#endif
