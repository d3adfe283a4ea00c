#include "mask.h"

#include <string.h>

#include "mixer.h"

enum { HOLD = 5 /* blocks of silence: what is made up for a packet fades in 60 ms */ };

_Static_assert(2 * MIX_RAMP <= TONE_BLOCK, "a block between two that are left out holds both ramps");
_Static_assert(MASK_BLOCKS * TONE_BLOCK > TIMELINE_SAMPLES, "what can be read is remembered");
_Static_assert(HOLD * TONE_BLOCK >= CONCEAL_SAMPLES, "what is made up has faded");

static int64_t block_at(int64_t position) {
    return position >= 0 ? position / TONE_BLOCK : -((TONE_BLOCK - 1 - position) / TONE_BLOCK);
}

#define AT(k, block) ((k)->blocks[(uint64_t)(block) % MASK_BLOCKS])

static void forget(struct mask *k, int64_t block) {
    AT(k, block).heard = NO_TONE;
    AT(k, block).since = HOLD;
    AT(k, block).out = false;
}

static void begin(struct mask *k, int64_t block) {
    for (int i = 0; i < MASK_BLOCKS; i++) forget(k, i);
    k->judged = k->fresh = block;
}

void mask_open(struct mask *k, int64_t now) { begin(k, block_at(now)); }

static uint8_t listen(const struct timeline *t, int64_t block) {
    int32_t sums[TONE_BLOCK] = {0};
    int16_t samples[TONE_BLOCK];
    timeline_add(t, block * TONE_BLOCK, sums, TONE_BLOCK, &(struct gain){MX_UNITY_GAIN, MX_UNITY_GAIN, 0});
    mix_clip(samples, sums, TONE_BLOCK);
    return tones_in(samples);
}

static void leave_out(struct mask *k, int64_t from, int64_t to) {
    for (; from <= to; from++) AT(k, from).out = true;
}

static void judge(struct mask *k, int64_t block, uint8_t heard) {
    uint8_t before = AT(k, block - 1).heard, since = AT(k, block - 1).since, now = HOLD;
    bool tone = heard < DIGIT_CODES, after_tone = before < DIGIT_CODES, held = since < HOLD;
    if (block == k->fresh) forget(k, ++k->fresh);
    if (tone && (heard == before || held)) {
        leave_out(k, block - 2, block + 1);
        now = 0;
    } else if (heard == NO_SOUND && after_tone) {
        leave_out(k, block - 2, block);
        now = 1;
    } else if (heard == NO_SOUND && held) {
        leave_out(k, block, block);
        now = since + 1;
    } else if (!tone && since == 0) { /* the end of a digit is in it, and left out already */
        now = 1;
    }
    AT(k, block).heard = heard;
    AT(k, block).since = now;
}

void mask_prepare(struct mask *k, const struct timeline *t, int64_t until) {
    int64_t end = block_at(until + MASK_REACH);
    if (end - k->judged > MASK_BLOCKS / 2) begin(k, end - MASK_BLOCKS / 2);
    for (; k->judged < end; k->judged++) judge(k, k->judged, listen(t, k->judged));
}

void mask_return(struct mask *k, int64_t position) {
    int64_t block = block_at(position), oldest = k->fresh - MASK_BLOCKS / 2;
    if (block < k->judged) k->judged = block > oldest ? block : oldest;
}

static bool is_out(const struct mask *k, int64_t block) {
    return block <= k->fresh && block > k->fresh - MASK_BLOCKS && AT(k, block).out;
}

static int64_t start_of(int64_t block) { return block * TONE_BLOCK; }

/* From here on blocks are as they were `out`, up to there. */
static int64_t run(const struct mask *k, int64_t block, int64_t until, bool out) {
    while (start_of(block) < until && is_out(k, block) == out) block++;
    return start_of(block);
}

size_t mask_next(const struct mask *k, int64_t position, size_t count, struct gain *gain) {
    int64_t block = block_at(position), start = start_of(block), end = position + (int64_t)count, turn;
    int at = gain_at(gain, position);
    if (is_out(k, block)) {
        *gain = (struct gain){0};
        turn = run(k, block, end, true);
    } else if (is_out(k, block - 1) && position < start + MIX_RAMP) {
        *gain = (struct gain){0, gain_at(gain, start + MIX_RAMP), start};
        turn = start + MIX_RAMP;
    } else {
        int64_t out = run(k, block, end + MIX_RAMP, false);
        bool falls = is_out(k, block_at(out)), falling = falls && position >= out - MIX_RAMP;
        if (falling) *gain = (struct gain){at, 0, out - MIX_RAMP};
        turn = !falls ? end : falling ? out : out - MIX_RAMP;
    }
    return turn < end ? (size_t)(turn - position) : count;
}
