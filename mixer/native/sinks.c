#include "sinks.h"

#include <assert.h>
#include <string.h>

#include "core.h"
#include "mix.h"
#include "resample.h"

enum {
    PULL_SAMPLES = 400, /* at once: keeps the sums of both sides in 3.2 kB */
    MOST_COMPANY = 64,  /* ports that are sent one mix */
    MOST_LOOKS = 128,   /* at others, for it: music may have a thousand listeners */
};

/* `gain` on the clock of the samples. */
static void add_source(const struct mx *m, uint32_t source, int64_t position, int32_t *sums, size_t count,
                       const struct gain *gain) {
    struct slot *slot = &m->media.slots[source];
    if (slot->kind == KIND_RTP) port_listen(&slot->rtp, position, sums, count, gain);
    else player_add(&slot->player, position, sums, count, gain);
}

/* Sound of a port at 8000 Hz, or at 16000 Hz. */
typedef void (*reading)(struct rtp_port *p, int64_t position, int32_t *sums, size_t count, const struct gain *gain);

static void add_behind(struct rtp_port *p, int64_t delay, reading read, int64_t position, int32_t *sums, size_t count,
                       const struct gain *gain) {
    struct gain then = {gain->from_q8, gain->to_q8, gain->since - delay};
    read(p, position - delay, sums, count, &then);
}

/* What a mix that begins at `tick` takes from `position` on: the past, as far back as the packets need. Where that changes
 * with this tick, what was heard fades into what is. */
static void add_past(struct rtp_port *p, int64_t tick, reading read, int64_t position, int32_t *sums, size_t count,
                     const struct gain *gain) {
    const struct playout *playout = &p->playout;
    port_turn(p, tick);
    if (playout->changed != tick) {
        add_behind(p, playout->delay, read, position, sums, count, gain);
        return;
    }
    struct gain fading = {gain_at(gain, tick), 0, tick}, rising = {0, gain->to_q8, tick};
    size_t ramp = (size_t)(tick + MIX_RAMP - position);
    add_behind(p, playout->before, read, position, sums, ramp < count ? ramp : count, &fading);
    add_behind(p, playout->delay, read, position, sums, count, &rising);
    timeline_return(&p->timeline, position + (int64_t)count - playout->delay);
}

/* Players need not wait for packets. */
static void add_to_mix(const struct mx *m, uint32_t source, int64_t tick, int64_t position, int32_t *sums, size_t count,
                       const struct gain *gain) {
    struct slot *slot = &m->media.slots[source];
    if (slot->kind == KIND_RTP) add_past(&slot->rtp, tick, port_listen, position, sums, count, gain);
    else player_add(&slot->player, position, sums, count, gain);
}

static bool is_wide(const struct mx *m, uint32_t source) {
    const struct slot *slot = &m->media.slots[source];
    return slot->kind == KIND_RTP && port_is_wide(&slot->rtp);
}

/* The same from a source at 16000 Hz, as it is. */
static void add_to_wide_mix(const struct mx *m, uint32_t source, int64_t tick, int32_t *sums, size_t count,
                            const struct gain *gain) {
    add_past(&m->media.slots[source].rtp, tick, port_listen_wide, tick, sums, count, gain);
}

static void add_wide_source(const struct mx *m, uint32_t source, int64_t position, int32_t *sums, size_t count,
                            const struct gain *gain) {
    port_listen_wide(&m->media.slots[source].rtp, position, sums, count, gain);
}

typedef void add_sound(const struct mx *m, uint32_t source, int64_t position, int32_t *sums, size_t count,
                       const struct gain *gain);

/* NULL: it is recorded as it is. */
static struct mask *mask_of(const struct mx *m, uint32_t source) {
    struct slot *slot = &m->media.slots[source];
    return m->mask_digits && slot->kind == KIND_RTP ? &slot->rtp.mask : NULL;
}

/* All but the digits that sound in it. */
static void add_masked(const struct mx *m, const struct edge *e, add_sound *add, uint32_t width, int64_t position,
                       int32_t *sums, size_t count, const struct gain *gain) {
    const struct mask *mask = mask_of(m, e->source);
    for (size_t part; count > 0; count -= part, position += (int64_t)part, sums += width * part) {
        struct gain heard = *gain;
        part = mask ? mask_next(mask, position, count, &heard) : count;
        if (heard.from_q8 || heard.to_q8) add(m, e->source, position, sums, part, &heard);
        else if (mask) tap_mask(&m->taps[e->sink], e->channel, position, position + (int64_t)part);
    }
}

/* What a tap takes through an edge: all of it, or up to where it leaves and 5 ms more. `width` sums in a position. */
static void add_to_tap(const struct mx *m, const struct edge *e, add_sound *add, uint32_t width, int64_t position,
                       int32_t *sums, size_t count) {
    struct gain leaving = {gain_at(&e->gain, e->leaves), 0, e->leaves};
    int64_t stays = e->leaves - position;
    size_t whole = stays <= 0 ? 0 : stays < (int64_t)count ? (size_t)stays : count;
    add_masked(m, e, add, width, position, sums, whole, &e->gain);
    if (stays > -MIX_RAMP)
        add_masked(m, e, add, width, position + (int64_t)whole, sums + width * whole, count - whole, &leaving);
}

static bool is_tap(const struct mx *m, uint32_t slot) { return m->media.slots[slot].kind == KIND_TAP; }

static void forget_fading(struct rtp_port *port) {
    memset(port->fading, 0, sizeof port->fading);
    port->fades = false;
}

/* At 16000 Hz those sources that are at 8000 Hz are summed first, and raised once. */
static void mix_wide(struct mx *m, uint32_t sink, int64_t tick, int32_t *sums) {
    const struct routes *routes = &m->media.routes;
    int32_t narrow[MX_TICK_SAMPLES + 2 * RESAMPLE_REACH] = {0};
    for (struct edge *e = routes_of_sink(routes, sink); e; e = routes_next_of_sink(routes, e)) {
        if (is_wide(m, e->source)) add_to_wide_mix(m, e->source, tick, sums, MX_TICK_SAMPLES, &e->gain);
        else add_to_mix(m, e->source, tick, tick - RESAMPLE_REACH, narrow, MX_TICK_SAMPLES + 2 * RESAMPLE_REACH, &e->gain);
    }
    resample_double(sums, narrow + RESAMPLE_REACH, MX_TICK_SAMPLES);
}

static void mix_narrow(struct mx *m, uint32_t sink, int64_t tick, int32_t *sums) {
    const struct routes *routes = &m->media.routes;
    for (struct edge *e = routes_of_sink(routes, sink); e; e = routes_next_of_sink(routes, e))
        add_to_mix(m, e->source, tick, tick, sums, MX_TICK_SAMPLES, &e->gain);
}

static bool same_gain(const struct gain *a, const struct gain *b, int64_t tick) {
    bool settled = a->since + MIX_RAMP <= tick && b->since + MIX_RAMP <= tick;
    return a->to_q8 == b->to_q8 && (settled || (a->from_q8 == b->from_q8 && a->since == b->since));
}

/* Whether all that one hears, the other hears alike; they hear equally many. */
static bool hears_all_of(const struct mx *m, uint32_t sink, uint32_t other, int64_t tick) {
    const struct routes *routes = &m->media.routes;
    uint32_t more = 0;
    for (struct edge *e = routes_of_sink(routes, other); e; e = routes_next_of_sink(routes, e)) more++;
    for (struct edge *e = routes_of_sink(routes, sink); e; e = routes_next_of_sink(routes, e), more--) {
        const struct edge *same = routes_find(routes, e->source, other, 0);
        if (!same || !same_gain(&e->gain, &same->gain, tick)) return false;
    }
    return more == 0;
}

static bool mixes_the_same(const struct mx *m, uint32_t sink, uint32_t other, int64_t tick) {
    const struct slot *slots = m->media.slots;
    const struct rtp_port *one = &slots[sink].rtp, *port = &slots[other].rtp;
    return slots[other].kind == KIND_RTP && port->relayed == NO_SLOT && port->mixed_at != tick && !port->fades &&
           port->mixture == one->mixture && port_shares(one, port, tick) && hears_all_of(m, sink, other, tick);
}

/* Those to which this tick of the mix of `sink` can be sent as well, and itself. */
static uint32_t find_company(const struct mx *m, uint32_t sink, int64_t tick, uint32_t company[MOST_COMPANY]) {
    const struct routes *routes = &m->media.routes;
    const struct edge *first = routes_of_sink(routes, sink);
    const struct rtp_port *port = &m->media.slots[sink].rtp;
    uint32_t count = 0, looked = 0;
    company[count++] = sink;
    if (!first || port->fades || !port_can_share(port, tick)) return count;
    for (struct edge *e = routes_of_source(routes, first->source); e && looked < MOST_LOOKS; looked++) {
        if (e->sink != sink && count < MOST_COMPANY && mixes_the_same(m, sink, e->sink, tick)) company[count++] = e->sink;
        e = routes_next_of_source(routes, e);
    }
    return count;
}

/* The same for a mix; how far behind a source is heard may change with this tick. */
static void prepare_mix(struct mx *m, uint32_t sink, int64_t tick) {
    const struct routes *routes = &m->media.routes;
    for (struct edge *e = routes_of_sink(routes, sink); e; e = routes_next_of_sink(routes, e)) {
        struct slot *source = &m->media.slots[e->source];
        if (source->kind != KIND_RTP || !source->rtp.held.count) continue;
        int64_t wanted = playout_wanted(&source->rtp.playout), delay = source->rtp.playout.delay;
        int64_t behind = wanted < delay ? wanted : delay;
        port_catch_up(m, e->source, tick + MX_TICK_SAMPLES + RESAMPLE_REACH - behind, tick);
    }
}

static void take_fading(struct rtp_port *port, int32_t *sums) {
    if (!port->fades) return;
    memcpy(sums, port->fading, sizeof port->fading);
    forget_fading(port);
}

static void send_to(struct mx *m, uint32_t sink, int16_t *samples, const uint32_t *company, uint32_t count, int64_t tick) {
    for (uint32_t i = 0; i < count; i++) m->media.slots[company[i]].rtp.mixed_at = tick;
    if (count == 1) port_send_mix(m, sink, samples, tick);
    else port_send_shared(m, company, count, samples, tick);
}

void sinks_mix(struct mx *m, uint32_t sink, int64_t tick) {
    struct rtp_port *port = &m->media.slots[sink].rtp;
    int32_t sums[CODEC_MOST_WIDTH * MX_TICK_SAMPLES] = {0};
    int16_t samples[CODEC_MOST_WIDTH * MX_TICK_SAMPLES];
    uint32_t company[MOST_COMPANY];
    if (port->mixed_at == tick) return; /* in company */
    uint32_t count = find_company(m, sink, tick, company);
    take_fading(port, sums);
    if (!routes_of_sink(&m->media.routes, sink)) roster_remove(&m->media.mixing, sink); /* that was all */
    if (!port_sends(port, tick) || port->dialled.sounding) return;
    uint32_t width = port_width(port);
    prepare_mix(m, sink, tick);
    if (width > 1) mix_wide(m, sink, tick, sums);
    else mix_narrow(m, sink, tick, sums);
    mix_clip(samples, sums, width * MX_TICK_SAMPLES);
    send_to(m, sink, samples, company, count, tick);
}

/* In whatever order the edges lie. */
static uint64_t mixture_of(const struct routes *routes, const struct edge *edge) {
    uint64_t sum = 0;
    for (; edge; edge = routes_next_of_sink(routes, edge)) {
        uint64_t one = ((uint64_t)edge->source << 32 | (uint32_t)edge->gain.to_q8) * 0x9e3779b97f4a7c15; /* 2^64 / phi */
        sum += one ^ one >> 29;
    }
    return sum;
}

/* One RTP source of the same codec at unity gain is relayed, anything else is mixed; once more after the last source has left. */
static void choose_relay_or_mix(struct mx *m, uint32_t sink) {
    struct media *media = &m->media;
    if (media->slots[sink].kind != KIND_RTP) return;
    const struct edge *edge = routes_of_sink(&media->routes, sink);
    bool alone = edge && !routes_next_of_sink(&media->routes, edge);
    struct rtp_port *port = &media->slots[sink].rtp;
    bool relay = alone && edge->gain.to_q8 == MX_UNITY_GAIN && media->slots[edge->source].kind == KIND_RTP &&
                 port_relays(&media->slots[edge->source].rtp, port);
    port->relayed = relay ? edge->source : NO_SLOT;
    if (edge && !relay) {
        roster_add(&media->mixing, sink);
    } else if (relay) {
        roster_remove(&media->mixing, sink);
        forget_fading(port); /* the first packet is joined to the mix (port_join) */
    }
    port->mixture = mixture_of(&media->routes, edge);
}

/* A packet is decoded only when somebody reads the timeline; a player moves only when somebody hears it. */
static void choose_work(struct mx *m, uint32_t source) {
    struct media *media = &m->media;
    struct slot *slot = &media->slots[source];
    bool heard = false, needed = false;
    for (struct edge *e = routes_of_source(&media->routes, source); e; e = routes_next_of_source(&media->routes, e)) {
        const struct slot *sink = &media->slots[e->sink];
        heard |= e->leaves == NEVER;
        needed |= sink->kind == KIND_TAP || sink->rtp.relayed != source;
    }
    if (slot->kind == KIND_RTP) port_need(&slot->rtp, needed);
    else if (heard) player_start(&slot->player, next_tick(m));
    else player_pause(&slot->player, next_tick(m));
}

void sinks_reconsider(struct mx *m, uint32_t slot) {
    const struct routes *routes = &m->media.routes;
    choose_relay_or_mix(m, slot);
    for (struct edge *e = routes_of_sink(routes, slot); e; e = routes_next_of_sink(routes, e)) choose_work(m, e->source);
    for (struct edge *e = routes_of_source(routes, slot); e; e = routes_next_of_source(routes, e))
        choose_relay_or_mix(m, e->sink);
    choose_work(m, slot);
}

static void choose_anew(struct mx *m, uint32_t source, uint32_t sink) {
    choose_relay_or_mix(m, sink);
    choose_work(m, source);
    for (struct edge *e = routes_of_sink(&m->media.routes, sink); e; e = routes_next_of_sink(&m->media.routes, e))
        choose_work(m, e->source);
}

/* Edges whose last sample the tap has read, or all that leave. */
static void purge(struct mx *m, uint32_t tap, bool all) {
    struct routes *routes = &m->media.routes;
    for (struct edge *e = routes_of_sink(routes, tap), *next; e; e = next) {
        uint32_t source = e->source;
        next = routes_next_of_sink(routes, e);
        if (e->leaves == NEVER || (!all && m->taps[tap].next < e->leaves + MIX_RAMP)) continue;
        routes_remove(routes, e);
        choose_work(m, source);
    }
}

static void pull_narrow(struct mx *m, uint32_t slot, size_t count) {
    const struct routes *routes = &m->media.routes;
    struct tap *tap = &m->taps[slot];
    int32_t sums[2][PULL_SAMPLES] = {0};
    for (struct edge *e = routes_of_sink(routes, slot); e; e = routes_next_of_sink(routes, e))
        add_to_tap(m, e, add_source, 1, tap->next, sums[e->channel], count);
    tap_write(tap, sums[0], sums[1], count);
}

/* As in mix_wide(), on each side. */
static void pull_wide(struct mx *m, uint32_t slot, size_t count) {
    const struct routes *routes = &m->media.routes;
    struct tap *tap = &m->taps[slot];
    int32_t sums[2][CODEC_MOST_WIDTH * PULL_SAMPLES] = {0}, narrow[2][PULL_SAMPLES + 2 * RESAMPLE_REACH] = {0};
    bool raised[2] = {false, false};
    for (struct edge *e = routes_of_sink(routes, slot); e; e = routes_next_of_sink(routes, e)) {
        if (is_wide(m, e->source)) {
            add_to_tap(m, e, add_wide_source, CODEC_MOST_WIDTH, tap->next, sums[e->channel], count);
        } else {
            add_to_tap(m, e, add_source, 1, tap->next - RESAMPLE_REACH, narrow[e->channel], count + 2 * RESAMPLE_REACH);
            raised[e->channel] = true;
        }
    }
    for (int side = 0; side < 2; side++)
        if (raised[side]) resample_double(sums[side], narrow[side] + RESAMPLE_REACH, count);
    tap_write(tap, sums[0], sums[1], CODEC_MOST_WIDTH * count);
}

void sinks_collect(struct mx *m, uint32_t tap, int64_t now) {
    const int64_t most = MX_MAX_DELAY_MS * MX_SAMPLE_RATE / 1000;
    int64_t delay = m->recording_delay, ahead = m->mask_digits ? MASK_REACH : 0;
    for (struct edge *e = routes_of_sink(&m->media.routes, tap); e; e = routes_next_of_sink(&m->media.routes, e)) {
        const struct slot *source = &m->media.slots[e->source];
        int64_t wanted = source->kind == KIND_RTP ? playout_wanted(&source->rtp.playout) + ahead : 0;
        if (wanted > delay) delay = wanted < most ? wanted : most;
    }
    sinks_pull(m, tap, now - delay);
}

/* All that came is decoded as far as the tap, and the look ahead of it, need it. */
static void prepare_sources(struct mx *m, uint32_t tap, int64_t until) {
    const struct routes *routes = &m->media.routes;
    for (struct edge *e = routes_of_sink(routes, tap); e; e = routes_next_of_sink(routes, e)) {
        struct slot *source = &m->media.slots[e->source];
        if (source->kind != KIND_RTP) continue;
        port_catch_up(m, e->source, until + MASK_REACH, until);
        if (m->mask_digits) mask_prepare(&source->rtp.mask, &source->rtp.timeline, until);
    }
}

void sinks_pull(struct mx *m, uint32_t slot, int64_t until) {
    struct tap *tap = &m->taps[slot];
    if (tap->next < until) prepare_sources(m, slot, until);
    while (tap->next < until) {
        size_t count = until - tap->next < PULL_SAMPLES ? (size_t)(until - tap->next) : PULL_SAMPLES;
        if (tap->width > 1) pull_wide(m, slot, count);
        else pull_narrow(m, slot, count);
    }
    purge(m, slot, false);
}

/* Edges that are leaving are asked for no more: where they take the last room, they go at once. */
static struct edge *add_edge(struct mx *m, uint32_t source, uint32_t sink, uint32_t channel, int64_t at) {
    const struct roster *taps = &m->media.taps;
    struct edge *edge = routes_add(&m->media.routes, source, sink, channel);
    for (uint32_t i = 0; !edge && i < taps->count; i++) {
        sinks_pull(m, taps->slots[i], at);
        purge(m, taps->slots[i], true);
        edge = routes_add(&m->media.routes, source, sink, channel);
    }
    assert(edge && "as many as may be asked for");
    return edge;
}

/* A player knows where it plays now, not where it did before: taps hear that first. */
static void settle_player(struct mx *m, uint32_t source) {
    const struct routes *routes = &m->media.routes;
    for (struct edge *e = routes_of_source(routes, source), *next; e; e = next) {
        next = routes_next_of_source(routes, e);
        if (e->leaves == NEVER) continue;
        sinks_pull(m, e->sink, e->leaves + MIX_RAMP);
        next = routes_of_source(routes, source); /* without this one */
    }
}

static void enter(struct mx *m, uint32_t source, uint32_t sink, uint32_t channel, int gain_q8, int64_t at) {
    const struct slot *from = &m->media.slots[source];
    if (from->kind == KIND_PLAYER && !from->player.playing) settle_player(m, source);
    struct edge *edge = add_edge(m, source, sink, channel, at);
    edge->gain = (struct gain){0, gain_q8, is_tap(m, sink) ? at : next_tick(m)};
}

/* A tap reads late, when all packets are there, and an edge stays until then: one that leaves fades in its last 5 ms, and
 * another gain is another edge that crosses with it. */
static void change_tap(struct mx *m, struct edge *edge, int gain_q8, int64_t at) {
    const struct tap *tap = &m->taps[edge->sink];
    uint32_t source = edge->source, sink = edge->sink, channel = edge->channel;
    if (gain_q8 == edge->gain.to_q8) return;
    edge->leaves = gain_q8 < 0 ? at - MIX_RAMP : at;
    if (edge->leaves < tap->next) edge->leaves = tap->next;
    if (gain_q8 >= 0) enter(m, source, sink, channel, gain_q8, at);
}

/* What is heard for 5 ms more of a source that leaves a mix. */
static void fade(struct mx *m, const struct edge *edge, int64_t since) {
    struct rtp_port *sink = &m->media.slots[edge->sink].rtp;
    int32_t narrow[MIX_RAMP + 2 * RESAMPLE_REACH] = {0};
    if (!sink->remote.codec) return;
    sink->fades = true;
    if (port_width(sink) == 1) {
        add_to_mix(m, edge->source, since, since, sink->fading, MIX_RAMP, &edge->gain);
    } else if (is_wide(m, edge->source)) {
        add_to_wide_mix(m, edge->source, since, sink->fading, MIX_RAMP, &edge->gain);
    } else {
        add_to_mix(m, edge->source, since, since - RESAMPLE_REACH, narrow, MIX_RAMP + 2 * RESAMPLE_REACH, &edge->gain);
        resample_double(sink->fading, narrow + RESAMPLE_REACH, MIX_RAMP);
    }
}

/* A mix reads at ticks: what changes in between moves with the next. A source that leaves is heard for 5 ms more, and what
 * that sounds like is taken now, for it may be closed by then. */
static void change_mix(struct mx *m, struct edge *edge, int gain_q8) {
    struct rtp_port *sink = &m->media.slots[edge->sink].rtp;
    int64_t since = next_tick(m);
    int from_q8 = edge->gain.since == since ? edge->gain.from_q8 : edge->gain.to_q8;
    edge->gain = (struct gain){from_q8, gain_q8 < 0 ? 0 : gain_q8, since};
    if (gain_q8 >= 0) return;
    if (sink->relayed != edge->source) fade(m, edge, since);
    routes_remove(&m->media.routes, edge);
}

void sinks_route(struct mx *m, uint32_t source, uint32_t sink, uint32_t channel, int gain_q8, int64_t at) {
    struct edge *edge = routes_find(&m->media.routes, source, sink, channel);
    if (edge && is_tap(m, sink)) change_tap(m, edge, gain_q8, at);
    else if (edge) change_mix(m, edge, gain_q8);
    else if (gain_q8 >= 0) enter(m, source, sink, channel, gain_q8, at);
    choose_anew(m, source, sink);
}

static void remove_edge(struct mx *m, struct edge *edge) {
    uint32_t source = edge->source, sink = edge->sink;
    routes_remove(&m->media.routes, edge);
    choose_anew(m, source, sink);
}

void sinks_drop(struct mx *m, uint32_t slot, int64_t at) {
    const struct routes *routes = &m->media.routes;
    struct edge *edge, *next;
    if (is_tap(m, slot)) sinks_pull(m, slot, at);
    while ((edge = routes_of_sink(routes, slot))) remove_edge(m, edge);
    for (edge = routes_of_source(routes, slot); edge; edge = next) {
        next = routes_next_of_source(routes, edge);
        if (edge->leaves == NEVER) sinks_route(m, slot, edge->sink, edge->channel, -1, at);
    }
}
