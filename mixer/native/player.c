#include "player.h"

#include <stdlib.h>
#include <string.h>

#include "mix.h"
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
}

void player_pause(struct player *p, int64_t at) {
    if (!p->playing) return;
    p->playing = false;
    p->played = at - p->start;
}

bool player_done(const struct player *p, int64_t at) {
    return p->playing && !p->loop && at - p->start >= (int64_t)p->clip->count;
}

void player_add(const struct player *p, int64_t position, int32_t *sums, size_t count, int gain_q8) {
    int64_t at = position - p->start, length = (int64_t)p->clip->count;
    if (!p->playing || at + (int64_t)count <= 0) return;
    if (at < 0) { /* the start lies inside */
        size_t before = (size_t)-at;
        sums += before;
        count -= before;
        at = 0;
    }
    while (count && (p->loop || at < length)) {
        int64_t from = at % length;
        size_t part = (size_t)(length - from) < count ? (size_t)(length - from) : count;
        mix_add(sums, p->clip->samples + from, part, gain_q8);
        sums += part;
        at += (int64_t)part;
        count -= part;
    }
}
