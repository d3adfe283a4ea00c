/* timeline.h - the sound of one RTP source on the mixer's one clock.
 *
 * A ring of samples addressed by position; each position holds `width` of them, 1 at 8000 Hz and 2 at 16000 Hz, and
 * counts below are of positions. A packet is written where its timestamp belongs, so order, duplicates and loss
 * need no care: what never came is silence. `high` is one past the newest sample; positions at or above it, and those the
 * ring has overwritten, read as silence, and a write beyond it first clears what lies between. Any number of readers may
 * read at their own distance behind now.
 *
 * What is missing is made up, once, for all readers alike, and lies in the ring until what it stands for comes after all:
 * where packets were lost, or have not come in time, the last sound fades (conceal.h); after comfort noise is noise.
 *
 *        lost to the ring      kept: 8192 positions, 1.024 s                not there yet
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
    TIMELINE_SAMPLES = 1 << 13, /* positions */
    TIMELINE_MOST_WIDTH = 2,
    TIMELINE_BYTES = TIMELINE_SAMPLES * sizeof(int16_t), /* of the narrow ring; the wide one lies behind it */
    TIMELINE_WIDE_BYTES = TIMELINE_MOST_WIDTH * TIMELINE_BYTES,
    TIMELINE_LEAD = 160,       /* a packet on time ends this far ahead of its arrival: where a reader 20 ms late can go */
    TIMELINE_MAX_LATE = 8000,  /* 1 s: a leap, not a delay */
    TIMELINE_MAX_EARLY = 2000, /* 0.25 s */
    TIMELINE_LEAD_OVER = 32,   /* 4 ms from what was made up to what came */
};

struct timeline {
    int16_t *memory, *samples; /* of both rings; the ring in use */
    uint32_t width, ticks;     /* samples, and steps of the RTP clock, in a position */
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
    uint64_t concealed; /* positions, ever */
    int64_t seam;       /* where the newest packet was changed, and what it said: one that was only late undoes it */
    int16_t unchanged[TIMELINE_MOST_WIDTH * TIMELINE_LEAD_OVER];
    int32_t noise_peak;
    uint32_t noise_state;
    struct concealment concealment;
};

/* `memory`: TIMELINE_BYTES, all 0. */
void timeline_open(struct timeline *t, int16_t *memory, int64_t now);

/* From now on the sound has this width, and its RTP clock so many ticks: what readers may still need is brought along.
 * Before the first time it is wide, TIMELINE_WIDE_BYTES lie behind the memory it was opened with. */
void timeline_change(struct timeline *t, uint32_t width, uint32_t ticks);

/* A new epoch: the next packet is set against the clock anew, and follows what is there. */
void timeline_restart(struct timeline *t);

enum placing {
    PLACED,
    REALIGNED, /* the stream had drifted from the clock, and was moved back */
    LEAPT,     /* the timestamps had left the clock altogether, and were set against it anew */
    LOST,      /* an overtaken packet that belongs nowhere */
};

/* Where the packet belongs that arrives now and lasts `count`; `newest`: not overtaken by another. `late_limit` is
 * the lateness from which on no reader would hear it. */
enum placing timeline_place(struct timeline *t, uint32_t timestamp, uint32_t count, bool newest, int64_t now,
                            int64_t late_limit, int64_t *position);

/* width x count samples. `after_loss`: packets before this one are missing, or it is no sequel to them; else a gap is silence
 * as it was meant. May change the samples. */
void timeline_write(struct timeline *t, int64_t position, int16_t *samples, size_t count, bool after_loss);

/* From here on the phone sends nothing but comfort noise, `dbov` below overload (RFC 3389 §3.1). */
void timeline_noise(struct timeline *t, uint8_t dbov);

/* From here on nothing is missing: the phone sends something else than sound. */
void timeline_pause(struct timeline *t);

/* A reader is going to take what lies below `until`. */
void timeline_prepare(struct timeline *t, int64_t until);

/* The readers that were the first to come have gone back: they are going to take what lies at `until` and above once more. */
void timeline_return(struct timeline *t, int64_t until);

/* Add the sound of `count` positions, with the gain there, to as many sums: at 8000 Hz, whatever the width. */
void timeline_add(const struct timeline *t, int64_t position, int32_t *sums, size_t count, const struct gain *gain);

/* The same for a timeline that is wide, to twice as many sums. */
void timeline_add_wide(const struct timeline *t, int64_t position, int32_t *sums, size_t count, const struct gain *gain);

#endif
