/* plan.h - the legs of a run, shared by the load generator and the bare loop.
 *
 * A plan is text, one leg a line, numbered from 0 in order: `local_port remote_port peer`. The load generator
 * owns the local ports, what is under test owns the remote ones; what arrives at a leg's remote port must come
 * out of the peer's remote port towards the peer's local port. All on 127.0.0.1. A call is two legs. */
#ifndef EARSHOT_BENCH_PLAN_H
#define EARSHOT_BENCH_PLAN_H

#include <stddef.h>
#include <stdint.h>

enum { MAX_LEGS = 8192, PACKETS_PER_SECOND = 50, SAMPLES_PER_PACKET = 160, RTP_HEADER = 12 };
enum { PACKET_SIZE = RTP_HEADER + SAMPLES_PER_PACKET }; /* G.711: a byte a sample */

struct plan_leg {
    uint16_t local_port, remote_port;
    uint32_t peer;
};

struct plan {
    struct plan_leg *legs;
    size_t count;
};

/* Read a plan from a file, "-" is standard input. Ends the program with a message when it is not one. */
struct plan plan_read(const char *path);

/* A non-blocking UDP socket from one port of 127.0.0.1 connected to another. Ends the program on failure.
 * SO_REUSEADDR: the caller may hold the port with a socket of its own until this one is there. */
int plan_connect(uint16_t from, uint16_t to);

/* Let this process open as many sockets as the system allows it. */
void plan_raise_file_limit(void);

/* Print a message, with errno's text where there is one, and exit 1. */
_Noreturn void plan_fail(const char *what);

#endif
