/* socket_io.h - UDP: the only place that knows the address family (IPv4) and the calls of the kernel. */
#ifndef EARSHOT_SOCKET_IO_H
#define EARSHOT_SOCKET_IO_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct address {
    struct sockaddr_in in;
};

/* False when `text` is no numeric address. */
bool address_parse(struct address *a, const char *text, uint16_t port);
bool address_equal(const struct address *a, const struct address *b);
bool address_same_host(const struct address *a, const struct address *b);
bool address_usable(const struct address *a); /* neither 0.0.0.0 nor port 0 */
struct address address_at_port(const struct address *a, uint16_t port);
struct address address_next_port(const struct address *a); /* of the RTCP that goes with RTP, RFC 3550 §11 */

/* A non-blocking socket bound to `local`, marked for expedited forwarding. -1 with errno. */
int socket_open(const struct address *local);

/* Let the kernel drop all but `peer`, and send there. Also lets go of a peer before. False: the kernel will not. */
bool socket_connect(int fd, const struct address *peer);
void socket_disconnect(int fd);

/* Bytes, or -1 with errno; a datagram longer than `size` gives its whole length. `from` may be NULL. */
ssize_t socket_receive(int fd, uint8_t *data, size_t size, struct address *from);

/* 0, or errno. `to` is NULL on a connected socket. */
int socket_send(int fd, const struct address *to, const uint8_t *data, size_t size);

#endif
