/* thread.h - the clock, and the thread that follows it. */
#ifndef EARSHOT_THREAD_H
#define EARSHOT_THREAD_H

#include <stdbool.h>
#include <stdint.h>

struct mx;

/* CLOCK_MONOTONIC, or what a test says it is. */
int64_t now_ns(const struct mx *m);

/* Wall clock of a position, NTP format: 32.32 bits since 1900. Follows the monotonic clock from the start of the mixer. */
uint64_t ntp_of(const struct mx *m, int64_t position);
uint64_t ntp_now(void);

/* CPU time of the media thread, in seconds. Control thread. */
double thread_cpu_seconds(const struct mx *m);

/* False: no thread. It ends when m->stopping is set and it is woken. */
bool thread_start(struct mx *m);

#endif
