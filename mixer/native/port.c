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

static void show_playout(struct rtp_port *p) {
    atomic_store_explicit(&p->counters.playout, (uint32_t)p->playout.delay, memory_order_relaxed);
}

void port_open(struct mx *m, uint32_t slot, bool listen_only, struct port_sockets sockets, const struct port_seed *seed,
               int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    memset(p, 0, sizeof *p);
    p->sockets = sockets;
    p->listen_only = listen_only;
    p->relayed = NO_SLOT;
    p->mixed_at = -1;
    tones_open(&p->tones);
    p->report_at = now + REPORT_LEAST + seed->spread % REPORT_SPREAD;
    timeline_open(&p->timeline, samples_of(m, slot), now);
    mask_open(&p->mask, now);
    playout_open(&p->playout, m->playout_min, m->playout_max);
    show_playout(p);
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

/* Timestamps start anew for whoever is relayed to, and decoder, encoder and timeline are those of this codec. */
static void change_codec(struct mx *m, struct rtp_port *p, const struct codec *codec) {
    p->epoch = STREAM_OF_MIX + ++m->media.epochs;
    p->decoding = false;
    p->held.count = 0;
    p->waiting = 0;
    memset(p->fading, 0, sizeof p->fading);
    p->fades = false;
    timeline_change(&p->timeline, codec->width, codec->ticks);
    stream_turn(&p->stream, codec->ticks);
}

static void close_socket(int *fd) {
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

static void change_rtcp(const struct mx *m, uint32_t slot, const struct remote *remote) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    if (remote->muxed) close_socket(&p->sockets.rtcp);
    if (remote->rtcp_fd < 0) return;
    p->sockets.rtcp = remote->rtcp_fd;
    (void)socket_watch(m->media.epoll_fd, p->sockets.rtcp, TAG_OF_RTCP(slot), false); /* or its reports are missed */
}

static void change_peer(const struct mx *m, uint32_t slot) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    p->sealed = false;
    if (port_is_shared(p)) {
        close_socket(&p->sockets.rtp);
        p->sockets.rtp = p->remote.rtp_fd;
        p->connected = true;
        (void)socket_watch(m->media.epoll_fd, p->sockets.rtp, TAG_OF_RTP(slot), true);
        return;
    }
    if (p->connected) socket_disconnect(p->sockets.rtp);
    p->connected = port_reachable(p) && !p->remote.learning && socket_connect(p->sockets.rtp, &p->remote.address);
}

static bool same_place(const struct remote *a, const struct remote *b) {
    return a->codec && address_equal(&a->told, &b->told) && address_equal(&a->learn_from, &b->learn_from);
}

/* Where the phone did not say that it moves, what was learnt stays: nobody else can take its place meanwhile. */
void port_set_remote(struct mx *m, uint32_t slot, const struct remote *remote, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    struct remote before = p->remote;
    if (remote->codec != before.codec) change_codec(m, p, remote->codec);
    p->encoding = false;
    p->remote = *remote;
    change_keys(m, &before, remote);
    change_rtcp(m, slot, remote);
    if (same_place(&before, remote)) {
        p->remote.address = before.address;
        p->remote.learning = before.learning;
    } else {
        change_peer(m, slot);
    }
    p->heard_at = now;
    p->timed_out = false;
    p->quiet_until = 0;
    p->refusals = 0;
}

bool port_relays(const struct rtp_port *source, const struct rtp_port *sink) {
    const struct codec *from = source->remote.codec, *to = sink->remote.codec;
    return !from || !to || codec_relays(from, to);
}

uint32_t port_width(const struct rtp_port *p) { return p->remote.codec->width; }

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
    if (!needed) {
        timeline_pause(&p->timeline);
        p->held.count = 0;
    }
    p->needed = needed;
}

void port_turn(struct rtp_port *p, int64_t tick) {
    playout_turn(&p->playout, &p->timeline, tick);
    show_playout(p);
}

static void prepare(struct rtp_port *p, int64_t until) {
    timeline_prepare(&p->timeline, until);
    atomic_store_explicit(&p->counters.concealed, p->timeline.concealed, memory_order_relaxed);
}

void port_listen(struct rtp_port *p, int64_t position, int32_t *sums, size_t count, const struct gain *gain) {
    prepare(p, position + (int64_t)count + (port_is_wide(p) ? RESAMPLE_REACH : 0));
    timeline_add(&p->timeline, position, sums, count, gain);
}

void port_listen_wide(struct rtp_port *p, int64_t position, int32_t *sums, size_t count, const struct gain *gain) {
    prepare(p, position + (int64_t)count);
    timeline_add_wide(&p->timeline, position, sums, count, gain);
}

void port_send(struct rtp_port *p, uint8_t *packet, const struct rtp_header *header, uint32_t length, int64_t now) {
    size_t size = RTP_HEADER + length;
    rtp_write(packet, header);
    if (p->remote.send && !crypto_protect(p->remote.send, packet, &size)) return; /* its number was used: a duplicate */
    int error = socket_send(p->sockets.rtp, p->connected ? NULL : &p->remote.address, packet, size);
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

/* Whether sound of this origin, sent now, follows closely on other sound. */
static bool follows(const struct rtp_port *p, uint32_t origin, int64_t now) {
    int64_t end = p->stream.last_at + p->stream.last_count;
    return p->stream.origin && origin != p->stream.origin && now - end <= MOST_JOINED;
}

static void join(int16_t last, int16_t *samples, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        samples[i] = (int16_t)(last + (samples[i] - last) * (int)(i + 1) / (int)(count + 1));
}

void port_join(struct rtp_port *p, uint32_t origin, uint8_t *payload, uint32_t span, int64_t now) {
    const struct codec *codec = p->remote.codec;
    int16_t last = p->last_sample;
    p->last_sample = 0;
    if (!codec->bytewise) return;
    if (follows(p, origin, now)) {
        int16_t samples[MIX_RAMP];
        uint32_t ramp = span < MIX_RAMP ? span : MIX_RAMP;
        codec->decode(NULL, samples, payload, ramp);
        join(last, samples, ramp);
        codec->encode(NULL, payload, samples, ramp);
    }
    codec->decode(NULL, &p->last_sample, payload + span - 1, 1);
}

static void open_encoder(const struct mx *m, uint32_t slot) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    if (p->remote.codec->open_encoder) p->remote.codec->open_encoder(memory_of(m, slot) + PORT_ENCODER, &p->remote.wishes);
    p->encoding = true;
}

/* `at`: position of the first sample. Returns the bytes of payload. */
static uint32_t encode(struct mx *m, uint32_t slot, int16_t *samples, uint32_t span, int64_t at) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    const struct codec *codec = p->remote.codec;
    if (follows(p, STREAM_OF_MIX, at)) join(p->last_sample, samples, MIX_RAMP * codec->width);
    if (!p->encoding || p->stream.origin != STREAM_OF_MIX) open_encoder(m, slot);
    return codec->encode(memory_of(m, slot) + PORT_ENCODER, m->media.payload, samples, span);
}

/* What was encoded, whose last sample was that, as a packet of this port. */
static void send_encoded(struct mx *m, struct rtp_port *p, uint32_t length, int16_t last, uint32_t span, int64_t at) {
    struct rtp_header header = {
        .marker = p->paused && length,
        .payload_type = p->remote.payload_type,
        .sequence = p->mixed,
        .timestamp = (uint32_t)at * p->remote.codec->ticks,
    };
    p->last_sample = last;
    p->paused = !length;
    if (!length) return;
    p->mixed++;
    memcpy(m->media.packet + RTP_HEADER, m->media.payload, length);
    if (stream_map(&p->stream, STREAM_OF_MIX, &header, span, at)) port_send(p, m->media.packet, &header, length, at);
}

static void send_samples(struct mx *m, uint32_t slot, int16_t *samples, uint32_t span, int64_t at) {
    uint32_t length = encode(m, slot, samples, span, at);
    struct rtp_port *p = &m->media.slots[slot].rtp;
    send_encoded(m, p, length, samples[span * p->remote.codec->width - 1], span, at);
}

static bool same_wishes(const struct codec_wishes *a, const struct codec_wishes *b) {
    return a->max_bitrate == b->max_bitrate && a->fec == b->fec && a->dtx == b->dtx && a->cbr == b->cbr;
}

bool port_can_share(const struct rtp_port *p, int64_t tick) {
    return port_sends(p, tick) && !p->dialled.sounding && p->stream.origin == STREAM_OF_MIX &&
           p->remote.packet == MX_TICK_SAMPLES && (!p->waiting || p->waits_until != tick);
}

bool port_shares(const struct rtp_port *p, const struct rtp_port *other, int64_t tick) {
    return port_can_share(other, tick) && p->remote.codec == other->remote.codec &&
           (!p->remote.codec->shareable || same_wishes(&p->remote.wishes, &other->remote.wishes));
}

/* The one whose encoder goes on. */
static uint32_t leader_of(const struct mx *m, const uint32_t *slots, uint32_t count) {
    for (uint32_t i = 0; i < count; i++)
        if (m->media.slots[slots[i]].rtp.encoding) return slots[i];
    return slots[0];
}

void port_send_shared(struct mx *m, const uint32_t *slots, uint32_t count, int16_t *samples, int64_t tick) {
    uint32_t leader = leader_of(m, slots, count), length = 0;
    const struct codec *codec = m->media.slots[leader].rtp.remote.codec;
    int16_t last = samples[MX_TICK_SAMPLES * codec->width - 1];
    if (codec->shareable) length = encode(m, leader, samples, MX_TICK_SAMPLES, tick);
    for (uint32_t i = 0; i < count; i++) {
        struct rtp_port *p = &m->media.slots[slots[i]].rtp;
        if (codec->shareable) p->encoding = slots[i] == leader;
        else length = encode(m, slots[i], samples, MX_TICK_SAMPLES, tick);
        p->waiting = 0;
        send_encoded(m, p, length, last, MX_TICK_SAMPLES, tick);
    }
}

void port_send_mix(struct mx *m, uint32_t slot, int16_t *samples, int64_t tick) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    uint32_t width = p->remote.codec->width, packet = p->remote.packet;
    int16_t *waiting = (int16_t *)(memory_of(m, slot) + PORT_WAITING);
    if (p->waits_until != tick) p->waiting = 0;
    if (packet == MX_TICK_SAMPLES && !p->waiting) {
        send_samples(m, slot, samples, MX_TICK_SAMPLES, tick);
        return;
    }
    memcpy(waiting + p->waiting * width, samples, MX_TICK_SAMPLES * width * sizeof *samples);
    p->waiting += MX_TICK_SAMPLES;
    p->waits_until = tick + MX_TICK_SAMPLES;
    for (; p->waiting >= packet; p->waiting -= packet) {
        send_samples(m, slot, waiting, packet, p->waits_until - p->waiting);
        memmove(waiting, waiting + packet * width, (p->waiting - packet) * width * sizeof *waiting);
    }
}

void port_queue_digits(struct mx *m, uint32_t slot, const uint8_t *codes, uint32_t count, uint32_t duration,
                       uint32_t gap, bool asked) {
    for (uint32_t i = 0; i < count; i++) digits_queue(&m->media.slots[slot].rtp.dialled, codes[i], duration, gap, asked);
    roster_add(&m->media.dialling, slot);
}

/* In one stream with the mix, on the same clock: a digit takes the place of the sound it interrupts. */
static void send_digit_packet(struct mx *m, struct rtp_port *p, const struct digit_packet *digit, int64_t tick) {
    struct rtp_header header = {
        .marker = digit->marker,
        .payload_type = (uint8_t)p->remote.telephone_event,
        .sequence = p->mixed++,
        .timestamp = (uint32_t)digit->start * p->stream.ticks,
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
    close_socket(&p->sockets.rtp);
    close_socket(&p->sockets.rtcp);
    close_socket(&p->sockets.aside);
}
