/* RTCP of an RTP port. */
#include "core.h"

void port_receive_rtcp(struct mx *m, uint32_t slot, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    struct address from;
    ssize_t size = socket_receive(p->sockets.rtcp, m->media.datagram, MAX_DATAGRAM, &from);
    if (size < 0) return;
    bool known = port_reachable(p) && (address_same_host(&from, &p->remote.address) ||
                                  (p->remote.learning && address_same_host(&from, &p->remote.learn_from)));
    if (!known) {
        count_one(&p->counters.strangers);
        return;
    }
    if (size > MAX_DATAGRAM) count_one(&p->counters.malformed);
    else port_take_rtcp(m, slot, (size_t)size, now);
}

void port_take_rtcp(struct mx *m, uint32_t slot, size_t size, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    struct rtcp_heard heard;
    if (p->remote.receive && !crypto_unprotect_rtcp(p->remote.receive, m->media.datagram, &size)) {
        count_one(&p->counters.forged);
        return;
    }
    if (!rtcp_parse(m->media.datagram, size, p->stream.ssrc, &heard)) {
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

void port_send_report(const struct mx *m, struct rtp_port *p, int64_t now, bool bye) {
    _Alignas(8) uint8_t data[RTCP_MAX_REPORT + CRYPTO_ADDED];
    struct address to = p->remote.muxed ? p->remote.address : address_next_port(&p->remote.address);
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
    size_t size = rtcp_write(data, &report);
    if (p->remote.send && !crypto_protect_rtcp(p->remote.send, data, &size)) return;
    (void)socket_send(p->sockets.rtcp >= 0 ? p->sockets.rtcp : p->sockets.rtp, &to, data, size); /* the next one is due soon enough */
}
