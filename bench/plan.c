#define _GNU_SOURCE
#include "plan.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

void plan_fail(const char *what)
{
    fprintf(stderr, "%s%s%s\n", what, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

static void check(const struct plan *plan)
{
    errno = 0;
    if (plan->count < 2)
        plan_fail("a plan has two legs or more");
    for (size_t i = 0; i < plan->count; i++) {
        uint32_t peer = plan->legs[i].peer;
        if (peer >= plan->count || peer == i || plan->legs[peer].peer != i)
            plan_fail("legs of a plan are each other's peer, two by two");
    }
}

struct plan plan_read(const char *path)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
    struct plan plan = {.legs = calloc(MAX_LEGS, sizeof *plan.legs)};
    if (!file || !plan.legs)
        plan_fail(path);
    unsigned local, remote, peer;
    int fields;
    while ((fields = fscanf(file, "%u %u %u", &local, &remote, &peer)) == 3) {
        errno = 0;
        if (plan.count == MAX_LEGS)
            plan_fail("a plan has 8192 legs at most");
        if (local - 1 >= UINT16_MAX || remote - 1 >= UINT16_MAX)
            plan_fail("a port is a number from 1 to 65535");
        plan.legs[plan.count++] =
            (struct plan_leg){.local_port = (uint16_t)local, .remote_port = (uint16_t)remote, .peer = peer};
    }
    errno = 0;
    if (fields != EOF)
        plan_fail("a line of a plan is: local_port remote_port peer");
    if (file != stdin)
        fclose(file);
    check(&plan);
    return plan;
}

int plan_connect(uint16_t from, uint16_t to)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)}, there = here;
    here.sin_port = htons(from);
    there.sin_port = htons(to);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
        bind(fd, (struct sockaddr *)&here, sizeof here) || connect(fd, (struct sockaddr *)&there, sizeof there)) {
        char what[64];
        snprintf(what, sizeof what, "UDP port %u towards %u", from, to);
        plan_fail(what);
    }
    return fd;
}

void plan_raise_file_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}
