/* resample.c: what can be heard at 8000 Hz stays as it is, up and down and where it was; what cannot does not come back. */
#define _GNU_SOURCE
#include "check.h"
#include "resample.h"
#include "tone.h"

enum { N = 400, REACH = RESAMPLE_REACH, PEAK = 10000 };

static double halved(double hertz) {
    static int16_t wide[2 * (N + 2 * REACH)], narrow[N];
    tone_fill(wide, 2 * (N + 2 * REACH), 0, hertz, 16000, PEAK);
    resample_halve(narrow, wide + 2 * REACH, N);
    return tone_peak(narrow, N, hertz < 4000 ? hertz : 8000 - hertz, 8000) / PEAK;
}

static void doubled(double hertz, int16_t samples[2 * N]) {
    int16_t narrow[N + 2 * REACH];
    int32_t sums[N + 2 * REACH], wide[2 * N] = {0};
    tone_fill(narrow, N + 2 * REACH, 0, hertz, 8000, PEAK);
    for (int i = 0; i < N + 2 * REACH; i++) sums[i] = narrow[i];
    resample_double(wide, sums + REACH, N);
    for (int i = 0; i < 2 * N; i++) samples[i] = (int16_t)wide[i];
}

static void speech_is_as_loud_as_it_was_and_nothing_folds_back(void) {
    int16_t samples[2 * N];
    for (double hertz = 100; hertz <= 3400; hertz += 100) {
        assert(fabs(halved(hertz) - 1) < 0.012);
        doubled(hertz, samples);
        assert(fabs(tone_peak(samples, 2 * N, hertz, 16000) / PEAK - 1) < 0.012);
        assert(tone_peak(samples, 2 * N, 8000 - hertz, 16000) / PEAK < 0.01 || hertz > 3300);
    }
    for (double hertz = 4700; hertz < 8000; hertz += 100) assert(halved(hertz) < 0.004); /* -48 dB */
}

static void nothing_is_delayed(void) {
    int16_t samples[2 * N], wanted[2 * N], back[N];
    doubled(1000, samples);
    tone_fill(wanted, 2 * N, 2 * REACH, 1000, 16000, PEAK);
    for (int i = 0; i < 2 * N; i++) assert(abs(samples[i] - wanted[i]) < PEAK / 200);
    resample_halve(back, samples + 2 * REACH, N - 2 * REACH);
    for (int i = 0; i < N - 2 * REACH; i++) assert(abs(back[i] - wanted[2 * REACH + 2 * i]) < PEAK / 100);
}

static void it_adds_and_is_the_same_however_it_is_cut(void) {
    int32_t narrow[N + 2 * REACH], whole[2 * N], cut[2 * N];
    int16_t wide[2 * (N + 2 * REACH)], once[N], twice[N];
    uint32_t state = 8;
    for (int i = 0; i < N + 2 * REACH; i++) narrow[i] = (int16_t)chance(&state);
    for (int i = 0; i < 2 * (N + 2 * REACH); i++) wide[i] = (int16_t)chance(&state);
    for (int i = 0; i < 2 * N; i++) whole[i] = cut[i] = i;
    resample_double(whole, narrow + REACH, N);
    resample_double(cut, narrow + REACH, 123);
    resample_double(cut + 2 * 123, narrow + REACH + 123, N - 123);
    assert(memcmp(whole, cut, sizeof whole) == 0);
    resample_halve(once, wide + 2 * REACH, N);
    resample_halve(twice, wide + 2 * REACH, 77);
    resample_halve(twice + 77, wide + 2 * (REACH + 77), N - 77);
    assert(memcmp(once, twice, sizeof once) == 0);
}

static void what_overflows_is_clipped(void) {
    int16_t wide[2 * (N + 2 * REACH)], narrow[N];
    int32_t sums[N + 2 * REACH], doubled[2 * N] = {0};
    for (int i = 0; i < 2 * (N + 2 * REACH); i++) wide[i] = i / 16 % 2 ? INT16_MAX : INT16_MIN;
    resample_halve(narrow, wide + 2 * REACH, N);
    for (int i = 0; i < N; i++) assert(abs(narrow[i]) > 20000 || i % 8 < 2 || i % 8 > 5);
    for (int i = 0; i < N + 2 * REACH; i++) sums[i] = i % 2 ? INT32_MAX / 2 : INT32_MIN / 2;
    resample_double(doubled, sums + REACH, N); /* the sanitizers look on */
}

int main(void) {
    resample_prepare();
    speech_is_as_loud_as_it_was_and_nothing_folds_back();
    nothing_is_delayed();
    it_adds_and_is_the_same_however_it_is_cut();
    what_overflows_is_clipped();
}
