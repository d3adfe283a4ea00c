/* bare - the least that can carry the calls of a plan: receive a datagram, send it to the peer, nothing else.
 *
 *     bare PLAN
 *
 * Prints "ready" when all sockets are there, relays until SIGTERM or SIGINT, then prints one JSON line: packets
 * relayed and CPU of its only thread in microseconds. What a server costs above this is what it does with them. */
#define _GNU_SOURCE
#include "plan.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { BATCH = 512 };

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

static sigset_t catch_signals(void)
{
    sigset_t ours, others;
    sigemptyset(&ours);
    sigaddset(&ours, SIGTERM);
    sigaddset(&ours, SIGINT);
    sigprocmask(SIG_BLOCK, &ours, &others); /* delivered only while epoll_pwait waits: none gets lost */
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    return others;
}

static int *connect_all(const struct plan *plan, int poller)
{
    int *sockets = calloc(plan->count, sizeof *sockets);
    if (!sockets)
        plan_fail("sockets");
    for (uint32_t i = 0; i < plan->count; i++) {
        sockets[i] = plan_connect(plan->legs[i].remote_port, plan->legs[i].local_port);
        struct epoll_event event = {.events = EPOLLIN, .data.u32 = i};
        if (epoll_ctl(poller, EPOLL_CTL_ADD, sockets[i], &event))
            plan_fail("epoll_ctl");
    }
    return sockets;
}

static uint64_t relay(const struct plan *plan, const int *sockets, int poller, const sigset_t *waiting)
{
    struct epoll_event events[BATCH];
    uint8_t packet[2048];
    uint64_t relayed = 0;
    while (!stopped) {
        int ready = epoll_pwait(poller, events, BATCH, -1, waiting);
        for (int i = 0; i < ready; i++) {
            uint32_t leg = events[i].data.u32;
            ssize_t size = recv(sockets[leg], packet, sizeof packet, 0);
            if (size > 0 && send(sockets[plan->legs[leg].peer], packet, (size_t)size, 0) == size)
                relayed++;
        }
    }
    return relayed;
}

static uint64_t microseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

int main(int argc, char **argv)
{
    errno = 0;
    if (argc != 2)
        plan_fail("usage: bare PLAN");
    sigset_t waiting = catch_signals();
    plan_raise_file_limit();
    struct plan plan = plan_read(argv[1]);
    int poller = epoll_create1(EPOLL_CLOEXEC);
    if (poller < 0)
        plan_fail("epoll_create1");
    int *sockets = connect_all(&plan, poller);
    puts("ready");
    fflush(stdout);

    struct rusage before, after;
    getrusage(RUSAGE_THREAD, &before);
    uint64_t relayed = relay(&plan, sockets, poller, &waiting);
    getrusage(RUSAGE_THREAD, &after);
    printf("{\"packets\": %" PRIu64 ", \"user_us\": %" PRIu64 ", \"system_us\": %" PRIu64 "}\n", relayed,
           microseconds(after.ru_utime) - microseconds(before.ru_utime),
           microseconds(after.ru_stime) - microseconds(before.ru_stime));
    free(sockets);
    free(plan.legs);
    return 0;
}
