#include "port.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core.h"

enum {
    QUIET = 800,            /* 100 ms without sending after a refusal, twice as long after each further one */
    MAX_QUIET_DOUBLINGS = 5,
    REPORT_LEAST = 20000,   /* RFC 3550 §6.2: 5 s, times 0.5 to 1.5 */
    REPORT_SPREAD = 40000,
};

void port_open(struct rtp_port *p, bool listen_only, const int fds[2], const struct port_seed *seed, int16_t *samples,
               int64_t now) {
    memset(p, 0, sizeof *p);
    p->rtp_fd = fds[0];
    p->rtcp_fd = fds[1];
    p->listen_only = listen_only;
    p->relayed = NO_SLOT;
    p->report_at = now + REPORT_LEAST + seed->spread % REPORT_SPREAD;
    timeline_open(&p->timeline, samples, now);
    stream_open(&p->stream, seed->ssrc, seed->sequence, seed->timestamp);
    for (int i = 0; i < RTCP_CNAME; i++) {
        int nibble = seed->cname[i / 2] >> (i % 2 ? 0 : 4) & 15;
        p->cname[i] = "0123456789abcdef"[nibble];
    }
}

static bool reachable(const struct rtp_port *p) { return p->remote.codec && address_usable(&p->remote.address); }

void port_set_remote(struct rtp_port *p, const struct remote *remote, int64_t now) {
    if (p->connected) socket_disconnect(p->rtp_fd);
    p->remote = *remote;
    p->connected = reachable(p) && !remote->learning && socket_connect(p->rtp_fd, &remote->address);
    p->heard_at = now;
    p->timed_out = false;
    p->quiet_until = 0;
    p->refusals = 0;
}

/* A peer that is not there is asked again, ever more rarely. */
static void leave_alone(struct rtp_port *p, int64_t now) {
    count_one(&p->counters.send_errors);
    p->quiet_until = now + (QUIET << p->refusals);
    if (p->refusals < MAX_QUIET_DOUBLINGS) p->refusals++;
}

bool port_sends(const struct rtp_port *p, int64_t now) { return reachable(p) && now >= p->quiet_until; }

static void send_packet(struct rtp_port *p, uint8_t *packet, const struct rtp_header *header, uint32_t length, int64_t now) {
    rtp_write(packet, header);
    int error = socket_send(p->rtp_fd, p->connected ? NULL : &p->remote.address, packet, RTP_HEADER + length);
    if (!error) {
        count_one(&p->counters.sent);
        p->stream.packets++;
        p->stream.octets += length;
    } else if (error == EAGAIN || error == ENOBUFS) {
        count_one(&p->counters.send_errors); /* the kernel is out of room, the peer is not to blame */
    } else {
        leave_alone(p, now);
    }
}

void port_send_mix(struct rtp_port *p, uint8_t *packet, uint32_t count, int64_t now) {
    struct rtp_header header = {
        .payload_type = p->remote.payload_type,
        .sequence = p->mixed++,
        .timestamp = (uint32_t)now,
    };
    if (stream_map(&p->stream, STREAM_OF_MIX, &header, count, now)) send_packet(p, packet, &header, count, now);
}

static void forward(struct mx *m, struct rtp_port *sink, const struct rtp_port *source, const struct rtp_packet *packet,
                    bool event, int64_t now) {
    int type = event ? sink->remote.telephone_event : sink->remote.payload_type;
    if (type < 0 || !port_sends(sink, now)) return;
    struct rtp_header header = packet->header;
    if (!stream_map(&sink->stream, source->epoch, &header, event ? 0 : packet->length, now)) return;
    header.payload_type = (uint8_t)type;
    uint8_t *payload = m->media.packet + RTP_HEADER;
    const uint8_t *codes = event ? NULL : codec_transcoding(source->remote.codec, sink->remote.codec);
    if (codes) {
        for (uint32_t i = 0; i < packet->length; i++) payload[i] = codes[packet->payload[i]];
    } else {
        memcpy(payload, packet->payload, packet->length);
    }
    send_packet(sink, m->media.packet, &header, packet->length, now);
}

static void relay(struct mx *m, uint32_t source, const struct rtp_packet *packet, bool event, int64_t now) {
    const struct routes *routes = &m->media.routes;
    for (struct edge *e = routes_of_source(routes, source); e; e = routes_next_of_source(routes, e)) {
        struct slot *sink = &m->media.slots[e->sink];
        if (sink->kind == KIND_RTP && sink->rtp.relayed == source)
            forward(m, &sink->rtp, &m->media.slots[source].rtp, packet, event, now);
    }
}

static void begin_epoch(struct mx *m, struct rtp_port *p) { p->epoch = STREAM_OF_MIX + ++m->media.epochs; }

/* Put the sound where it belongs in time. */
static void keep(struct mx *m, struct rtp_port *p, const struct rtp_packet *packet, bool newest, int64_t now) {
    int64_t position;
    int16_t samples[RTP_MAX_PAYLOAD];
    switch (timeline_place(&p->timeline, packet->header.timestamp, packet->length, newest, now, m->recording_delay,
                           &position)) {
    case PLACED:
        break;
    case LEAPT:
        begin_epoch(m, p); /* whoever is relayed to sees no leap */
        count_one(&p->counters.realigned);
        break;
    case REALIGNED:
        count_one(&p->counters.realigned);
        break;
    case LOST:
        count_one(&p->counters.misplaced);
        return;
    }
    if (!p->needed) return;
    p->remote.codec->decode(samples, packet->payload, packet->length);
    timeline_write(&p->timeline, position, samples, packet->length);
}

static void note_life(struct mx *m, uint32_t slot, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    count_one(&p->counters.received);
    p->heard_at = now;
    p->timed_out = false;
    p->quiet_until = 0;
    p->refusals = 0;
    if (!p->heard) p->heard = media_tell(m, MX_MEDIA_STARTED, slot);
}

static void take(struct mx *m, uint32_t slot, const struct rtp_packet *packet, bool event, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    bool first = !p->reception.started;
    enum arrival arrival = reception_take(&p->reception, &packet->header);
    atomic_store_explicit(&p->counters.lost, reception_lost(&p->reception), memory_order_relaxed);
    if (arrival == ARRIVAL_MISPLACED) {
        count_one(&p->counters.misplaced);
        return;
    }
    if (arrival == ARRIVAL_EPOCH) {
        if (!first) count_one(&p->counters.epochs);
        begin_epoch(m, p);
        timeline_restart(&p->timeline);
    }
    if (!event && arrival != ARRIVAL_OLDER) {
        reception_time(&p->reception, packet->header.timestamp, (uint32_t)now);
        atomic_store_explicit(&p->counters.jitter, reception_jitter(&p->reception), memory_order_relaxed);
    }
    if (p->listen_only) return; /* silence by construction: nothing below this line sees it */
    if (!event) keep(m, p, packet, arrival != ARRIVAL_OLDER, now);
    relay(m, slot, packet, event, now);
}

static bool admits(const struct rtp_port *p, const struct address *from) {
    if (!reachable(p)) return false;
    return address_equal(from, &p->remote.address) ||
           (p->remote.learning && address_same_host(from, &p->remote.learn_from));
}

/* The source has shown itself: from now on only this one. */
static void settle(struct rtp_port *p, const struct address *from) {
    p->remote.address = *from;
    p->remote.learning = false;
    p->connected = socket_connect(p->rtp_fd, from);
}

void port_receive_rtp(struct mx *m, uint32_t slot, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    struct address from;
    struct rtp_packet packet;
    ssize_t size = socket_receive(p->rtp_fd, m->media.datagram, MAX_DATAGRAM, &from);
    if (size < 0) {
        if (errno != EAGAIN && errno != EINTR) leave_alone(p, now); /* ICMP: nobody there */
    } else if (!admits(p, &from)) {
        count_one(&p->counters.strangers);
    } else if (size > MAX_DATAGRAM || !rtp_parse(m->media.datagram, (size_t)size, &packet)) {
        count_one(&p->counters.malformed);
    } else {
        bool event = packet.header.payload_type == p->remote.receive_telephone_event;
        if (!event && packet.header.payload_type != p->remote.receive_payload_type) {
            count_one(&p->counters.unexpected);
            return;
        }
        if (p->remote.learning) settle(p, &from);
        note_life(m, slot, now);
        take(m, slot, &packet, event, now);
    }
}

void port_receive_rtcp(struct mx *m, uint32_t slot, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    struct address from;
    struct rtcp_heard heard;
    ssize_t size = socket_receive(p->rtcp_fd, m->media.datagram, MAX_DATAGRAM, &from);
    if (size < 0) return;
    bool known = reachable(p) && (address_same_host(&from, &p->remote.address) ||
                                  (p->remote.learning && address_same_host(&from, &p->remote.learn_from)));
    if (!known) {
        count_one(&p->counters.strangers);
        return;
    }
    if (size > MAX_DATAGRAM || !rtcp_parse(m->media.datagram, (size_t)size, p->stream.ssrc, &heard)) {
        count_one(&p->counters.malformed);
        return;
    }
    count_one(&p->counters.rtcp_received);
    if (heard.reported) {
        p->sr_ntp = heard.sr_ntp;
        p->sr_at = now;
    }
    uint32_t round_trip = (uint32_t)(ntp_of(m, now) >> 16) - heard.last_sr - heard.delay_since_sr;
    if (heard.about_us && heard.last_sr && round_trip < 1u << 31)
        atomic_store_explicit(&p->counters.rtt_65536ths, round_trip, memory_order_relaxed);
}

static void send_report(const struct mx *m, struct rtp_port *p, int64_t now, bool bye) {
    uint8_t data[RTCP_MAX_REPORT];
    struct address to = address_next_port(&p->remote.address);
    struct rtcp_block block = {
        .ssrc = p->reception.ssrc,
        .fraction_lost = reception_fraction_lost(&p->reception),
        .lost = reception_lost(&p->reception),
        .extended_highest = reception_extended_highest(&p->reception),
        .jitter = reception_jitter(&p->reception),
        .last_sr = p->sr_ntp,
        .delay_since_sr = p->sr_ntp ? (uint32_t)((now - p->sr_at) * 65536 / MX_SAMPLE_RATE) : 0,
    };
    struct rtcp_report report = {
        .ssrc = p->stream.ssrc,
        .sent = p->stream.packets != p->reported_packets,
        .ntp = ntp_of(m, now),
        .timestamp = stream_timestamp(&p->stream, now),
        .packets = p->stream.packets,
        .octets = p->stream.octets,
        .block = p->reception.started ? &block : NULL,
        .cname = p->cname,
        .bye = bye,
    };
    p->reported_packets = p->stream.packets;
    (void)socket_send(p->rtcp_fd, &to, data, rtcp_write(data, &report)); /* the next one is due soon enough */
}

void port_visit(struct mx *m, uint32_t slot, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    if (!reachable(p)) return;
    if (!p->timed_out && now - p->heard_at >= m->silence_timeout)
        p->timed_out = media_tell(m, MX_MEDIA_TIMED_OUT, slot);
    if (now < p->report_at) return;
    /* The timestamp of a sent packet is as random as its start. */
    p->report_at = now + REPORT_LEAST + (p->stream.ssrc ^ p->stream.last_timestamp) % REPORT_SPREAD;
    send_report(m, p, now, false);
}

void port_close(struct mx *m, uint32_t slot, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    if (p->stream.packets && reachable(p)) send_report(m, p, now, true); /* §6.3.7: who never sent says no BYE */
    close(p->rtp_fd);
    close(p->rtcp_fd);
}
