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
        mix_add(sums[0], sources[s], N, 1, STEADY(100 + s * 50), 0);
        mix_add(sums[1], sources[SOURCES - 1 - s], N, 1, STEADY(100 + (SOURCES - 1 - s) * 50), 0);
    }
    mix_clip(forth, sums[0], N);
    mix_clip(back, sums[1], N);
    assert(memcmp(forth, back, sizeof forth) == 0);
}

static void loud_sources_that_cancel_leave_what_is_left(void) {
    int16_t up = 32767, down = -32768, quiet = 100, out;
    int32_t sum = 0;
    mix_add(&sum, &up, 1, 1, STEADY(MX_UNITY_GAIN), 0);
    mix_add(&sum, &up, 1, 1, STEADY(MX_UNITY_GAIN), 0);
    mix_add(&sum, &quiet, 1, 1, STEADY(MX_UNITY_GAIN), 0);
    mix_add(&sum, &down, 1, 1, STEADY(MX_UNITY_GAIN), 0);
    mix_add(&sum, &down, 1, 1, STEADY(MX_UNITY_GAIN), 0);
    mix_clip(&out, &sum, 1);
    assert(out == 98);
}

static void a_sum_is_clipped_and_never_wraps(void) {
    int16_t up = 32767, down = -32768, frames[2];
    int32_t left = 0, right = 0;
    for (int i = 0; i < 4096; i++) {
        mix_add(&left, &up, 1, 1, STEADY(MX_MAX_GAIN), 0);
        mix_add(&right, &down, 1, 1, STEADY(MX_MAX_GAIN), 0);
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
        player_add(&p, at, sums, N, STEADY(MX_UNITY_GAIN));
        for (int i = at == 1600 ? MIX_RAMP : 0; i < N; i++) assert(sums[i] == (at - 1600 + i) % 333 + 1);
        assert(!player_done(&p, at));
    }
    mx_clip_release(clip);
}

static void silence_lies_before_the_start_and_after_the_end_and_no_step_at_either(void) {
    for (int length = 1; length <= 600; length += 7) {
        int16_t loud[600];
        for (int i = 0; i < length; i++) loud[i] = 20000;
        mx_clip *clip = mx_clip_load(loud, (size_t)length);
        struct player p = {.clip = clip};
        player_start(&p, 1100);
        int32_t before = 0;
        for (int64_t at = 1000; at < 2000; at += 50) { /* cut anywhere */
            int32_t sums[50] = {0};
            player_add(&p, at, sums, 50, STEADY(MX_UNITY_GAIN));
            for (int i = 0; i < 50; before = sums[i++]) {
                int64_t place = at + i - 1100;
                assert(place >= 0 && place < length ? sums[i] <= 20000 : sums[i] == 0);
                if (place >= MIX_RAMP && place < length - MIX_RAMP) assert(sums[i] == 20000);
                bool short_cut = length < MIX_RAMP && place <= length;
                assert(short_cut || abs(sums[i] - before) <= 20000 * (MX_UNITY_GAIN / MIX_RAMP + 1) / MX_UNITY_GAIN + 2);
            }
        }
        assert(!player_done(&p, 1100 + length - 1) && player_done(&p, 1100 + length));
        mx_clip_release(clip);
    }
}

static void a_gain_moves_in_small_steps_wherever_it_is_cut(void) {
    int16_t loud[N];
    for (int i = 0; i < N; i++) loud[i] = 25600;
    const struct gain gains[] = {{0, 256, 100}, {256, 0, 100}, {256, 64, 100}, {0, 4096, 100}};
    for (int g = 0; g < 4; g++)
        for (size_t cut = 0; cut <= N; cut++) {
            int32_t sums[N] = {0};
            mix_add(sums, loud, cut, 1, &gains[g], 50);
            mix_add(sums + cut, loud + cut, N - cut, 1, &gains[g], 50 + (int64_t)cut);
            assert(sums[49] == 100 * gains[g].from_q8 && sums[50 + MIX_RAMP] == 100 * gains[g].to_q8);
            int32_t most = abs(gains[g].to_q8 - gains[g].from_q8) * 100 / MIX_RAMP + 100;
            for (int i = 1; i < N; i++) assert(abs(sums[i] - sums[i - 1]) <= most);
        }
}

static void a_player_without_routes_stands_still(void) {
    mx_clip *clip = counting(1000);
    struct player p = {.clip = clip};
    int32_t sum = 0;
    player_start(&p, 0);
    player_pause(&p, 160);
    player_add(&p, 160, &sum, 1, STEADY(MX_UNITY_GAIN));
    assert(sum == 0 && !player_done(&p, 100000));
    player_start(&p, 8000);
    player_add(&p, 7999, &sum, 1, STEADY(MX_UNITY_GAIN)); /* what was played is not played again */
    assert(sum == 0);
    player_add(&p, 8000 + MIX_RAMP, &sum, 1, STEADY(MX_UNITY_GAIN));
    assert(sum == 161 + MIX_RAMP && player_done(&p, 8840) && !player_done(&p, 8839));
    mx_clip_release(clip);
}

int main(void) {
    the_order_of_sources_does_not_matter();
    loud_sources_that_cancel_leave_what_is_left();
    a_sum_is_clipped_and_never_wraps();
    a_loop_has_no_seam_wherever_it_is_cut();
    silence_lies_before_the_start_and_after_the_end_and_no_step_at_either();
    a_gain_moves_in_small_steps_wherever_it_is_cut();
    a_player_without_routes_stands_still();
    assert(!mx_clip_load(NULL, 0));
}
