#define _GNU_SOURCE
#include "socket_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EXPEDITED_FORWARDING = 46 << 2 }; /* DSCP of RFC 3246, in the upper bits of the TOS octet */

bool address_parse(struct address *a, const char *text, uint16_t port) {
    *a = (struct address){.in = {.sin_family = AF_INET, .sin_port = htons(port)}};
    return inet_pton(AF_INET, text, &a->in.sin_addr) == 1;
}

bool address_same_host(const struct address *a, const struct address *b) {
    return a->in.sin_addr.s_addr == b->in.sin_addr.s_addr;
}

bool address_equal(const struct address *a, const struct address *b) {
    return address_same_host(a, b) && a->in.sin_port == b->in.sin_port;
}

bool address_usable(const struct address *a) {
    return a->in.sin_addr.s_addr != htonl(INADDR_ANY) && a->in.sin_port != 0;
}

struct address address_at_port(const struct address *a, uint16_t port) {
    struct address at = *a;
    at.in.sin_port = htons(port);
    return at;
}

struct address address_next_port(const struct address *a) {
    return address_at_port(a, (uint16_t)(ntohs(a->in.sin_port) + 1));
}

int socket_open(const struct address *local) {
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) return -1;
    if (bind(fd, (const struct sockaddr *)&local->in, sizeof local->in) < 0) {
        int error = errno;
        close(fd);
        errno = error;
        return -1;
    }
    int tos = EXPEDITED_FORWARDING; /* a wish: where it is refused, packets go as others do */
    (void)setsockopt(fd, IPPROTO_IP, IP_TOS, &tos, sizeof tos);
    return fd;
}

bool socket_connect(int fd, const struct address *peer) {
    return connect(fd, (const struct sockaddr *)&peer->in, sizeof peer->in) == 0;
}

void socket_disconnect(int fd) {
    struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    (void)connect(fd, &nobody, sizeof nobody);
}

ssize_t socket_receive(int fd, uint8_t *data, size_t size, struct address *from) {
    if (!from) return recv(fd, data, size, MSG_TRUNC);
    socklen_t length = sizeof from->in;
    return recvfrom(fd, data, size, MSG_TRUNC, (struct sockaddr *)&from->in, &length);
}

int socket_send(int fd, const struct address *to, const uint8_t *data, size_t size) {
    socklen_t length = to ? sizeof to->in : 0;
    return sendto(fd, data, size, MSG_NOSIGNAL, (const struct sockaddr *)(to ? &to->in : NULL), length) < 0 ? errno : 0;
}
