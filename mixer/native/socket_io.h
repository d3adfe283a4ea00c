/* socket_io.h - UDP: the only place that knows the address families and the calls of the kernel by which packets come and go. */
#ifndef EARSHOT_SOCKET_IO_H
#define EARSHOT_SOCKET_IO_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* IPv4 or IPv6; never IPv4 within IPv6. All 0: nobody. */
struct address {
    union {
        sa_family_t family;
        struct sockaddr any;
        struct sockaddr_in in;
        struct sockaddr_in6 in6;
    };
};

/* False when `text` is no numeric address, or one with a zone. */
bool address_parse(struct address *a, const char *text, uint16_t port);
bool address_equal(const struct address *a, const struct address *b);
bool address_same_host(const struct address *a, const struct address *b);
static inline bool address_same_family(const struct address *a, const struct address *b) { return a->family == b->family; }
bool address_usable(const struct address *a); /* neither 0.0.0.0 nor :: nor port 0 */
uint16_t address_port(const struct address *a);
struct address address_at_port(const struct address *a, uint16_t port);
struct address address_next_port(const struct address *a); /* of the RTCP that goes with RTP, RFC 3550 §11 */

/* A non-blocking socket bound to `local`, whose packets are marked with `dscp`. -1 with errno. */
int socket_open(const struct address *local, uint8_t dscp);

/* The same on a port that other sockets of ours have too, for what `peer` alone sends: the kernel prefers it to those that
 * have no peer. -1 with errno. */
int socket_open_shared(const struct address *local, uint8_t dscp, const struct address *peer);

/* Have an epoll tell `tag` when something has come; `once`: each arrival once, or the kernel would look at it a second time.
 * False: the kernel is out of memory. */
bool socket_watch(int epoll_fd, int fd, uint64_t tag, bool once);

/* Let the kernel drop all but `peer`, and send there. Also lets go of a peer before. False: the kernel will not. */
bool socket_connect(int fd, const struct address *peer);
void socket_disconnect(int fd);

/* Bytes, or -1 with errno; a datagram longer than `size` gives its whole length. `from` may be NULL. */
ssize_t socket_receive(int fd, uint8_t *data, size_t size, struct address *from);

/* 0, or errno. `to` is NULL on a connected socket. */
int socket_send(int fd, const struct address *to, const uint8_t *data, size_t size);

#endif
