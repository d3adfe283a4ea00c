#include "player.h"

#include <stdlib.h>
#include <string.h>

#include "mixer.h"

mx_clip *mx_clip_load(const int16_t *samples, size_t count) {
    if (!count) return NULL;
    mx_clip *clip = malloc(sizeof *clip + count * sizeof *samples);
    if (!clip) return NULL;
    clip->references = 1;
    clip->count = count;
    memcpy(clip->samples, samples, count * sizeof *samples);
    return clip;
}

void mx_clip_release(mx_clip *clip) {
    if (--clip->references == 0) free(clip);
}

void player_start(struct player *p, int64_t at) {
    if (p->playing) return;
    p->playing = true;
    p->start = at - p->played;
    p->since = at;
    p->until = INT64_MAX;
}

void player_pause(struct player *p, int64_t at) {
    if (!p->playing) return;
    p->playing = false;
    p->played = at - p->start;
    p->until = at;
}

bool player_done(const struct player *p, int64_t at) {
    return p->playing && !p->loop && at - p->start >= (int64_t)p->clip->count;
}

/* Positions in which it plays; on and on when it loops. */
static void add(const struct player *p, int64_t from, int64_t to, int32_t *sums, const struct gain *gain) {
    int64_t length = (int64_t)p->clip->count;
    while (from < to) {
        int64_t at = (from - p->start) % length, part = length - at < to - from ? length - at : to - from;
        mix_add(sums, p->clip->samples + at, (size_t)part, 1, gain, from);
        sums += part;
        from += part;
    }
}

void player_add(const struct player *p, int64_t position, int32_t *sums, size_t count, const struct gain *gain) {
    struct gain starting = {0, gain->to_q8, p->since};
    int64_t length = (int64_t)p->clip->count, to = position + (int64_t)count;
    int64_t from = position > p->since ? position : p->since;
    if (to > p->until) to = p->until;
    if (!p->loop && to > p->start + length) to = p->start + length;
    if (from >= to) return;
    if (p->since >= gain->since) gain = &starting;
    int64_t fading = p->loop ? to : p->start + length - MIX_RAMP;
    struct gain ending = {gain_at(gain, fading), 0, fading};
    if (fading < from) fading = from;
    if (fading > to) fading = to;
    add(p, from, fading, sums + (from - position), gain);
    add(p, fading, to, sums + (fading - position), &ending);
}
