#include "tap.h"

#include <string.h>

#include "mix.h"

enum { MASK = MX_TAP_FRAMES - 1 };

void tap_open(struct tap *t, int16_t *frames, uint32_t generation, uint32_t width, int64_t now) {
    t->frames = frames;
    t->width = width;
    t->opened = t->next = now;
    memset(t->masking, 0, sizeof t->masking);
    ring_place(&t->masked, t->masks, sizeof *t->masks, MX_TAP_MASKS);
    atomic_store_explicit(&t->ended, false, memory_order_relaxed);
    atomic_store_explicit(&t->overruns, 0, memory_order_relaxed);
    atomic_store_explicit(&t->head, 0, memory_order_relaxed);
    atomic_store_explicit(&t->tail, 0, memory_order_relaxed);
    atomic_store_explicit(&t->generation, generation, memory_order_release);
}

static size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/* False: the reader has not fetched those before, and it has to grow on. */
static bool tell_masked(struct tap *t, uint32_t channel) {
    struct span *span = &t->masking[channel];
    if (span->first == span->end) return true;
    uint64_t first = (uint64_t)(span->first - t->opened) * t->width, end = (uint64_t)(span->end - t->opened) * t->width;
    if (!ring_push(&t->masked, &(mx_masked){first, end, channel})) return false;
    *span = (struct span){0};
    return true;
}

void tap_mask(struct tap *t, uint32_t channel, int64_t from, int64_t to) {
    struct span *span = &t->masking[channel];
    if (from < t->next) from = t->next;
    if (from >= to) return;
    bool apart = span->first == span->end || from > span->end || to < span->first;
    if (apart && tell_masked(t, channel)) *span = (struct span){from, to};
    if (from < span->first) span->first = from;
    if (to > span->end) span->end = to;
}

void tap_write(struct tap *t, const int32_t *left, const int32_t *right, size_t count) {
    uint32_t head = atomic_load_explicit(&t->head, memory_order_relaxed);
    uint32_t used = head - atomic_load_explicit(&t->tail, memory_order_acquire);
    size_t room = smaller(count, MX_TAP_FRAMES - used);
    t->next += (int64_t)(count / t->width);
    for (size_t written = 0; written < room;) {
        size_t at = (head + written) & MASK, part = smaller(room - written, MX_TAP_FRAMES - at);
        mix_clip_stereo(t->frames + 2 * at, left + written, right + written, part);
        written += part;
    }
    for (uint32_t channel = 0; channel < 2; channel++)
        if (t->masking[channel].end < t->next) tell_masked(t, channel);
    atomic_store_explicit(&t->head, head + (uint32_t)room, memory_order_release);
    if (room < count) atomic_fetch_add_explicit(&t->overruns, count - room, memory_order_relaxed);
}

void tap_end(struct tap *t) {
    for (uint32_t channel = 0; channel < 2; channel++) tell_masked(t, channel);
    atomic_store_explicit(&t->ended, true, memory_order_release);
}

bool tap_finished(const struct tap *t) {
    return atomic_load_explicit(&t->ended, memory_order_relaxed) &&
           atomic_load_explicit(&t->finished, memory_order_acquire) ==
               atomic_load_explicit(&t->generation, memory_order_relaxed);
}

static bool readable(const struct tap *t, uint32_t generation) {
    return atomic_load_explicit(&t->generation, memory_order_acquire) == generation &&
           atomic_load_explicit(&t->finished, memory_order_relaxed) != generation;
}

static size_t copy_out(struct tap *t, int16_t *frames, size_t max_frames) {
    uint32_t tail = atomic_load_explicit(&t->tail, memory_order_relaxed);
    uint32_t waiting = atomic_load_explicit(&t->head, memory_order_acquire) - tail;
    size_t count = smaller(max_frames, waiting);
    for (size_t copied = 0; copied < count;) {
        size_t at = (tail + copied) & MASK, part = smaller(count - copied, MX_TAP_FRAMES - at);
        memcpy(frames + 2 * copied, t->frames + 2 * at, part * 2 * sizeof *frames);
        copied += part;
    }
    atomic_store_explicit(&t->tail, tail + (uint32_t)count, memory_order_release);
    return count;
}

size_t tap_read(struct tap *t, uint32_t generation, int16_t *frames, size_t max_frames, mx_tap_state *state) {
    *state = (mx_tap_state){.ended = true};
    if (!readable(t, generation)) return 0;
    /* Looked at first: once it has ended, the head stands still. */
    bool ended = atomic_load_explicit(&t->ended, memory_order_acquire);
    size_t count = copy_out(t, frames, max_frames);
    while (state->masked_count < MX_TAP_MASKS && ring_pop(&t->masked, &state->masked[state->masked_count]))
        state->masked_count++;
    state->overruns = atomic_load_explicit(&t->overruns, memory_order_relaxed);
    state->ended = ended && atomic_load_explicit(&t->head, memory_order_relaxed) ==
                                atomic_load_explicit(&t->tail, memory_order_relaxed);
    if (state->ended) tap_forget(t, generation);
    return count;
}

void tap_forget(struct tap *t, uint32_t generation) {
    if (atomic_load_explicit(&t->generation, memory_order_acquire) == generation)
        atomic_store_explicit(&t->finished, generation, memory_order_release);
}
