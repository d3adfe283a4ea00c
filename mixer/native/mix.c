#include "mix.h"

#include "mixer.h"

static int16_t clipped(int32_t sum) {
    return (int16_t)(sum > INT16_MAX ? INT16_MAX : sum < INT16_MIN ? INT16_MIN : sum);
}

int gain_at(const struct gain *gain, int64_t position) {
    int64_t passed = position - gain->since;
    if (passed < 0) return gain->from_q8;
    if (passed >= MIX_RAMP) return gain->to_q8;
    return gain->from_q8 + (gain->to_q8 - gain->from_q8) * (int)passed / MIX_RAMP;
}

static void add(int32_t *sums, const int16_t *samples, size_t count, int gain_q8) {
    if (gain_q8 == MX_UNITY_GAIN) {
        for (size_t i = 0; i < count; i++) sums[i] += samples[i];
    } else {
        for (size_t i = 0; i < count; i++) sums[i] += samples[i] * gain_q8 / MX_UNITY_GAIN;
    }
}

void mix_add(int32_t *sums, const int16_t *samples, size_t count, uint32_t width, const struct gain *gain,
             int64_t position) {
    size_t moving = 0;
    for (; moving < count && position + (int64_t)(moving / width) < gain->since + MIX_RAMP; moving++)
        sums[moving] += samples[moving] * gain_at(gain, position + (int64_t)(moving / width)) / MX_UNITY_GAIN;
    if (gain->to_q8) add(sums + moving, samples + moving, count - moving, gain->to_q8);
}

void mix_clip(int16_t *samples, const int32_t *sums, size_t count) {
    for (size_t i = 0; i < count; i++) samples[i] = clipped(sums[i]);
}

void mix_clip_stereo(int16_t *frames, const int32_t *left, const int32_t *right, size_t count) {
    for (size_t i = 0; i < count; i++) {
        frames[2 * i] = clipped(left[i]);
        frames[2 * i + 1] = clipped(right[i]);
    }
}
