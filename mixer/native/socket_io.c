#define _GNU_SOURCE
#include "socket_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ECN_BITS = 2 }; /* below the DSCP, in the TOS octet and in the traffic class */

bool address_parse(struct address *a, const char *text, uint16_t port) {
    *a = (struct address){.in = {.sin_family = AF_INET, .sin_port = htons(port)}};
    if (inet_pton(AF_INET, text, &a->in.sin_addr) == 1) return true;
    *a = (struct address){.in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)}};
    return inet_pton(AF_INET6, text, &a->in6.sin6_addr) == 1 && !IN6_IS_ADDR_V4MAPPED(&a->in6.sin6_addr);
}

bool address_same_host(const struct address *a, const struct address *b) {
    if (a->family != b->family) return false;
    if (a->family == AF_INET) return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
    return memcmp(&a->in6.sin6_addr, &b->in6.sin6_addr, sizeof a->in6.sin6_addr) == 0;
}

uint16_t address_port(const struct address *a) { return ntohs(a->family == AF_INET ? a->in.sin_port : a->in6.sin6_port); }

bool address_equal(const struct address *a, const struct address *b) {
    return address_same_host(a, b) && address_port(a) == address_port(b);
}

bool address_usable(const struct address *a) {
    bool somewhere = a->family == AF_INET ? a->in.sin_addr.s_addr != htonl(INADDR_ANY)
                                          : !IN6_IS_ADDR_UNSPECIFIED(&a->in6.sin6_addr);
    return somewhere && address_port(a) != 0;
}

struct address address_at_port(const struct address *a, uint16_t port) {
    struct address at = *a;
    if (a->family == AF_INET) at.in.sin_port = htons(port);
    else at.in6.sin6_port = htons(port);
    return at;
}

struct address address_next_port(const struct address *a) { return address_at_port(a, (uint16_t)(address_port(a) + 1)); }

static socklen_t length_of(const struct address *a) { return a->family == AF_INET ? sizeof a->in : sizeof a->in6; }

/* A wish: where it is refused, packets go as others do. */
static void mark(int fd, const struct address *local, uint8_t dscp) {
    int octet = dscp << ECN_BITS;
    if (local->family == AF_INET) (void)setsockopt(fd, IPPROTO_IP, IP_TOS, &octet, sizeof octet);
    else (void)setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &octet, sizeof octet);
}

static int discard(int fd) {
    int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int open_bound(const struct address *local, uint8_t dscp, bool shared) {
    int fd = socket(local->family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), yes = 1;
    if (fd < 0) return -1;
    if ((local->family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes) < 0) ||
        (shared && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof yes) < 0) ||
        bind(fd, &local->any, length_of(local)) < 0)
        return discard(fd);
    mark(fd, local, dscp);
    return fd;
}

int socket_open(const struct address *local, uint8_t dscp) { return open_bound(local, dscp, false); }

int socket_open_shared(const struct address *local, uint8_t dscp, const struct address *peer) {
    int fd = open_bound(local, dscp, true);
    return fd < 0 || socket_connect(fd, peer) ? fd : discard(fd);
}

bool socket_watch(int epoll_fd, int fd, uint64_t tag, bool once) {
    struct epoll_event event = {.events = once ? EPOLLIN | EPOLLET : EPOLLIN, .data.u64 = tag};
    return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

bool socket_connect(int fd, const struct address *peer) { return connect(fd, &peer->any, length_of(peer)) == 0; }

void socket_disconnect(int fd) {
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    (void)connect(fd, &nobody, sizeof nobody);
}

ssize_t socket_receive(int fd, uint8_t *data, size_t size, struct address *from) {
    if (!from) return recv(fd, data, size, MSG_TRUNC);
    socklen_t length = sizeof *from;
    return recvfrom(fd, data, size, MSG_TRUNC, &from->any, &length);
}

int socket_send(int fd, const struct address *to, const uint8_t *data, size_t size) {
    return sendto(fd, data, size, MSG_NOSIGNAL, to ? &to->any : NULL, to ? length_of(to) : 0) < 0 ? errno : 0;
}
