#include "port.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "core.h"

enum {
    QUIET = 800,            /* 100 ms without sending after a refusal, twice as long after each further one */
    MAX_QUIET_DOUBLINGS = 5,
    MOST_JOINED = 320,      /* 40 ms: over a longer pause nothing is joined */
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
    tones_open(&p->tones);
    p->report_at = now + REPORT_LEAST + seed->spread % REPORT_SPREAD;
    timeline_open(&p->timeline, samples, now);
    stream_open(&p->stream, seed->ssrc, seed->sequence, seed->timestamp);
    for (int i = 0; i < RTCP_CNAME; i++) {
        int nibble = seed->cname[i / 2] >> (i % 2 ? 0 : 4) & 15;
        p->cname[i] = "0123456789abcdef"[nibble];
    }
}

bool port_reachable(const struct rtp_port *p) { return p->remote.codec && address_usable(&p->remote.address); }

/* The control thread made them, and it frees them. */
static void discard(struct mx *m, struct crypto_context *context) {
    if (!context) return;
    bool pushed = ring_push(&m->spent, &context);
    assert(pushed && "the ring holds every context there can be");
    (void)pushed;
}

static void change_keys(struct mx *m, const struct remote *from, const struct remote *to) {
    if (from->send != to->send) discard(m, from->send);
    if (from->receive != to->receive) discard(m, from->receive);
}

static bool same_place(const struct remote *a, const struct remote *b) {
    return a->codec && address_equal(&a->told, &b->told) && address_equal(&a->learn_from, &b->learn_from);
}

/* Where the phone did not say that it moves, what was learnt stays: nobody else can take its place meanwhile. */
void port_set_remote(struct mx *m, uint32_t slot, const struct remote *remote, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    struct remote before = p->remote;
    p->remote = *remote;
    change_keys(m, &before, remote);
    if (same_place(&before, remote)) {
        p->remote.address = before.address;
        p->remote.learning = before.learning;
    } else {
        if (p->connected) socket_disconnect(p->rtp_fd);
        p->sealed = false;
        p->connected = port_reachable(p) && !remote->learning && socket_connect(p->rtp_fd, &remote->address);
    }
    p->heard_at = now;
    p->timed_out = false;
    p->quiet_until = 0;
    p->refusals = 0;
}

void port_leave_alone(struct rtp_port *p, int64_t now) {
    count_one(&p->counters.send_errors);
    p->quiet_until = now + (QUIET << p->refusals);
    if (p->refusals < MAX_QUIET_DOUBLINGS) p->refusals++;
}

bool port_sends(const struct rtp_port *p, int64_t now) { return port_reachable(p) && now >= p->quiet_until; }

void port_show_level(struct rtp_port *p) {
    atomic_store_explicit(&p->counters.power, (uint32_t)p->level.power, memory_order_relaxed);
    atomic_store_explicit(&p->counters.speaking, p->level.speaking, memory_order_relaxed);
    atomic_store_explicit(&p->counters.speech, p->level.speech, memory_order_relaxed);
}

void port_need(struct rtp_port *p, bool needed) {
    if (!needed) timeline_pause(&p->timeline);
    p->needed = needed;
}

void port_listen(struct rtp_port *p, int64_t position, int32_t *sums, size_t count, const struct gain *gain) {
    timeline_prepare(&p->timeline, position + (int64_t)count);
    timeline_add(&p->timeline, position, sums, count, gain);
    atomic_store_explicit(&p->counters.concealed, p->timeline.concealed, memory_order_relaxed);
}

void port_send(struct rtp_port *p, uint8_t *packet, const struct rtp_header *header, uint32_t length, int64_t now) {
    size_t size = RTP_HEADER + length;
    rtp_write(packet, header);
    if (p->remote.send && !crypto_protect(p->remote.send, packet, &size)) return; /* its number was used: a duplicate */
    int error = socket_send(p->rtp_fd, p->connected ? NULL : &p->remote.address, packet, size);
    if (!error) {
        count_one(&p->counters.sent);
        p->stream.packets++;
        p->stream.octets += length;
    } else if (error == EAGAIN || error == ENOBUFS) {
        count_one(&p->counters.send_errors); /* the kernel is out of room, the peer is not to blame */
    } else {
        port_leave_alone(p, now);
    }
}

void port_join(struct rtp_port *p, uint32_t origin, uint8_t *codes, uint32_t count, int64_t now) {
    const struct codec *codec = p->remote.codec;
    int64_t end = p->stream.last_at + p->stream.last_count;
    if (origin != p->stream.origin && p->last_codec && now - end <= MOST_JOINED) {
        int16_t last, samples[MIX_RAMP];
        uint32_t ramp = count < MIX_RAMP ? count : MIX_RAMP;
        p->last_codec->decode(&last, &p->last_code, 1);
        codec->decode(samples, codes, ramp);
        for (uint32_t i = 0; i < ramp; i++)
            samples[i] = (int16_t)(last + (samples[i] - last) * (int)(i + 1) / (int)(ramp + 1));
        codec->encode(codes, samples, ramp);
    }
    p->last_codec = codec;
    p->last_code = codes[count - 1];
}

void port_send_mix(struct rtp_port *p, uint8_t *packet, uint32_t count, int64_t now) {
    struct rtp_header header = {
        .payload_type = p->remote.payload_type,
        .sequence = p->mixed++,
        .timestamp = (uint32_t)now,
    };
    port_join(p, STREAM_OF_MIX, packet + RTP_HEADER, count, now);
    if (stream_map(&p->stream, STREAM_OF_MIX, &header, count, now)) port_send(p, packet, &header, count, now);
}

void port_queue_digits(struct mx *m, uint32_t slot, const uint8_t *codes, uint32_t count, uint32_t duration,
                       uint32_t gap) {
    for (uint32_t i = 0; i < count; i++) digits_queue(&m->media.slots[slot].rtp.dialled, codes[i], duration, gap);
    roster_add(&m->media.dialling, slot);
}

/* In one stream with the mix, on the same clock: a digit takes the place of the sound it interrupts. */
static void send_digit_packet(struct mx *m, struct rtp_port *p, const struct digit_packet *digit, int64_t tick) {
    struct rtp_header header = {
        .marker = digit->marker,
        .payload_type = (uint8_t)p->remote.telephone_event,
        .sequence = p->mixed++,
        .timestamp = (uint32_t)digit->start,
    };
    memcpy(m->media.packet + RTP_HEADER, digit->block, DIGIT_BLOCK);
    if (stream_map(&p->stream, STREAM_OF_MIX, &header, 0, tick)) port_send(p, m->media.packet, &header, DIGIT_BLOCK, tick);
}

void port_send_digits(struct mx *m, uint32_t slot, int64_t tick) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    struct digit_packet packet;
    uint32_t done = 0;
    bool last = false;
    if (p->remote.telephone_event < 0) done = digits_drop(&p->dialled); /* the phone has changed its mind */
    else if (port_sends(p, tick) && digits_send(&p->dialled, tick, &packet, &last)) send_digit_packet(m, p, &packet, tick);
    for (done += last; done > 0; done--) count_one(&p->counters.digits_done);
    if (!p->dialled.count) roster_remove(&m->media.dialling, slot);
}

void port_detect_tones(struct rtp_port *p, bool on) {
    p->detects_tones = on;
    tones_open(&p->tones);
}

void port_visit(struct mx *m, uint32_t slot, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    port_receive_rtp(m, slot, now);
    port_expire_digits(m, slot, now);
    level_expire(&p->level, now);
    port_show_level(p);
    if (!port_reachable(p)) return;
    if (!p->timed_out && now - p->heard_at >= m->silence_timeout)
        p->timed_out = media_tell(m, MX_MEDIA_TIMED_OUT, slot);
    if (now < p->report_at) return;
    /* The timestamp of a sent packet is as random as its start. */
    p->report_at = now + REPORT_LEAST + (p->stream.ssrc ^ p->stream.last_timestamp) % REPORT_SPREAD;
    port_send_report(m, p, now, false);
}

void port_close(struct mx *m, uint32_t slot, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    if (p->stream.packets && port_reachable(p)) port_send_report(m, p, now, true); /* §6.3.7: who never sent says no BYE */
    change_keys(m, &p->remote, &(struct remote){0});
    close(p->rtp_fd);
    close(p->rtcp_fd);
    p->rtp_fd = p->rtcp_fd = -1;
}
