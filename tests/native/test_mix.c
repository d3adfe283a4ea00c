/* mix.c and player.c: sums do not depend on order, are clipped once; clips loop without a seam. */
#include "check.h"
#include "mix.h"
#include "mixer.h"
#include "player.h"

enum { N = 160, SOURCES = 20 };

static void the_order_of_sources_does_not_matter(void) {
    int16_t sources[SOURCES][N], forth[N], back[N];
    int32_t sums[2][N] = {0};
    uint32_t state = 5;
    for (int s = 0; s < SOURCES; s++)
        for (int i = 0; i < N; i++) sources[s][i] = (int16_t)chance(&state);
    for (int s = 0; s < SOURCES; s++) {
        mix_add(sums[0], sources[s], N, 100 + s * 50);
        mix_add(sums[1], sources[SOURCES - 1 - s], N, 100 + (SOURCES - 1 - s) * 50);
    }
    mix_clip(forth, sums[0], N);
    mix_clip(back, sums[1], N);
    assert(memcmp(forth, back, sizeof forth) == 0);
}

static void loud_sources_that_cancel_leave_what_is_left(void) {
    int16_t up = 32767, down = -32768, quiet = 100, out;
    int32_t sum = 0;
    mix_add(&sum, &up, 1, MX_UNITY_GAIN);
    mix_add(&sum, &up, 1, MX_UNITY_GAIN);
    mix_add(&sum, &quiet, 1, MX_UNITY_GAIN);
    mix_add(&sum, &down, 1, MX_UNITY_GAIN);
    mix_add(&sum, &down, 1, MX_UNITY_GAIN);
    mix_clip(&out, &sum, 1);
    assert(out == 98);
}

static void a_sum_is_clipped_and_never_wraps(void) {
    int16_t up = 32767, down = -32768, frames[2];
    int32_t left = 0, right = 0;
    for (int i = 0; i < 4096; i++) {
        mix_add(&left, &up, 1, MX_MAX_GAIN);
        mix_add(&right, &down, 1, MX_MAX_GAIN);
    }
    mix_clip_stereo(frames, &left, &right, 1);
    assert(frames[0] == INT16_MAX && frames[1] == INT16_MIN);
}

static mx_clip *counting(size_t count) {
    int16_t samples[1000];
    for (size_t i = 0; i < count; i++) samples[i] = (int16_t)(i + 1);
    return mx_clip_load(samples, count);
}

static void a_loop_has_no_seam_wherever_it_is_cut(void) {
    mx_clip *clip = counting(333);
    struct player p = {.clip = clip, .loop = true};
    player_start(&p, 1600);
    for (int64_t at = 1600; at < 1600 + 333 * N; at += N) {
        int32_t sums[N] = {0};
        player_add(&p, at, sums, N, MX_UNITY_GAIN);
        for (int i = 0; i < N; i++) assert(sums[i] == (at - 1600 + i) % 333 + 1);
        assert(!player_done(&p, at));
    }
    mx_clip_release(clip);
}

static void silence_lies_before_the_start_and_after_the_end(void) {
    mx_clip *clip = counting(10);
    struct player p = {.clip = clip};
    int32_t sums[N] = {0};
    player_start(&p, 100);
    player_add(&p, 0, sums, N, MX_UNITY_GAIN);
    for (int i = 0; i < N; i++) assert(sums[i] == (i >= 100 && i < 110 ? i - 99 : 0));
    assert(!player_done(&p, 109) && player_done(&p, 110));
    mx_clip_release(clip);
}

static void a_player_without_routes_stands_still(void) {
    mx_clip *clip = counting(1000);
    struct player p = {.clip = clip};
    int32_t sum = 0;
    player_start(&p, 0);
    player_pause(&p, 160);
    player_add(&p, 100, &sum, 1, MX_UNITY_GAIN);
    assert(sum == 0 && !player_done(&p, 100000));
    player_start(&p, 8000);
    player_add(&p, 8000, &sum, 1, MX_UNITY_GAIN);
    assert(sum == 161 && player_done(&p, 8840) && !player_done(&p, 8839));
    mx_clip_release(clip);
}

int main(void) {
    the_order_of_sources_does_not_matter();
    loud_sources_that_cancel_leave_what_is_left();
    a_sum_is_clipped_and_never_wraps();
    a_loop_has_no_seam_wherever_it_is_cut();
    silence_lies_before_the_start_and_after_the_end();
    a_player_without_routes_stands_still();
    assert(!mx_clip_load(NULL, 0));
}
