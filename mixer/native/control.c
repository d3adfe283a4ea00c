/* The control thread's side of mixer.h: what can be refused is refused here, at once; the rest is a command. */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>

#include "core.h"
#include "level.h"
#include "quality.h"

static struct claim *claim_of(const struct mx *m, mx_port port) {
    if (port.slot >= m->max_ports) return NULL;
    struct claim *claim = &m->control.claims[port.slot];
    return claim->open && claim->generation == port.generation ? claim : NULL;
}

static uint64_t value_of(const _Atomic uint64_t *counter) { return atomic_load_explicit(counter, memory_order_relaxed); }

static void wake(const struct mx *m) {
    uint64_t one = 1;
    ssize_t written = write(m->wake_fd, &one, sizeof one);
    (void)written; /* it fails only when the media thread has 2^64 - 2 of them to read */
}

/* Only after ring_has_room(). */
static void ask(struct mx *m, struct command *command) {
    command->at = position_of(m, now_ns(m));
    ring_push(&m->commands, command);
    wake(m);
}

void control_tidy(struct mx *m) {
    struct crypto_context *context;
    while (ring_pop(&m->spent, &context)) crypto_close(context);
}

/* Slots that the media thread has let go of are free again, and their pages go back to the kernel. */
static void reclaim(struct mx *m) {
    struct control *control = &m->control;
    uint32_t slot;
    control_tidy(m);
    while (ring_pop(&m->released, &slot)) {
        struct claim *claim = &control->claims[slot];
        if (claim->clip) mx_clip_release(claim->clip);
        madvise(samples_of(m, slot), SLOT_BYTES, MADV_DONTNEED);
        *claim = (struct claim){.generation = claim->generation + 1};
        control->free[control->free_count++] = slot;
    }
}

/* A slot that may be opened; MX_FULL when there is none, or no way to say so. */
static mx_result next_slot(struct mx *m, uint32_t *slot) {
    reclaim(m);
    if (!m->control.free_count || !ring_has_room(&m->commands)) return MX_FULL;
    *slot = m->control.free[m->control.free_count - 1];
    return MX_OK;
}

/* Take what next_slot() gave and make it known; everything in the slot is ready. */
static mx_port open_slot(struct mx *m, uint32_t slot, struct claim opened) {
    struct claim *claim = &m->control.claims[slot];
    opened.generation = claim->generation;
    opened.open = true;
    *claim = opened;
    m->control.free_count--;
    m->control.ports_open++;
    m->media.slots[slot].kind = opened.kind;
    m->media.slots[slot].generation = opened.generation;
    ask(m, &(struct command){.verb = VERB_OPEN, .slot = slot});
    return (mx_port){.slot = slot, .generation = opened.generation};
}

/* Touched here, so that the media thread never waits for a page. */
static int16_t *touch_samples(const struct mx *m, uint32_t slot, size_t bytes) {
    return memset(samples_of(m, slot), 0, bytes);
}

static void touch_bytes(const struct mx *m, uint32_t slot, size_t offset, size_t bytes) {
    if (bytes) madvise(memory_of(m, slot) + offset, bytes, MADV_POPULATE_WRITE); /* before Linux 5.14 in vain, and no harm */
}

/* What the codec of the phone needs besides; the media thread may be using it already. */
static void touch_port(const struct mx *m, uint32_t slot, const struct remote *remote) {
    const struct codec *codec = remote->codec;
    if (codec->width > 1) touch_bytes(m, slot, TIMELINE_BYTES, TIMELINE_WIDE_BYTES);
    if (remote->packet != MX_TICK_SAMPLES) touch_bytes(m, slot, PORT_WAITING, PORT_WAITING_BYTES);
    if (codec->encoder_bytes) touch_bytes(m, slot, PORT_ENCODER, codec->encoder_bytes());
    if (codec->decoder_bytes) touch_bytes(m, slot, PORT_DECODER, codec->decoder_bytes());
    if (codec->open_decoder) touch_bytes(m, slot, PORT_HELD, PORT_HELD_BYTES);
}

static bool bind_pair(const struct mx *m, const struct address *local, struct port_sockets *sockets) {
    struct address above = address_next_port(local);
    if ((sockets->rtp = socket_open(local, m->dscp)) < 0) return false;
    if ((sockets->rtcp = socket_open(&above, m->dscp)) >= 0) return true;
    int error = errno;
    close(sockets->rtp);
    errno = error;
    return false;
}

/* The pairs take turns: what still arrives for a call that has ended meets no other. */
static mx_result bind_next_pair(struct mx *m, mx_family family, struct port_sockets *sockets, struct address *local) {
    uint32_t first = (m->port_min + 1u) & ~1u, pairs = (m->port_max + 1u - first) / 2;
    for (uint32_t tries = 0; tries < pairs; tries++) {
        *local = address_at_port(&m->hosts[family], m->control.next_rtp_port);
        uint32_t next = m->control.next_rtp_port + 2u;
        m->control.next_rtp_port = (uint16_t)(next + 1 > m->port_max ? first : next);
        if (bind_pair(m, local, sockets)) return MX_OK;
        if (errno != EADDRINUSE && errno != EACCES) return errno == EADDRNOTAVAIL ? MX_INVALID : MX_FULL;
    }
    return MX_NO_PORT;
}

/* Take what next_slot() gave for an RTP port. */
static mx_result open_port(mx *m, uint32_t slot, struct port_sockets sockets, struct claim claim, mx_port *port) {
    struct port_seed seed;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed) return MX_FULL;
    touch_samples(m, slot, TIMELINE_BYTES);
    port_open(m, slot, claim.listen_only, sockets, &seed, position_of(m, now_ns(m)));
    claim.kind = KIND_RTP;
    claim.ssrc = seed.ssrc;
    *port = open_slot(m, slot, claim);
    return MX_OK;
}

mx_result mx_open_rtp(mx *m, mx_family family, bool listen_only, mx_port *port, uint16_t *rtp_port) {
    uint32_t slot;
    struct port_sockets sockets = {.aside = -1};
    struct claim claim = {.listen_only = listen_only};
    if (!m->hosts[family].family) return MX_INVALID;
    mx_result result = next_slot(m, &slot);
    if (result == MX_OK) result = bind_next_pair(m, family, &sockets, &claim.local);
    if (result != MX_OK) return result;
    *rtp_port = address_port(&claim.local);
    result = open_port(m, slot, sockets, claim, port);
    if (result != MX_OK) {
        close(sockets.rtp);
        close(sockets.rtcp);
    }
    return result;
}

mx_result mx_open_shared(mx *m, mx_family family, uint16_t udp_port, int aside, bool listen_only, mx_port *port) {
    uint32_t slot;
    if (!m->hosts[family].family || !udp_port || aside < 0) return MX_INVALID;
    struct claim claim = {
        .listen_only = listen_only, .shared = true, .local = address_at_port(&m->hosts[family], udp_port)};
    mx_result result = next_slot(m, &slot);
    if (result != MX_OK) return result;
    return open_port(m, slot, (struct port_sockets){-1, -1, aside}, claim, port);
}

static bool is_payload_type(int type) { return type >= 0 && type < 128; }

static bool read_remote(struct remote *to, const mx_remote *from, const struct address *local) {
    *to = (struct remote){
        .learning = from->learn_from != NULL,
        .muxed = from->rtcp_mux,
        .rtcp_fd = -1,
        .rtp_fd = -1,
        .codec = codec_named(from->codec, from->clock_rate),
        .wishes = {from->max_bitrate, from->fec, from->dtx, from->cbr},
        .payload_type = from->payload_type,
        .receive_payload_type = from->receive_payload_type,
        .telephone_event = from->telephone_event,
        .receive_telephone_event = from->receive_telephone_event,
    };
    bool placed = address_parse(&to->address, from->address, from->rtp_port) && address_same_family(&to->address, local);
    to->told = to->address;
    if (to->codec) to->packet = codec_packet(to->codec, from->ptime_ms);
    return to->codec && from->ptime_ms > 0 && placed &&
           (!from->learn_from ||
            (address_parse(&to->learn_from, from->learn_from, 0) && address_same_family(&to->learn_from, local))) &&
           is_payload_type(from->payload_type) && is_payload_type(from->receive_payload_type) &&
           (from->telephone_event == -1 || is_payload_type(from->telephone_event)) &&
           (from->receive_telephone_event == -1 || is_payload_type(from->receive_telephone_event));
}

/* Under the keys it had before a phone stays in its session: packets go on being counted, and none comes a second time. */
static mx_result read_keys(struct claim *claim, const mx_srtp *srtp) {
    struct crypto_context *send = NULL, *receive = NULL;
    if (srtp && crypto_key_bytes(srtp->suite) != srtp->key_bytes) return MX_INVALID;
    if (srtp) {
        bool sends = crypto_has_key(claim->send, srtp->suite, srtp->send_key, srtp->key_bytes);
        bool receives = crypto_has_key(claim->receive, srtp->suite, srtp->receive_key, srtp->key_bytes);
        send = sends ? claim->send : crypto_open_sender(srtp->suite, srtp->send_key, srtp->key_bytes, claim->ssrc);
        receive = receives ? claim->receive : crypto_open_receiver(srtp->suite, srtp->receive_key, srtp->key_bytes);
        if (!send || !receive) {
            if (!sends) crypto_close(send);
            if (!receives) crypto_close(receive);
            return MX_FULL;
        }
    }
    claim->send = send;
    claim->receive = receive;
    return MX_OK;
}

/* The RTCP port that was given back, for a phone that wants it after all; -1 when it is there, or not to be had: then RTCP
 * leaves by the RTP port. */
static int reopen_rtcp(const struct mx *m, struct claim *claim, bool muxed) {
    struct address above = address_next_port(&claim->local);
    bool again = claim->muxed && !muxed && !claim->shared;
    claim->muxed = muxed;
    return again ? socket_open(&above, m->dscp) : -1;
}

/* A shared port has a socket for each peer, one after the other: of one without a peer the kernel would take from others. */
static mx_result place_shared(const struct mx *m, const struct claim *claim, struct remote *remote) {
    if (remote->learning || !remote->muxed || !address_usable(&remote->address)) return MX_INVALID;
    if (address_equal(&claim->peer, &remote->address)) return MX_OK;
    remote->rtp_fd = socket_open_shared(&claim->local, m->dscp, &remote->address);
    if (remote->rtp_fd < 0) return errno == EADDRINUSE ? MX_NO_PORT : MX_FULL;
    return MX_OK;
}

mx_result mx_set_remote(mx *m, mx_port port, const mx_remote *remote) {
    struct claim *claim = claim_of(m, port);
    struct command command = {.verb = VERB_REMOTE, .slot = port.slot};
    if (!claim) return MX_GONE;
    if (claim->kind != KIND_RTP || !read_remote(&command.remote, remote, &claim->local)) return MX_INVALID;
    if (!ring_has_room(&m->commands)) return MX_FULL;
    control_tidy(m);
    mx_result result = claim->shared ? place_shared(m, claim, &command.remote) : MX_OK;
    if (result == MX_OK) result = read_keys(claim, remote->srtp);
    if (result != MX_OK) {
        if (command.remote.rtp_fd >= 0) close(command.remote.rtp_fd);
        return result;
    }
    if (claim->shared) claim->peer = command.remote.address;
    command.remote.send = claim->send;
    command.remote.receive = claim->receive;
    claim->sends_digits = remote->telephone_event >= 0;
    command.remote.rtcp_fd = reopen_rtcp(m, claim, remote->rtcp_mux);
    touch_port(m, port.slot, &command.remote);
    ask(m, &command);
    return MX_OK;
}

static bool read_digits(struct command *command, const char *digits, uint32_t duration_ms, uint32_t gap_ms) {
    size_t count = strlen(digits);
    command->digits.count = (uint32_t)count;
    command->digits.duration = duration_ms * (MX_SAMPLE_RATE / 1000);
    command->digits.gap = gap_ms * (MX_SAMPLE_RATE / 1000);
    for (size_t i = 0; i < count && i < MX_MAX_DIGITS; i++) {
        if (digit_code(digits[i]) < 0) return false;
        command->digits.codes[i] = (uint8_t)digit_code(digits[i]);
    }
    return count > 0 && duration_ms >= MX_LEAST_DIGIT_MS && duration_ms <= MX_MOST_DIGIT_MS &&
           gap_ms >= MX_LEAST_GAP_MS && gap_ms <= MX_MOST_DIGIT_MS;
}

mx_result mx_send_digits(mx *m, mx_port port, const char *digits, uint32_t duration_ms, uint32_t gap_ms) {
    struct claim *claim = claim_of(m, port);
    struct command command = {.verb = VERB_DIGITS, .slot = port.slot};
    if (!claim) return MX_GONE;
    if (claim->kind != KIND_RTP || !read_digits(&command, digits, duration_ms, gap_ms)) return MX_INVALID;
    if (!claim->sends_digits) return MX_NO_EVENTS;
    const struct counters *c = &m->media.slots[port.slot].rtp.counters;
    uint32_t waiting = claim->digits_asked - (uint32_t)value_of(&c->digits_done);
    if (command.digits.count > MX_MAX_DIGITS - waiting || !ring_has_room(&m->commands)) return MX_FULL;
    claim->digits_asked += command.digits.count;
    ask(m, &command);
    return MX_OK;
}

mx_result mx_detect_tones(mx *m, mx_port port, bool on) {
    const struct claim *claim = claim_of(m, port);
    if (!claim) return MX_GONE;
    if (claim->kind != KIND_RTP) return MX_INVALID;
    if (!ring_has_room(&m->commands)) return MX_FULL;
    ask(m, &(struct command){.verb = VERB_TONES, .slot = port.slot, .detect_tones = on});
    return MX_OK;
}

mx_result mx_open_player(mx *m, mx_clip *clip, bool loop, mx_port *port) {
    uint32_t slot;
    mx_result result = next_slot(m, &slot);
    if (result != MX_OK) return result;
    clip->references++;
    m->media.slots[slot].player = (struct player){.clip = clip, .loop = loop};
    *port = open_slot(m, slot, (struct claim){.kind = KIND_PLAYER, .clip = clip});
    return MX_OK;
}

static mx_result open_tap(mx *m, uint32_t width, mx_port *port) {
    uint32_t slot;
    mx_result result = next_slot(m, &slot);
    if (result != MX_OK) return result;
    int64_t now = position_of(m, now_ns(m));
    tap_open(&m->taps[slot], touch_samples(m, slot, TAP_BYTES), m->control.claims[slot].generation, width, now);
    *port = open_slot(m, slot, (struct claim){.kind = KIND_TAP});
    return MX_OK;
}

mx_result mx_open_tap(mx *m, mx_port *port) { return open_tap(m, 1, port); }

mx_result mx_open_wide_tap(mx *m, mx_port *port) { return open_tap(m, CODEC_MOST_WIDTH, port); }

static void forget_routes(struct routes *asked, uint32_t slot) {
    struct edge *edge;
    while ((edge = routes_of_source(asked, slot)) || (edge = routes_of_sink(asked, slot))) routes_remove(asked, edge);
}

mx_result mx_close_port(mx *m, mx_port port) {
    struct claim *claim = claim_of(m, port);
    if (!claim) return MX_GONE;
    if (!ring_has_room(&m->commands)) return MX_FULL;
    claim->open = false;
    m->control.ports_open--;
    forget_routes(&m->control.asked, port.slot);
    ask(m, &(struct command){.verb = VERB_CLOSE, .slot = port.slot});
    return MX_OK;
}

static bool can_speak(const struct claim *claim, uint32_t channel) {
    return channel == 0 && (claim->kind == KIND_PLAYER || (claim->kind == KIND_RTP && !claim->listen_only));
}

static bool can_hear(const struct claim *claim, uint32_t channel) {
    return (claim->kind == KIND_RTP && channel == 0) || (claim->kind == KIND_TAP && channel <= 1);
}

static struct command route_command(enum verb verb, mx_port source, mx_port sink, int gain_q8) {
    struct command command = {.verb = verb, .slot = source.slot};
    command.route.sink = sink.slot;
    command.route.channel = sink.channel;
    command.route.gain_q8 = gain_q8;
    return command;
}

mx_result mx_route(mx *m, mx_port source, mx_port sink, int gain_q8) {
    const struct claim *from = claim_of(m, source), *to = claim_of(m, sink);
    if (!from || !to) return MX_GONE;
    if (!can_speak(from, source.channel) || !can_hear(to, sink.channel)) return MX_REFUSED;
    if (gain_q8 < 0 || gain_q8 > MX_MAX_GAIN) return MX_INVALID;
    if (!ring_has_room(&m->commands)) return MX_FULL;
    struct edge *edge = routes_find(&m->control.asked, source.slot, sink.slot, sink.channel);
    if (!edge && !routes_add(&m->control.asked, source.slot, sink.slot, sink.channel)) return MX_FULL;
    struct command command = route_command(VERB_ROUTE, source, sink, gain_q8);
    ask(m, &command);
    return MX_OK;
}

mx_result mx_unroute(mx *m, mx_port source, mx_port sink) {
    if (!claim_of(m, source) || !claim_of(m, sink)) return MX_GONE;
    if (!ring_has_room(&m->commands)) return MX_FULL;
    struct edge *edge = routes_find(&m->control.asked, source.slot, sink.slot, sink.channel);
    if (!edge) return MX_OK;
    routes_remove(&m->control.asked, edge);
    struct command command = route_command(VERB_UNROUTE, source, sink, 0);
    ask(m, &command);
    return MX_OK;
}

size_t mx_tap_read(mx *m, mx_port tap, int16_t *frames, size_t max_frames, mx_tap_state *state) {
    *state = (mx_tap_state){.ended = true};
    if (tap.slot >= m->max_ports) return 0;
    return tap_read(&m->taps[tap.slot], tap.generation, frames, max_frames, state);
}

void mx_tap_forget(mx *m, mx_port tap) {
    if (tap.slot < m->max_ports) tap_forget(&m->taps[tap.slot], tap.generation);
}

mx_result mx_stats(const mx *m, mx_port port, mx_port_stats *stats) {
    const struct claim *claim = claim_of(m, port);
    if (!claim) return MX_GONE;
    if (claim->kind != KIND_RTP) return MX_INVALID;
    const struct counters *c = &m->media.slots[port.slot].rtp.counters;
    *stats = (mx_port_stats){
        .received = value_of(&c->received),
        .sent = value_of(&c->sent),
        .lost = value_of(&c->lost),
        .strangers = value_of(&c->strangers),
        .malformed = value_of(&c->malformed),
        .forged = value_of(&c->forged),
        .unexpected = value_of(&c->unexpected),
        .misplaced = value_of(&c->misplaced),
        .realigned = value_of(&c->realigned),
        .epochs = value_of(&c->epochs),
        .send_errors = value_of(&c->send_errors),
        .rtcp_received = value_of(&c->rtcp_received),
        .concealed_ms = (double)value_of(&c->concealed) * 1000 / MX_SAMPLE_RATE,
        .digits = value_of(&c->digits),
        .digits_lost = value_of(&c->digits_lost),
        .playout_ms = atomic_load_explicit(&c->playout, memory_order_relaxed) * 1000.0 / MX_SAMPLE_RATE,
        .jitter_ms = atomic_load_explicit(&c->jitter, memory_order_relaxed) * 1000.0 / MX_SAMPLE_RATE,
        .rtt_ms = atomic_load_explicit(&c->rtt_65536ths, memory_order_relaxed) * 1000.0 / 65536,
        .level_dbov = level_dbov(atomic_load_explicit(&c->power, memory_order_relaxed)),
        .speaking = atomic_load_explicit(&c->speaking, memory_order_relaxed),
        .speech_ms = (double)value_of(&c->speech) * 1000 / MX_SAMPLE_RATE,
    };
    double sent = (double)(stats->received + stats->lost);
    if (stats->received)
        stats->mos = quality_mos((double)stats->lost / sent, quality_delay_ms(stats->rtt_ms, stats->jitter_ms));
    return MX_OK;
}

/* The lateness that 99 of 100 ticks stay below or at. */
static double p99_ms(const struct gauges *g) {
    uint64_t counts[LATENESS_STEPS], all = 0, seen = 0;
    for (int i = 0; i < LATENESS_STEPS; i++) all += counts[i] = value_of(&g->lateness[i]);
    for (int i = 0; i < LATENESS_STEPS; i++) {
        seen += counts[i];
        if (seen && seen * 100 >= all * 99) return (i + 1) * (LATENESS_STEP_NS / 1e6);
    }
    return 0;
}

mx_totals mx_get_totals(mx *m) {
    return (mx_totals){
        .cpu_seconds = thread_cpu_seconds(m),
        .ticks = value_of(&m->gauges.ticks),
        .late_ticks = value_of(&m->gauges.late_ticks),
        .worst_ms = (double)value_of(&m->gauges.worst_ns) / 1e6,
        .p99_ms = p99_ms(&m->gauges),
        .ports_open = m->control.ports_open,
    };
}

int mx_wakeup_fd(const mx *m) { return m->events_fd; }

bool mx_next_event(mx *m, mx_event *event) {
    if (ring_pop(&m->events, event)) return true;
    uint64_t value;
    ssize_t size = read(m->events_fd, &value, sizeof value);
    (void)size; /* whatever came between the two looks is found by the second */
    return ring_pop(&m->events, event);
}

bool mx_codec(size_t index, const char **name, uint8_t *payload_type, uint32_t *clock_rate, uint8_t *channels) {
    const struct codec *codec = codec_at(index);
    if (!codec) return false;
    *name = codec->name;
    *payload_type = codec->payload_type;
    *clock_rate = codec->clock_rate;
    *channels = codec->channels;
    return true;
}
