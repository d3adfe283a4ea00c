/* The media thread against the two others: one opens, routes and closes ports while media flows, one reads taps. What it
 * shows is shown by the sanitizers. */
#include <pthread.h>
#include <time.h>

#include "rig.h"

enum { LEGS = 4, ROUNDS = 150 };

struct flow {
    pthread_t thread;
    _Atomic bool stop;
    struct phone phones[LEGS];
};

static void rest(long ms) { nanosleep(&(struct timespec){.tv_nsec = ms * MS}, NULL); }

/* Phones that talk all the time, whoever listens. */
static void *talk(void *argument) {
    struct flow *flow = argument;
    while (!atomic_load(&flow->stop)) {
        for (int i = 0; i < LEGS; i++) {
            phone_talk(&flow->phones[i], (uint8_t)(0x80 + i));
            phone_flush(&flow->phones[i]);
        }
        rest(2);
    }
    return NULL;
}

struct reading {
    pthread_t thread;
    mx *m;
    mx_port tap;
    uint64_t frames;
};

static void *read_to_the_end(void *argument) {
    struct reading *reading = argument;
    int16_t frames[2 * 800];
    mx_tap_state state = {0};
    while (!state.ended) {
        reading->frames += mx_tap_read(reading->m, reading->tap, frames, 800, &state);
        rest(1);
    }
    return NULL;
}

static void start_reading(struct reading *r, mx *m) {
    *r = (struct reading){.m = m};
    assert(mx_open_tap(m, &r->tap) == MX_OK);
    assert(pthread_create(&r->thread, NULL, read_to_the_end, r) == 0);
}

static void finish_reading(struct reading *r) {
    assert(mx_close_port(r->m, r->tap) == MX_OK);
    pthread_join(r->thread, NULL);
}

static void drain_events(mx *m) {
    mx_event event;
    while (mx_next_event(m, &event)) continue;
}

static void change(mx *m, const mx_port *legs, struct reading *r, mx_clip *clip, uint32_t *state) {
    mx_port player, ear;
    uint16_t port;
    mx_port_stats stats;
    while (mx_open_player(m, clip, chance(state) % 2, &player) == MX_FULL) rest(1);
    while (mx_open_rtp(m, MX_IPV4, true, &ear, &port) == MX_FULL) rest(1); /* the slots of before are on their way back */
    for (int i = 0; i < LEGS; i++) {
        route(m, legs[i], legs[(i + 1 + chance(state) % (LEGS - 1)) % LEGS]);
        route(m, legs[i], chance(state) % 2 ? r->tap : right_of(r->tap));
        route(m, legs[i], ear);
        assert(mx_stats(m, legs[i], &stats) == MX_OK);
    }
    route(m, player, legs[0]);
    rest(chance(state) % 4);
    for (int i = 0; i < LEGS * LEGS; i++)
        if (i / LEGS != i % LEGS) assert(mx_unroute(m, legs[i / LEGS], legs[i % LEGS]) == MX_OK);
    assert(mx_close_port(m, player) == MX_OK && mx_close_port(m, ear) == MX_OK);
    assert(mx_get_totals(m).ports_open == LEGS + 1);
    drain_events(m);
}

static void ports_come_and_go_while_media_flows(void) {
    mx *m = rig_open(false);
    struct flow flow = {0};
    mx_port legs[LEGS];
    mx_clip *clip = mx_clip_load((int16_t[400]){1000}, 400);
    uint32_t state = 42;
    for (int i = 0; i < LEGS; i++) {
        flow.phones[i] = phone_open((uint32_t)i + 1);
        legs[i] = join(m, &flow.phones[i], i % 2 ? "PCMA" : "PCMU", false);
    }
    assert(pthread_create(&flow.thread, NULL, talk, &flow) == 0);
    for (int round = 0; round < ROUNDS;) {
        struct reading reading;
        start_reading(&reading, m);
        for (int i = 0; i < 10; i++, round++) change(m, legs, &reading, clip, &state);
        finish_reading(&reading);
        mx_remote remote = remote_of(&flow.phones[round % LEGS], round % LEGS % 2 ? "PCMA" : "PCMU");
        assert(mx_set_remote(m, legs[round % LEGS], &remote) == MX_OK);
        rest(210); /* a slot of a tap is back after a visit */
    }
    mx_totals totals = mx_get_totals(m);
    assert(totals.ticks > 50 && totals.cpu_seconds > 0);
    mx_clip_release(clip);
    mx_close(m); /* with media still coming */
    atomic_store(&flow.stop, true);
    pthread_join(flow.thread, NULL);
    for (int i = 0; i < LEGS; i++) phone_close(&flow.phones[i]);
}

static void a_tap_is_as_long_as_it_was_open(void) {
    mx *m = rig_open(false);
    struct reading reading;
    struct timespec began, ended;
    start_reading(&reading, m);
    clock_gettime(CLOCK_MONOTONIC, &began);
    rest(500);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    finish_reading(&reading);
    int64_t open = (ended.tv_sec - began.tv_sec) * 1000000000 + ended.tv_nsec - began.tv_nsec;
    assert(llabs((int64_t)reading.frames - open / NS_PER_SAMPLE) <= 160);
    mx_close(m);
}

static void opening_and_closing_leaves_no_thread_and_no_descriptor(void) {
    for (int i = 0; i < 20; i++) {
        mx *m = rig_open(false);
        mx_port port;
        uint16_t rtp_port;
        assert(mx_open_rtp(m, MX_IPV4, false, &port, &rtp_port) == MX_OK && mx_open_tap(m, &port) == MX_OK);
        int fd = dup(0);
        assert(fd == mx_wakeup_fd(m) + 5); /* events, epoll, timer, two sockets: nothing of the round before */
        close(fd);
        mx_close(m);
    }
}

int main(void) {
    opening_and_closing_leaves_no_thread_and_no_descriptor();
    a_tap_is_as_long_as_it_was_open();
    ports_come_and_go_while_media_flows();
}
