/* tap.c and routes.c: frames in order between two threads, what is not read is counted, a name is used once. */
#include <pthread.h>
#include <sched.h>

#include "check.h"
#include "routes.h"
#include "tap.h"

enum { N = 160, MANY = 2000 };

static int16_t memory[2 * MX_TAP_FRAMES];
static int16_t out[2 * MX_TAP_FRAMES];

static void write(struct tap *t, int32_t left, int32_t right) {
    int32_t sums[2][N];
    for (int i = 0; i < N; i++) {
        sums[0][i] = left;
        sums[1][i] = right;
    }
    tap_write(t, sums[0], sums[1], N);
}

static void left_comes_first_and_the_end_comes_last(void) {
    struct tap t = {0};
    mx_tap_state state;
    tap_open(&t, memory, 1, 1, 0);
    write(&t, 1, -2);
    assert(tap_read(&t, 1, out, 100, &state) == 100 && !state.ended && out[0] == 1 && out[1] == -2);
    tap_end(&t);
    assert(!tap_finished(&t));
    assert(tap_read(&t, 1, out, 100, &state) == 60 && state.ended && tap_finished(&t));
    assert(tap_read(&t, 1, out, 100, &state) == 0 && state.ended);
}

static void what_finds_no_room_is_counted(void) {
    struct tap t = {0};
    mx_tap_state state;
    tap_open(&t, memory, 1, 1, 0);
    for (int i = 0; i < MX_TAP_FRAMES / N + 3; i++) write(&t, i, i);
    size_t written = (MX_TAP_FRAMES / N + 3) * N;
    assert(tap_read(&t, 1, out, MX_TAP_FRAMES, &state) == MX_TAP_FRAMES);
    assert(state.overruns == written - MX_TAP_FRAMES && out[2 * N] == 1 && t.next == (int64_t)written);
}

static void what_was_masked_is_told_once_in_frames_and_grows_together_when_nobody_asks(void) {
    struct tap t = {0};
    mx_tap_state state;
    tap_open(&t, memory, 1, 2, 1000);
    tap_mask(&t, 1, 990, 1010);
    tap_mask(&t, 1, 1010, 1030);
    write(&t, 0, 0); /* two frames a position: up to 1080 */
    tap_mask(&t, 0, 1100, 1110);
    tap_mask(&t, 1, 1100, 1120);
    tap_mask(&t, 1, 1105, 1130);
    assert(tap_read(&t, 1, out, 1, &state) == 1 && state.masked_count == 1);
    assert(state.masked[0].first == 0 && state.masked[0].end == 60 && state.masked[0].channel == 1);
    write(&t, 0, 0);
    for (int i = 0; i < MX_TAP_MASKS + 5; i++) tap_mask(&t, 0, t.next + 2, t.next + 4), write(&t, 0, 0);
    tap_end(&t);
    tap_read(&t, 1, out, MX_TAP_FRAMES, &state);
    assert(state.masked_count == MX_TAP_MASKS && state.masked[1].channel == 1);
    assert(state.masked[1].first == 200 && state.masked[1].end == 260);
    tap_end(&t); /* the last span has all that found no room */
    tap_read(&t, 1, out, MX_TAP_FRAMES, &state);
    assert(state.masked_count == 0);
}

static void a_name_of_before_reads_nothing(void) {
    struct tap t = {0};
    mx_tap_state state;
    tap_open(&t, memory, 1, 1, 0);
    tap_end(&t);
    tap_forget(&t, 1);
    assert(tap_finished(&t));
    tap_open(&t, memory, 2, 1, 0);
    write(&t, 1, 1);
    tap_forget(&t, 1);
    assert(tap_read(&t, 1, out, N, &state) == 0 && state.ended);
    assert(tap_read(&t, 2, out, N, &state) == N && !state.ended);
}

static void *write_many(void *argument) {
    struct tap *t = argument;
    for (int i = 0; i < MANY; i++) {
        while (atomic_load(&t->head) - atomic_load(&t->tail) > MX_TAP_FRAMES - N) sched_yield();
        write(t, i % 1000, -(i % 1000));
    }
    tap_end(t);
    return NULL;
}

static void another_thread_reads_every_frame_in_order(void) {
    struct tap t = {0};
    mx_tap_state state = {0};
    pthread_t writer;
    size_t seen = 0;
    tap_open(&t, memory, 1, 1, 0);
    assert(pthread_create(&writer, NULL, write_many, &t) == 0);
    while (!state.ended) {
        size_t count = tap_read(&t, 1, out, 1000, &state);
        for (size_t i = 0; i < count; i++, seen++) {
            assert(out[2 * i] == (int16_t)(seen / N % 1000) && out[2 * i + 1] == -out[2 * i]);
        }
        if (!count) sched_yield();
    }
    pthread_join(writer, NULL);
    assert(seen == (size_t)MANY * N && state.overruns == 0);
}

static void routes_are_found_from_both_ends_and_used_again(void) {
    struct routes r = {0};
    assert(routes_open(&r, 6, 4));
    for (uint32_t round = 0; round < 100; round++) {
        for (uint32_t source = 0; source < 3; source++)
            for (uint32_t channel = 0; channel < 2; channel++) assert(routes_add(&r, source, 3, channel));
        assert(!routes_add(&r, 3, 0, 0)); /* all taken */
        int walked = 0;
        for (struct edge *e = routes_of_sink(&r, 3); e; e = routes_next_of_sink(&r, e)) walked++;
        assert(walked == 6 && routes_find(&r, 1, 3, 1) && !routes_find(&r, 3, 1, 0));
        routes_remove(&r, routes_find(&r, 1, 3, round % 2));
        assert(!routes_find(&r, 1, 3, round % 2) && routes_of_source(&r, 1) == routes_find(&r, 1, 3, 1 - round % 2));
        struct edge *edge;
        while ((edge = routes_of_sink(&r, 3))) routes_remove(&r, edge);
        for (uint32_t slot = 0; slot < 4; slot++) assert(!routes_of_source(&r, slot) && !routes_of_sink(&r, slot));
    }
    routes_close(&r);
}

int main(void) {
    left_comes_first_and_the_end_comes_last();
    what_finds_no_room_is_counted();
    what_was_masked_is_told_once_in_frames_and_grows_together_when_nobody_asks();
    a_name_of_before_reads_nothing();
    another_thread_reads_every_frame_in_order();
    routes_are_found_from_both_ends_and_used_again();
}
