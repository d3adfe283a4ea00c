/* timeline.h - the sound of one RTP source on the mixer's one clock.
 *
 * A ring of samples addressed by position. A packet is written where its timestamp belongs, so order, duplicates and loss
 * need no care: what never came is silence. `high` is one past the newest sample; positions at or above it, and those the
 * ring has overwritten, read as silence, and a write beyond it first clears what lies between. Any number of readers may
 * read at their own distance behind now.
 *
 * What is missing is made up, once, for all readers alike, and lies in the ring until what it stands for comes after all:
 * where packets were lost, or have not come in time, the last sound fades (conceal.h); after comfort noise is noise.
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

#include "conceal.h"
#include "mix.h"

enum {
    TIMELINE_SAMPLES = 1 << 14,
    TIMELINE_LEAD = 160,       /* a packet on time ends this far ahead of its arrival: where a reader 20 ms late can go */
    TIMELINE_MAX_LATE = 8000,  /* 1 s: a leap, not a delay */
    TIMELINE_MAX_EARLY = 4000, /* 0.5 s */
    TIMELINE_LEAD_OVER = 32,   /* 4 ms from what was made up to what came */
};

struct timeline {
    int16_t *samples; /* TIMELINE_SAMPLES */
    int64_t high;
    bool anchored;
    uint32_t anchor_timestamp; /* of the newest packet, and where it lies */
    int64_t anchor_position;
    int64_t watched_since, least_late; /* since when, and the lateness of the fastest packet since then */
    int64_t useless_since;             /* since when all came too late for the readers; -1: they do not */
    /* What is made up above `real`, the end of the newest packet; readers have taken what lies below `taken`. */
    enum { NOTHING_MADE, CONCEALMENT, NOISE } making;
    bool concealing;
    int64_t real, taken;
    uint64_t concealed; /* samples, ever */
    int64_t seam;       /* where the newest packet was changed, and what it said: one that was only late undoes it */
    int16_t unchanged[TIMELINE_LEAD_OVER];
    int32_t noise_peak;
    uint32_t noise_state;
    struct concealment concealment;
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

/* `after_loss`: packets before this one are missing; else a gap is silence as it was meant. May change the samples. */
void timeline_write(struct timeline *t, int64_t position, int16_t *samples, size_t count, bool after_loss);

/* From here on the phone sends nothing but comfort noise, `dbov` below overload (RFC 3389 §3.1). */
void timeline_noise(struct timeline *t, uint8_t dbov);

/* From here on nothing is missing: the phone sends something else than sound. */
void timeline_pause(struct timeline *t);

/* A reader is going to take what lies below `until`. */
void timeline_prepare(struct timeline *t, int64_t until);

/* sums[i] += the sample at position + i, with the gain there. */
void timeline_add(const struct timeline *t, int64_t position, int32_t *sums, size_t count, const struct gain *gain);

#endif
