/* timeline.h - the sound of one RTP source on the mixer's one clock.
 *
 * A ring of samples addressed by position. A packet is written where its timestamp belongs, so order, duplicates and loss
 * need no care: what never came is silence. `high` is one past the newest sample; positions at or above it, and those the
 * ring has overwritten, read as silence, and a write beyond it first clears what lies between. Readers clear nothing, so
 * any number of them may read at their own distance behind now.
 *
 *        lost to the ring      kept: 16384 samples, 2.048 s               not there yet
 *     ..................|=========================----======|...................
 *                  high - SIZE          never came ^^    high
 *
 * Timestamps are never trusted alone: what they say is held against the clock (timeline_place). */
#ifndef EARSHOT_TIMELINE_H
#define EARSHOT_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mix.h"

enum {
    TIMELINE_SAMPLES = 1 << 14,
    TIMELINE_LEAD = 160,       /* a packet on time ends this far ahead of its arrival: where a reader 20 ms behind can go */
    TIMELINE_MAX_LATE = 8000,  /* 1 s: a leap, not a delay */
    TIMELINE_MAX_EARLY = 4000, /* 0.5 s */
};

struct timeline {
    int16_t *samples; /* TIMELINE_SAMPLES */
    int64_t high;
    bool anchored;
    uint32_t anchor_timestamp; /* of the newest packet, and where it lies */
    int64_t anchor_position;
    int64_t watched_since, least_late; /* since when, and the lateness of the fastest packet since then */
    int64_t useless_since;             /* since when all came too late for the readers; -1: they do not */
};

/* `samples` are all 0. */
void timeline_open(struct timeline *t, int16_t *samples, int64_t now);

/* A new epoch: the next packet is set against the clock anew, and follows what is there. */
void timeline_restart(struct timeline *t);

enum placing {
    PLACED,
    REALIGNED, /* the stream had drifted from the clock, and was moved back */
    LEAPT,     /* the timestamps had left the clock altogether, and were set against it anew */
    LOST,      /* an overtaken packet that belongs nowhere */
};

/* Where the packet belongs that arrives now with `count` samples; `newest`: not overtaken by another. `late_limit` is
 * the lateness, in samples, from which on no reader would hear it. */
enum placing timeline_place(struct timeline *t, uint32_t timestamp, uint32_t count, bool newest, int64_t now,
                            int64_t late_limit, int64_t *position);

void timeline_write(struct timeline *t, int64_t position, const int16_t *samples, size_t count);

/* sums[i] += the sample at position + i, with the gain there. */
void timeline_add(const struct timeline *t, int64_t position, int32_t *sums, size_t count, const struct gain *gain);

#endif
