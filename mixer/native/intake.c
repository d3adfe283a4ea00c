/* What comes to an RTP port: who may speak, what kind of packet it is, and where its content goes. */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "bytes.h"
#include "core.h"

enum {
    DIGIT_EVERY = 400, /* 50 ms: nobody dials faster */
    DIGITS_AT_ONCE = 32, /* after a stall of the network */
    COMFORT_NOISE = 13,  /* static payload type, RFC 3389 §4: it needs no negotiation */
    BELATED = 40,        /* 5 ms later than the packet before: others may have caught up with it */
    BURST = 64,          /* packets taken from one socket at once */
    LEAST_DIGIT = MX_LEAST_DIGIT_MS * MX_SAMPLE_RATE / 1000,
    MOST_DIGIT = MX_MOST_DIGIT_MS * MX_SAMPLE_RATE / 1000,
    LEAST_GAP = MX_LEAST_GAP_MS * MX_SAMPLE_RATE / 1000,
    MOST_MADE_UP = 960,  /* positions that a decoder makes up for, 120 ms */
};

enum content { SOUND, EVENT, NOISE_LEVEL, NOT_NEGOTIATED };

static int type_at(const struct rtp_port *sink, enum content content) {
    return content == SOUND ? sink->remote.payload_type : content == EVENT ? sink->remote.telephone_event : COMFORT_NOISE;
}

static void forward(struct mx *m, struct rtp_port *sink, const struct rtp_port *source, const struct rtp_packet *packet,
                    enum content content, int64_t now) {
    int type = type_at(sink, content);
    if (type < 0 || !port_sends(sink, now) || sink->dialled.sounding) return;
    struct rtp_header header = packet->header;
    uint8_t *payload = m->media.packet + RTP_HEADER;
    const uint8_t *codes = content == SOUND ? codec_transcoding(source->remote.codec, sink->remote.codec) : NULL;
    if (codes) {
        for (uint32_t i = 0; i < packet->length; i++) payload[i] = codes[packet->payload[i]];
    } else {
        memcpy(payload, packet->payload, packet->length);
    }
    if (content == SOUND) port_join(sink, source->epoch, payload, packet->span, now);
    if (!stream_map(&sink->stream, source->epoch, &header, packet->span, now)) return;
    header.payload_type = (uint8_t)type;
    port_send(sink, m->media.packet, &header, packet->length, now);
}

static void relay(struct mx *m, uint32_t source, const struct rtp_packet *packet, enum content content, int64_t now) {
    const struct routes *routes = &m->media.routes;
    for (struct edge *e = routes_of_source(routes, source); e; e = routes_next_of_source(routes, e)) {
        struct slot *sink = &m->media.slots[e->sink];
        if (sink->kind == KIND_RTP && sink->rtp.relayed == source)
            forward(m, &sink->rtp, &m->media.slots[source].rtp, packet, content, now);
    }
}

static void begin_epoch(struct mx *m, struct rtp_port *p) { p->epoch = STREAM_OF_MIX + ++m->media.epochs; }

/* No phone makes Python work more than a caller could. */
static void tell_digit(struct mx *m, uint32_t slot, const struct digit *digit, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    if (p->digits_until < now) p->digits_until = now;
    bool flood = p->digits_until - now >= DIGITS_AT_ONCE * DIGIT_EVERY;
    if (flood || !media_tell_digit(m, slot, digit)) {
        count_one(&p->counters.digits_lost);
        return;
    }
    p->digits_until += DIGIT_EVERY;
    count_one(&p->counters.digits);
}

/* Whoever gets no packets of this phone but its sound, and no other's, is sent the digit anew. */
static void pass_on_digit(struct mx *m, uint32_t slot, const struct digit *digit) {
    const struct routes *routes = &m->media.routes;
    uint32_t duration = digit->duration;
    if (duration < LEAST_DIGIT) duration = LEAST_DIGIT;
    if (duration > MOST_DIGIT) duration = MOST_DIGIT;
    for (struct edge *e = routes_of_source(routes, slot); e; e = routes_next_of_source(routes, e)) {
        const struct slot *sink = &m->media.slots[e->sink];
        bool alone = !routes_next_of_sink(routes, routes_of_sink(routes, e->sink));
        if (sink->kind != KIND_RTP || sink->rtp.relayed == slot || !alone || !e->gain.to_q8) continue;
        if (sink->rtp.remote.telephone_event >= 0 && sink->rtp.dialled.count < MX_MAX_DIGITS)
            port_queue_digits(m, e->sink, &digit->code, 1, duration, LEAST_GAP, false);
    }
}

static void take_event(struct mx *m, uint32_t slot, const struct digit *digit, int64_t now) {
    tell_digit(m, slot, digit, now);
    pass_on_digit(m, slot, digit);
}

static void restart_digits(struct mx *m, uint32_t slot, int64_t now) {
    struct digit digit;
    if (digits_restart(&m->media.slots[slot].rtp.digits, &digit)) take_event(m, slot, &digit, now);
}

/* Several events in one packet follow on each other (RFC 4733 §2.5.1.5). */
static void hear_events(struct mx *m, uint32_t slot, const struct rtp_packet *packet, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    uint32_t timestamp = packet->header.timestamp;
    for (uint32_t at = 0; at < packet->length; at += DIGIT_BLOCK) {
        struct digit found[2];
        uint32_t count = digits_take(&p->digits, packet->payload + at, timestamp, now, found);
        for (uint32_t i = 0; i < count; i++) take_event(m, slot, &found[i], now);
        timestamp += get16(packet->payload + at + 2);
    }
}

static void hear_tones(struct mx *m, uint32_t slot, uint32_t timestamp, const int16_t *samples, size_t count,
                       int64_t now) {
    struct tone_detector *tones = &m->media.slots[slot].rtp.tones;
    for (size_t at = 0, taken; at < count; at += taken) {
        struct digit digit;
        bool ended;
        taken = tones_take(tones, timestamp + (uint32_t)at, samples + at, count - at, now, &digit, &ended);
        if (ended) tell_digit(m, slot, &digit, now);
    }
}

void port_expire_digits(struct mx *m, uint32_t slot, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    struct digit digit;
    if (digits_expire(&p->digits, now, &digit)) take_event(m, slot, &digit, now);
    if (tones_expire(&p->tones, now, &digit)) tell_digit(m, slot, &digit, now);
}

static void restart(struct mx *m, uint32_t slot, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    port_catch_up(m, slot, INT64_MAX, now);
    begin_epoch(m, p);
    p->decoding = false;
    timeline_restart(&p->timeline);
    restart_digits(m, slot, now);
}

/* How a packet lies to those before it. */
struct sequel {
    bool newest;     /* not overtaken by another */
    bool after_loss; /* others should have come before it */
    bool moved;      /* it does not lie where it would follow on them */
};

/* What meters and detectors look at: pairs of samples become one, as none of them cares for what is above 4 kHz. */
static const int16_t *fold(const int16_t *samples, int16_t *folded, uint32_t span, uint32_t width) {
    if (width == 1) return samples;
    for (uint32_t i = 0; i < span; i++) folded[i] = (int16_t)((samples[2 * i] + samples[2 * i + 1]) / 2);
    return folded;
}

static void judge(struct mx *m, uint32_t slot, const struct rtp_packet *packet, const int16_t *samples, bool newest,
                  int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    int16_t folded[RTP_MAX_PAYLOAD];
    const int16_t *narrow = fold(samples, folded, packet->span, p->remote.codec->width);
    level_take(&p->level, narrow, packet->span, now);
    port_show_level(p);
    if (p->detects_tones && newest)
        hear_tones(m, slot, packet->header.timestamp / p->remote.codec->ticks, narrow, packet->span, now);
}

/* A decoder that can makes up for what was lost just before this packet, which may bring a copy of it. */
static bool make_up(struct mx *m, uint32_t slot, const struct rtp_packet *packet, int64_t position) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    int16_t samples[CODEC_MOST_WIDTH * MOST_MADE_UP];
    int64_t gap = position - p->decoded;
    if (!p->remote.codec->conceal || gap <= 0 || gap > MOST_MADE_UP) return false;
    p->remote.codec->conceal(memory_of(m, slot) + PORT_DECODER, samples, (uint32_t)gap, packet->payload, packet->length);
    timeline_write(&p->timeline, p->decoded, samples, (size_t)gap, false);
    p->timeline.concealed += (uint64_t)gap;
    return true;
}

/* Decode it, and put the sound where it belongs in time. */
static void say(struct mx *m, uint32_t slot, const struct rtp_packet *packet, int64_t position, struct sequel sequel,
                int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    const struct codec *codec = p->remote.codec;
    uint8_t *decoder = memory_of(m, slot) + PORT_DECODER;
    int16_t samples[CODEC_MOST_WIDTH * RTP_MAX_PAYLOAD];
    bool fresh = !p->decoding;
    if (fresh && codec->open_decoder) codec->open_decoder(decoder);
    bool made_up = !fresh && sequel.after_loss && p->needed && make_up(m, slot, packet, position);
    codec->decode(decoder, samples, packet->payload, packet->length);
    p->decoding = true;
    p->decoded = position + packet->span;
    judge(m, slot, packet, samples, sequel.newest, now);
    if (!p->needed) return;
    bool after_loss = (sequel.after_loss && !made_up) || sequel.moved || fresh;
    timeline_write(&p->timeline, position, samples, packet->span, after_loss);
    mask_return(&p->mask, position);
    atomic_store_explicit(&p->counters.concealed, p->timeline.concealed, memory_order_relaxed);
}

static struct held_packet *held_memory(const struct mx *m, uint32_t slot) {
    return (struct held_packet *)(memory_of(m, slot) + PORT_HELD);
}

void port_catch_up(struct mx *m, uint32_t slot, int64_t until, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    const struct held_packet *first;
    while ((first = held_first(&p->held, held_memory(m, slot))) && (first->position <= p->decoded || first->position < until)) {
        struct rtp_packet packet = {
            .header.timestamp = first->timestamp, .payload = first->payload, .length = first->length, .span = first->span};
        struct sequel sequel = {true, first->position > p->decoded, first->position < p->decoded};
        held_drop_first(&p->held);
        say(m, slot, &packet, first->position, sequel, now);
    }
}

/* A decoder that remembers hears packets in their order, as long as readers can wait, and only while there are any. */
static void say_in_order(struct mx *m, uint32_t slot, const struct rtp_packet *packet, int64_t position,
                         struct sequel sequel, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    bool waits = p->held.count || sequel.after_loss || !sequel.newest;
    if (!p->needed && !p->detects_tones) {
        p->decoding = false;
    } else if (p->decoding && !sequel.newest && (!p->needed || position < p->decoded)) {
        count_one(&p->counters.misplaced);
    } else if (!p->decoding || !p->needed || !waits) {
        say(m, slot, packet, position, sequel, now);
    } else {
        if (held_is_full(&p->held)) port_catch_up(m, slot, held_first(&p->held, held_memory(m, slot))->position + 1, now);
        held_put(&p->held, held_memory(m, slot), packet, position);
        port_catch_up(m, slot, p->timeline.taken, now);
    }
}

static void keep(struct mx *m, uint32_t slot, const struct rtp_packet *packet, struct sequel sequel, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    int64_t position;
    enum placing placing =
        timeline_place(&p->timeline, packet->header.timestamp, packet->span, sequel.newest, now, latest(m), &position);
    if (placing == LOST) {
        count_one(&p->counters.misplaced);
        return;
    }
    if (placing == LEAPT) begin_epoch(m, p); /* whoever is relayed to sees no leap */
    if (placing != PLACED) count_one(&p->counters.realigned);
    if (p->needed) playout_note(&p->playout, next_tick(m) - position);
    sequel.moved = placing == REALIGNED;
    if (p->remote.codec->open_decoder) say_in_order(m, slot, packet, position, sequel, now);
    else say(m, slot, packet, position, sequel, now);
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

/* What a listen-only port receives ends with its statistics: silence by construction. */
static void use(struct mx *m, uint32_t slot, const struct rtp_packet *packet, enum content content, struct sequel sequel,
                int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    if (p->listen_only) return;
    switch (content) {
    case SOUND:
        keep(m, slot, packet, sequel, now);
        break;
    case EVENT:
        timeline_pause(&p->timeline);
        hear_events(m, slot, packet, now);
        break;
    case NOISE_LEVEL:
        if (p->needed && sequel.newest) timeline_noise(&p->timeline, packet->payload[0] & 0x7f);
        break;
    case NOT_NEGOTIATED:
        assert(!"it was dropped before");
    }
    relay(m, slot, packet, content, now);
}

/* Whether another packet may be waiting behind this one. */
static bool take(struct mx *m, uint32_t slot, const struct rtp_packet *packet, enum content content, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    bool first = !p->reception.started;
    uint16_t expected = (uint16_t)(p->reception.highest + 1);
    enum arrival arrival = reception_take(&p->reception, &packet->header);
    atomic_store_explicit(&p->counters.lost, reception_lost(&p->reception), memory_order_relaxed);
    if (arrival == ARRIVAL_MISPLACED) {
        count_one(&p->counters.misplaced);
        return true;
    }
    bool more = content != SOUND || arrival != ARRIVAL_NEWEST;
    if (arrival == ARRIVAL_EPOCH) {
        if (!first) count_one(&p->counters.epochs);
        restart(m, slot, now);
    }
    if (content == SOUND && arrival != ARRIVAL_OLDER) {
        uint32_t ticks = p->remote.codec->ticks;
        more |= reception_time(&p->reception, packet->header.timestamp, (uint32_t)now * ticks) > (int32_t)(BELATED * ticks);
        atomic_store_explicit(&p->counters.jitter, reception_jitter(&p->reception) / ticks, memory_order_relaxed);
    }
    struct sequel sequel = {
        .newest = arrival != ARRIVAL_OLDER,
        .after_loss = arrival == ARRIVAL_NEWEST && packet->header.sequence != expected,
    };
    use(m, slot, packet, content, sequel, now);
    return more;
}

static bool admits(const struct rtp_port *p, const struct address *from) {
    if (!port_reachable(p)) return false;
    return address_equal(from, &p->remote.address) ||
           (p->remote.learning && address_same_host(from, &p->remote.learn_from));
}

/* The source has shown itself: from now on only this one. */
static void settle(struct rtp_port *p, const struct address *from) {
    p->remote.address = *from;
    p->remote.learning = false;
    p->connected = socket_connect(p->sockets.rtp, from);
    p->sealed = false;
}

static enum content content_of(const struct rtp_port *p, uint8_t payload_type) {
    if (payload_type == p->remote.receive_telephone_event) return EVENT;
    if (payload_type == p->remote.receive_payload_type) return SOUND;
    return payload_type == COMFORT_NOISE ? NOISE_LEVEL : NOT_NEGOTIATED;
}

/* Nothing was there; or one packet, which came when it was expected; or one behind which there may be others. */
enum look { EMPTY, EXPECTED, MORE };

static enum look hear(struct mx *m, uint32_t slot, struct rtp_packet *packet, const struct address *from, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    enum content content = content_of(p, packet->header.payload_type);
    packet->span = content == SOUND ? p->remote.codec->span(packet->payload, packet->length) : 0;
    if ((content == EVENT && packet->length % DIGIT_BLOCK) || (content == SOUND && !packet->span)) {
        count_one(&p->counters.malformed);
        return MORE;
    }
    if (content == NOT_NEGOTIATED) {
        count_one(&p->counters.unexpected);
        return MORE;
    }
    if (p->remote.learning) settle(p, from);
    note_life(m, slot, now);
    return take(m, slot, packet, content, now) ? MORE : EXPECTED;
}

static enum look receive_one(struct mx *m, uint32_t slot, int64_t now) {
    struct rtp_port *p = &m->media.slots[slot].rtp;
    struct address from;
    struct rtp_packet packet;
    size_t length;
    ssize_t size = socket_receive(p->sockets.rtp, m->media.datagram, MAX_DATAGRAM, p->sealed ? NULL : &from);
    if (size < 0) {
        if (errno == EAGAIN) {
            p->sealed = p->connected; /* from now on the kernel admits the peer alone */
            return EMPTY;
        }
        if (errno != EINTR) port_leave_alone(p, now); /* ICMP: nobody there */
    } else if (!p->sealed && !admits(p, &from)) {
        count_one(&p->counters.strangers);
    } else if ((length = (size_t)size) > MAX_DATAGRAM) {
        count_one(&p->counters.malformed);
    } else if (port_is_shared(p) && !rtp_is_meant(m->media.datagram, length)) {
        (void)socket_send(p->sockets.aside, NULL, m->media.datagram, length); /* no room: it is sent again, all of it is */
    } else if (p->remote.muxed && rtcp_is_meant(m->media.datagram, length)) {
        port_take_rtcp(m, slot, length, now);
    } else if (p->remote.receive && !crypto_unprotect(p->remote.receive, m->media.datagram, &length)) {
        count_one(&p->counters.forged);
    } else if (!rtp_parse(m->media.datagram, length, &packet)) {
        count_one(&p->counters.malformed);
    } else {
        return hear(m, slot, &packet, &from, now);
    }
    return MORE;
}

void port_receive_rtp(struct mx *m, uint32_t slot, int64_t now) {
    enum look look = receive_one(m, slot, now);
    if (look != MORE) return;
    for (int i = 1; i < BURST && look != EMPTY; i++) look = receive_one(m, slot, now);
}
