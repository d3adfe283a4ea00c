#include "timeline.h"

#include <string.h>

enum {
    WATCH = 8000,    /* 1 s: long enough for one packet to get through without delay */
    TOLERANCE = 64,  /* 8 ms: two channels that drift apart stay within 20 ms of each other */
    PATIENCE = 480,  /* 60 ms: a burst after a stall arrives faster than that */
};

void timeline_open(struct timeline *t, int16_t *samples, int64_t now) {
    *t = (struct timeline){.samples = samples, .high = now};
    timeline_restart(t);
}

void timeline_restart(struct timeline *t) { t->anchored = false; }

/* From now on a packet is held against this one. */
static void anchor(struct timeline *t, uint32_t timestamp, int64_t position) {
    t->anchored = true;
    t->anchor_timestamp = timestamp;
    t->anchor_position = position;
}

static void watch_anew(struct timeline *t, int64_t now) {
    t->watched_since = now;
    t->least_late = INT64_MAX;
    t->useless_since = -1;
}

/* By how many samples the stream has to be moved, judged by the fastest packet of a second, or by all of 60 ms when they
 * come too late for everybody. */
static int64_t drift(struct timeline *t, int64_t late, int64_t now, int64_t late_limit) {
    if (late < t->least_late) t->least_late = late;
    if (late <= late_limit) t->useless_since = -1;
    else if (t->useless_since < 0) t->useless_since = now;
    else if (now - t->useless_since >= PATIENCE) return late;
    if (now - t->watched_since < WATCH) return 0;
    int64_t least = t->least_late;
    t->watched_since = now;
    t->least_late = INT64_MAX;
    return least > TOLERANCE || least < -TOLERANCE ? least : 0;
}

enum placing timeline_place(struct timeline *t, uint32_t timestamp, uint32_t count, bool newest, int64_t now,
                            int64_t late_limit, int64_t *position) {
    int64_t on_time = now + TIMELINE_LEAD - count;
    int64_t said = t->anchor_position + (int32_t)(timestamp - t->anchor_timestamp);
    int64_t late = on_time - said;
    bool possible = late <= TIMELINE_MAX_LATE && late >= -TIMELINE_MAX_EARLY;
    enum placing placing = PLACED;
    *position = said;
    if (t->anchored && !newest) return possible ? PLACED : LOST;
    if (!t->anchored || !possible) {
        placing = t->anchored ? LEAPT : PLACED;
        *position = on_time;
        watch_anew(t, now);
    } else {
        int64_t moved = drift(t, late, now, late_limit);
        if (moved) {
            placing = REALIGNED;
            *position = said + moved;
            watch_anew(t, now);
        }
    }
    anchor(t, timestamp, *position);
    return placing;
}

static int16_t *ring_at(const struct timeline *t, int64_t position) {
    return t->samples + ((uint64_t)position & (TIMELINE_SAMPLES - 1));
}

/* Samples from `position` to the end of the ring's memory, at most `count`. */
static size_t run(int64_t position, size_t count) {
    size_t left = TIMELINE_SAMPLES - ((uint64_t)position & (TIMELINE_SAMPLES - 1));
    return count < left ? count : left;
}

static void clear(struct timeline *t, int64_t from, int64_t to) {
    if (to - from > TIMELINE_SAMPLES) from = to - TIMELINE_SAMPLES;
    while (from < to) {
        size_t count = run(from, (size_t)(to - from));
        memset(ring_at(t, from), 0, count * sizeof(int16_t));
        from += (int64_t)count;
    }
}

void timeline_write(struct timeline *t, int64_t position, const int16_t *samples, size_t count) {
    int64_t oldest = t->high - TIMELINE_SAMPLES;
    if (position < oldest) return; /* its place belongs to something newer */
    clear(t, t->high, position);
    if (position + (int64_t)count > t->high) t->high = position + (int64_t)count;
    while (count) {
        size_t part = run(position, count);
        memcpy(ring_at(t, position), samples, part * sizeof(int16_t));
        position += (int64_t)part;
        samples += part;
        count -= part;
    }
}

void timeline_add(const struct timeline *t, int64_t position, int32_t *sums, size_t count, const struct gain *gain) {
    int64_t from = position, to = position + (int64_t)count;
    if (from < t->high - TIMELINE_SAMPLES) from = t->high - TIMELINE_SAMPLES;
    if (to > t->high) to = t->high;
    while (from < to) {
        size_t part = run(from, (size_t)(to - from));
        mix_add(sums + (from - position), ring_at(t, from), part, gain, from);
        from += (int64_t)part;
    }
}
