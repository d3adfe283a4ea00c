#include "timeline.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "resample.h"

enum {
    WATCH = 8000,    /* 1 s: long enough for one packet to get through without delay */
    TOLERANCE = 64,  /* 8 ms: two channels that drift apart stay within 20 ms of each other */
    PATIENCE = 480,  /* 60 ms: a burst after a stall arrives faster than that */
    LEAD_OVER = TIMELINE_LEAD_OVER,
    PIECE = 160,
    KEPT = 8000,     /* through a change of width: more than any reader is behind */
};

void timeline_open(struct timeline *t, int16_t *memory, int64_t now) {
    *t = (struct timeline){
        .memory = memory,
        .samples = memory,
        .width = 1,
        .ticks = 1,
        .high = now,
        .real = now,
        .taken = now,
        .seam = now,
        .noise_state = 1,
    };
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
    int64_t said = t->anchor_position + (int32_t)(timestamp - t->anchor_timestamp) / (int32_t)t->ticks;
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
    return t->samples + ((uint64_t)position & (TIMELINE_SAMPLES - 1)) * t->width;
}

/* Positions from `position` to the end of the ring's memory, at most `count`. */
static size_t run(int64_t position, size_t count) {
    size_t left = TIMELINE_SAMPLES - ((uint64_t)position & (TIMELINE_SAMPLES - 1));
    return count < left ? count : left;
}

static size_t bytes_of(const struct timeline *t, size_t count) { return count * t->width * sizeof(int16_t); }

static void clear(struct timeline *t, int64_t from, int64_t to) {
    if (to - from > TIMELINE_SAMPLES) from = to - TIMELINE_SAMPLES;
    while (from < to) {
        size_t count = run(from, (size_t)(to - from));
        memset(ring_at(t, from), 0, bytes_of(t, count));
        from += (int64_t)count;
    }
}

static void store(struct timeline *t, int64_t position, const int16_t *samples, size_t count) {
    clear(t, t->high, position);
    if (position + (int64_t)count > t->high) t->high = position + (int64_t)count;
    while (count) {
        size_t part = run(position, count);
        memcpy(ring_at(t, position), samples, bytes_of(t, part));
        position += (int64_t)part;
        samples += part * t->width;
        count -= part;
    }
}

/* False: what was heard last is silence. */
static bool begin_concealment(struct timeline *t) {
    if (t->concealing) return t->concealment.period != 0;
    t->concealing = true;
    for (uint32_t i = 0; i < CONCEAL_HISTORY; i++)
        memcpy(t->concealment.history + i * t->width, ring_at(t, t->real - CONCEAL_HISTORY + i), bytes_of(t, 1));
    return conceal_begin(&t->concealment, t->width);
}

/* White noise (Marsaglia's xorshift). */
static void make_noise(struct timeline *t, int16_t *samples, size_t count) {
    for (size_t i = 0; i < count; i++) {
        t->noise_state ^= t->noise_state << 13;
        t->noise_state ^= t->noise_state >> 17;
        t->noise_state ^= t->noise_state << 5;
        samples[i] = (int16_t)((int32_t)(t->noise_state >> 16) % (2 * t->noise_peak + 1) - t->noise_peak);
    }
}

/* Make up what is missing below `until`. */
static void make_up(struct timeline *t, int64_t until) {
    int16_t samples[TIMELINE_MOST_WIDTH * PIECE];
    if (t->making == CONCEALMENT) {
        if (until <= t->high || t->high >= t->real + CONCEAL_SAMPLES || !begin_concealment(t)) return;
        if (until > t->real + CONCEAL_SAMPLES) until = t->real + CONCEAL_SAMPLES;
        t->concealed += (uint64_t)(until - t->high);
    }
    if (t->making == NOISE && until - t->high > TIMELINE_SAMPLES) clear(t, t->high, until), t->high = until;
    while (t->making != NOTHING_MADE && t->high < until) {
        size_t count = until - t->high < PIECE ? (size_t)(until - t->high) : PIECE;
        if (t->making == NOISE) make_noise(t, samples, count * t->width);
        else conceal_next(&t->concealment, samples, count * t->width);
        store(t, t->high, samples, count);
    }
}

void timeline_prepare(struct timeline *t, int64_t until) {
    if (until > t->taken) t->taken = until;
    if (until > t->high) make_up(t, until);
}

void timeline_return(struct timeline *t, int64_t until) { t->taken = until; }

static bool made_up(const struct timeline *t) { return t->concealing && t->concealment.made; }

static int lies(const struct timeline *t, int64_t at, uint32_t part) {
    return at < t->high && at >= t->high - TIMELINE_SAMPLES ? ring_at(t, at)[part] : 0;
}

/* Of what came, the sample at `at` is so many 33rds of itself, and the rest of what lies there. */
static void blend(const struct timeline *t, int64_t at, int16_t *sample, int share) {
    for (uint32_t part = 0; part < t->width; part++) {
        int there = lies(t, at, part);
        sample[part] = (int16_t)(there + (sample[part] - there) * share / (LEAD_OVER + 1));
    }
}

/* From what lies there, made up or overlapped, to what came. */
static void lead_over(const struct timeline *t, int64_t from, int64_t to, int16_t *samples) {
    for (int i = 0; i < LEAD_OVER && from + i < to; i++) blend(t, from + i, samples + (uint32_t)i * t->width, i + 1);
}

/* And back to it. */
static void lead_back(const struct timeline *t, int64_t from, int64_t to, int16_t *samples) {
    int64_t begin = to - from < LEAD_OVER ? from : to - LEAD_OVER;
    for (int64_t at = begin; at < to; at++)
        blend(t, at, samples + (uint64_t)(at - from) * t->width, (int)(to - at));
}

/* The first reader has heard what lies below `taken`. Others hear what came instead; but where that reader goes on, it leads back to
 * what lies there, and over from it. */
static void join(const struct timeline *t, int64_t position, int16_t *samples, size_t count, bool from_made_up) {
    int64_t end = position + (int64_t)count;
    int64_t heard = t->taken < position ? position : t->taken < end ? t->taken : end;
    if (from_made_up) lead_over(t, position, heard > position ? heard : end, samples);
    if (heard == position) return;
    lead_back(t, position, heard, samples);
    lead_over(t, heard, end, samples + (uint64_t)(heard - position) * t->width);
}

/* Whether what lies at `at` fits better to what lies beside it than `sample` would. */
static bool fits(const struct timeline *t, int64_t at, int64_t beside, int sample) {
    int next = lies(t, beside, 0);
    return abs(lies(t, at, 0) - next) < abs(sample - next);
}

/* It is as if this had never been made up. */
static void unmake(struct timeline *t, int64_t from, int64_t to) {
    uint64_t made = 0;
    for (int64_t at = from; at < to; at++) made += lies(t, at, 0) != 0;
    t->concealed -= t->concealed < made ? t->concealed : made;
}

/* A packet takes the place of what was made up for it; where more of that lies beside it, they are joined. */
static void catch_up(struct timeline *t, int64_t position, int16_t *samples, size_t count) {
    int64_t end = position + (int64_t)count;
    bool untaken = t->taken <= position, alone = end == t->seam && (untaken || t->taken + LEAD_OVER <= end);
    int16_t last = samples[(count - 1) * t->width];
    unmake(t, untaken ? position : t->taken, end);
    join(t, position, samples, count, fits(t, position, position - 1, samples[0]));
    if (alone) {
        unmake(t, end, end + LEAD_OVER);
        store(t, end, t->unchanged, LEAD_OVER);
    } else if (fits(t, end - 1, end, last)) {
        lead_back(t, position, end, samples);
    }
}

/* What a packet said before it was joined to what was made up: one that was only overtaken undoes that. */
static void keep_seam(struct timeline *t, int64_t position, const int16_t *samples) {
    t->seam = position;
    memcpy(t->unchanged, samples, bytes_of(t, LEAD_OVER));
}

/* The newest packet: what lies before it is complete, made up where that was to be. */
static void follow_on(struct timeline *t, int64_t position, int16_t *samples, size_t count, bool after_loss) {
    int64_t seam = position > t->taken ? position : t->taken;
    if (t->making == NOISE) make_up(t, position);
    else if ((after_loss && position >= t->real) || made_up(t)) make_up(t, seam + LEAD_OVER);
    bool joined = position < t->real || made_up(t);
    if (joined && seam == position && count >= LEAD_OVER) keep_seam(t, position, samples);
    if (joined) join(t, position, samples, count, true);
    t->real = position + (int64_t)count;
    t->making = CONCEALMENT;
    t->concealing = false;
}

void timeline_write(struct timeline *t, int64_t position, int16_t *samples, size_t count, bool after_loss) {
    int64_t end = position + (int64_t)count;
    bool in_time = end >= t->taken + LEAD_OVER || !made_up(t); /* for the first reader to be led over, else it stays with what is made up */
    if (position < t->high - TIMELINE_SAMPLES) return; /* its place belongs to something newer */
    if (end <= t->real || !in_time) {
        catch_up(t, position, samples, count);
        store(t, position, samples, count);
    } else {
        follow_on(t, position, samples, count, after_loss);
        store(t, position, samples, count);
        t->high = t->real; /* what was made up above it is not what comes next */
    }
}

void timeline_noise(struct timeline *t, uint8_t dbov) {
    const float peak = 32768 * 1.7320508f; /* of white noise as strong as overload */
    float wanted = peak * powf(10, -(float)dbov / 20);
    t->noise_peak = wanted < INT16_MAX ? (int32_t)wanted : INT16_MAX;
    t->making = NOISE;
}

void timeline_pause(struct timeline *t) {
    t->making = NOTHING_MADE;
    t->concealing = false;
}

/* As they lie there, to width x count sums. */
static void add(const struct timeline *t, int64_t position, int32_t *sums, size_t count, const struct gain *gain) {
    int64_t from = position, to = position + (int64_t)count;
    if (from < t->high - TIMELINE_SAMPLES) from = t->high - TIMELINE_SAMPLES;
    if (to > t->high) to = t->high;
    while (from < to) {
        size_t part = run(from, (size_t)(to - from));
        mix_add(sums + (from - position) * t->width, ring_at(t, from), part * t->width, t->width, gain, from);
        from += (int64_t)part;
    }
}

/* As they lie there, with RESAMPLE_REACH on both sides; where nothing is yet, the last sound stands still. */
static void copy(const struct timeline *t, int64_t position, int16_t *samples, size_t count) {
    static const int16_t silence[TIMELINE_MOST_WIDTH];
    for (int64_t at = position - RESAMPLE_REACH; at < position + (int64_t)count + RESAMPLE_REACH; samples += t->width) {
        int64_t there = at < t->high ? at : t->high - 1;
        memcpy(samples, there < t->high - TIMELINE_SAMPLES ? silence : ring_at(t, there), bytes_of(t, 1));
        at++;
    }
}

static void add_halved(const struct timeline *t, int64_t position, int32_t *sums, size_t count, const struct gain *gain) {
    int16_t wide[2 * (PIECE + 2 * RESAMPLE_REACH)], narrow[PIECE];
    if (position + (int64_t)count > t->high) count = t->high > position ? (size_t)(t->high - position) : 0;
    for (size_t done = 0, part; done < count; done += part) {
        part = count - done < PIECE ? count - done : PIECE;
        copy(t, position + (int64_t)done, wide, part);
        resample_halve(narrow, wide + 2 * RESAMPLE_REACH, part);
        mix_add(sums + done, narrow, part, 1, gain, position + (int64_t)done);
    }
}

void timeline_add(const struct timeline *t, int64_t position, int32_t *sums, size_t count, const struct gain *gain) {
    if (t->width == 1) add(t, position, sums, count, gain);
    else add_halved(t, position, sums, count, gain);
}

void timeline_add_wide(const struct timeline *t, int64_t position, int32_t *sums, size_t count, const struct gain *gain) {
    assert(t->width == TIMELINE_MOST_WIDTH);
    add(t, position, sums, count, gain);
}

/* What lies in the other ring, at the width of this one. */
static void convert(struct timeline *t, const struct timeline *other, int64_t position, int16_t *samples) {
    int16_t around[2 * (PIECE + 2 * RESAMPLE_REACH)];
    int32_t narrow[PIECE + 2 * RESAMPLE_REACH], wide[2 * PIECE] = {0};
    copy(other, position, around, PIECE);
    if (t->width == 1) {
        resample_halve(samples, around + 2 * RESAMPLE_REACH, PIECE);
        return;
    }
    for (int i = 0; i < PIECE + 2 * RESAMPLE_REACH; i++) narrow[i] = around[i];
    resample_double(wide, narrow + RESAMPLE_REACH, PIECE);
    mix_clip(samples, wide, 2 * PIECE);
}

void timeline_change(struct timeline *t, uint32_t width, uint32_t ticks) {
    const struct timeline before = *t;
    if (ticks != t->ticks) timeline_restart(t);
    t->ticks = ticks;
    if (width == t->width) return;
    t->width = width;
    t->samples = t->memory + (width == 1 ? 0 : TIMELINE_SAMPLES);
    t->concealing = false;
    t->seam = INT64_MIN;
    clear(t, t->high - TIMELINE_SAMPLES, t->high);
    for (int64_t at = t->high - KEPT; at < before.high; at += PIECE) {
        int16_t samples[TIMELINE_MOST_WIDTH * PIECE];
        convert(t, &before, at, samples);
        store(t, at, samples, PIECE);
    }
}
