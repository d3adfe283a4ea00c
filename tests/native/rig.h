/* rig.h - a mixer without a thread, on a clock the test turns, and phones on real sockets. Loopback delivers at once, so
 * what a test sees depends on nothing but what it does. */
#ifndef EARSHOT_RIG_H
#define EARSHOT_RIG_H

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bytes.h"
#include "check.h"
#include "core.h"
#include "g711.h"

enum { MS = 1000 * 1000, PTIME = 20 * MS, FRAME = 160 };

static const mx_limits rig_limits = {
    .host = "127.0.0.1", .dscp = 46, .late_tick_ms = 10, .port_min = 30000, .port_max = 31999, .max_ports = 16, .max_routes = 64,
    .silence_timeout_ms = 2000, .playout_min_ms = 60, .playout_max_ms = 60, .recording_delay_ms = 120, .mask_digits = true,
};

struct phone {
    int fd, rtcp_fd;
    uint16_t port;
    struct sockaddr_in mixer; /* where it sends */
    uint16_t sequence;
    uint32_t timestamp, ssrc;
    uint8_t payload_type;
};

static inline mx *rig_open(bool stepped) {
    mx *m;
    assert(core_open(&rig_limits, stepped, &m) == MX_OK);
    return m;
}

static inline int rig_socket(uint16_t port) {
    struct sockaddr_in local = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (bind(fd, (struct sockaddr *)&local, sizeof local) == 0) return fd;
    close(fd);
    return -1;
}

/* On an even port, with RTCP above it. */
static inline struct phone phone_open(uint32_t ssrc) {
    struct phone p = {.ssrc = ssrc, .sequence = (uint16_t)(ssrc * 7919), .timestamp = ssrc * 104729};
    static uint16_t next = 28000;
    do {
        p.port = next;
        next = next + 2 < 29998 ? next + 2 : 28000;
        p.fd = rig_socket(p.port);
        p.rtcp_fd = p.fd < 0 ? -1 : rig_socket(p.port + 1);
        if (p.fd >= 0 && p.rtcp_fd < 0) close(p.fd);
    } while (p.rtcp_fd < 0);
    return p;
}

static inline void phone_close(struct phone *p) {
    close(p->fd);
    close(p->rtcp_fd);
}

/* The first of that name in the table. */
static inline const struct codec *codec_called(const char *name) {
    for (size_t i = 0; codec_at(i); i++)
        if (strcmp(codec_at(i)->name, name) == 0) return codec_at(i);
    abort();
}

static inline mx_remote remote_with(const struct phone *p, const struct codec *codec) {
    return (mx_remote){
        .address = "127.0.0.1",
        .rtp_port = p->port,
        .codec = codec->name,
        .clock_rate = codec->clock_rate,
        .payload_type = codec->payload_type,
        .receive_payload_type = codec->payload_type,
        .telephone_event = -1,
        .receive_telephone_event = -1,
        .ptime_ms = 20,
    };
}

static inline mx_remote remote_of(const struct phone *p, const char *codec) { return remote_with(p, codec_called(codec)); }

/* A port of the mixer with this phone at its other end. */
static inline mx_port join_with(mx *m, struct phone *p, const mx_remote *remote, bool listen_only) {
    mx_port port;
    uint16_t rtp_port;
    assert(mx_open_rtp(m, MX_IPV4, listen_only, &port, &rtp_port) == MX_OK);
    assert(mx_set_remote(m, port, remote) == MX_OK);
    p->payload_type = remote->payload_type;
    p->mixer = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(rtp_port),
                                    .sin_addr = {htonl(INADDR_LOOPBACK)}};
    return port;
}

static inline mx_port join(mx *m, struct phone *p, const char *codec, bool listen_only) {
    mx_remote remote = remote_of(p, codec);
    return join_with(m, p, &remote, listen_only);
}

static inline void phone_send_raw(const struct phone *p, const void *data, size_t size) {
    assert(sendto(p->fd, data, size, 0, (const struct sockaddr *)&p->mixer, sizeof p->mixer) == (ssize_t)size);
}

static inline void phone_send(const struct phone *p, const uint8_t *payload, uint32_t length) {
    uint8_t data[RTP_HEADER + RTP_MAX_PAYLOAD];
    struct rtp_header header = {false, p->payload_type, p->sequence, p->timestamp, p->ssrc};
    rtp_write(data, &header);
    memcpy(data + RTP_HEADER, payload, length);
    phone_send_raw(p, data, RTP_HEADER + length);
}

/* 20 ms of one code, and on to the next packet. */
static inline void phone_talk(struct phone *p, uint8_t code) {
    uint8_t payload[FRAME];
    memset(payload, code, sizeof payload);
    phone_send(p, payload, sizeof payload);
    p->sequence++;
    p->timestamp += FRAME;
}

/* False: nothing there. The packet lies in memory of this function. */
static inline bool phone_hear(const struct phone *p, struct rtp_packet *packet) {
    static uint8_t data[MAX_DATAGRAM];
    ssize_t size = recv(p->fd, data, sizeof data, 0);
    if (size < 0) return false;
    assert(rtp_parse(data, (size_t)size, packet));
    return true;
}

static inline int phone_flush(const struct phone *p) {
    struct rtp_packet packet;
    int count = 0;
    while (phone_hear(p, &packet)) count++;
    return count;
}

static inline size_t read_tap(mx *m, mx_port tap, int16_t *frames, size_t max_frames, bool *ended) {
    mx_tap_state state;
    size_t count = mx_tap_read(m, tap, frames, max_frames, &state);
    *ended = state.ended;
    assert(state.overruns == 0);
    return count;
}

static inline mx_port right_of(mx_port tap) { return (mx_port){tap.slot, tap.generation, 1}; }

static inline void route(mx *m, mx_port source, mx_port sink) { assert(mx_route(m, source, sink, 256) == MX_OK); }

#endif
