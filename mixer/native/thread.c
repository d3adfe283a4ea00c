#define _GNU_SOURCE
#include "thread.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <time.h>

#include "core.h"

enum {
    PRIORITY = 20,               /* of SCHED_FIFO, where we may */
    GATHER_NS = 4 * 1000 * 1000, /* a fifth of a tick */
    ROUNDS = 8,                  /* of MAX_READY sockets; the rest waits for the next time */
    JUDGE_NS = 200 * 1000 * 1000,
    BUSY_PERCENT = 5,
    CALM_PERCENT = 2,            /* gathering halves the work */
    SECOND_NS = 1000 * 1000 * 1000,
};

static int64_t read_clock(clockid_t id) {
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

int64_t now_ns(const struct mx *m) { return m->stepped ? m->stepped_ns : read_clock(CLOCK_MONOTONIC); }

static uint64_t ntp_of_ns(uint64_t ns) { return (ns / SECOND_NS << 32) + ((ns % SECOND_NS << 32) / SECOND_NS); }

uint64_t ntp_now(void) {
    const uint64_t seconds_1900_to_1970 = 2208988800;
    return ntp_of_ns((uint64_t)read_clock(CLOCK_REALTIME)) + (seconds_1900_to_1970 << 32);
}

uint64_t ntp_of(const struct mx *m, int64_t position) {
    return m->origin_ntp + ntp_of_ns((uint64_t)position * NS_PER_SAMPLE);
}

double thread_cpu_seconds(const struct mx *m) {
    clockid_t clock;
    if (m->stepped || pthread_getcpuclockid(m->thread, &clock) != 0) return 0;
    return (double)read_clock(clock) / SECOND_NS;
}

/* Whether packets are taken as they come, or gathered for 4 ms: each wake-up costs as much as a packet, and a thread with
 * more than a few calls can save them for 2 ms of delay. */
struct pace {
    bool gather;
    int64_t judged_at, cpu_then;
};

static void judge(struct pace *p, int64_t now) {
    if (now - p->judged_at < JUDGE_NS) return;
    int64_t cpu = read_clock(CLOCK_THREAD_CPUTIME_ID);
    int64_t busy = (cpu - p->cpu_then) * 100, wall = now - p->judged_at;
    p->gather = busy > wall * (p->gather ? CALM_PERCENT : BUSY_PERCENT);
    p->judged_at = now;
    p->cpu_then = cpu;
}

/* Sleeps to the next multiple of 4 ms, so that every fifth time a tick is due. */
static void gather(const struct mx *m, int64_t now) {
    int64_t until = now + GATHER_NS - (now - m->origin_ns) % GATHER_NS;
    struct timespec t = {until / SECOND_NS, until % SECOND_NS};
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
}

static void *run(void *argument) {
    struct mx *m = argument;
    struct pace pace = {.judged_at = now_ns(m)};
    struct sched_param priority = {.sched_priority = PRIORITY};
    (void)pthread_setschedparam(pthread_self(), SCHED_FIFO, &priority); /* needs a privilege; works without */
    while (!atomic_load_explicit(&m->stopping, memory_order_acquire)) {
        if (pace.gather) {
            gather(m, now_ns(m));
            for (int round = 0; round < ROUNDS && media_wake(m, 0) == MAX_READY; round++) continue;
        } else {
            media_wake(m, -1);
        }
        judge(&pace, now_ns(m));
    }
    media_close_all(m);
    return NULL;
}

bool thread_start(struct mx *m) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before); /* the thread inherits it: signals are for the others */
    int failed = pthread_create(&m->thread, NULL, run, m);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!failed) (void)pthread_setname_np(m->thread, "earshot-media");
    return !failed;
}
