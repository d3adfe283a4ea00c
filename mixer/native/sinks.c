#include "sinks.h"

#include "core.h"
#include "mix.h"

enum { PULL_SAMPLES = 400 }; /* at once: keeps the sums of both sides in 3.2 kB */

static void add_source(const struct mx *m, uint32_t source, int64_t position, int32_t *sums, size_t count, int gain_q8) {
    const struct slot *slot = &m->media.slots[source];
    if (slot->kind == KIND_RTP) timeline_add(&slot->rtp.timeline, position, sums, count, gain_q8);
    else player_add(&slot->player, position, sums, count, gain_q8);
}

void sinks_mix(struct mx *m, uint32_t sink, int64_t tick) {
    struct rtp_port *port = &m->media.slots[sink].rtp;
    if (!port_sends(port, tick)) return;
    int32_t sums[MX_TICK_SAMPLES] = {0};
    int16_t samples[MX_TICK_SAMPLES];
    const struct routes *routes = &m->media.routes;
    for (struct edge *e = routes_of_sink(routes, sink); e; e = routes_next_of_sink(routes, e)) {
        bool live = m->media.slots[e->source].kind == KIND_RTP; /* players need not wait for packets */
        add_source(m, e->source, live ? tick - m->supervisor_delay : tick, sums, MX_TICK_SAMPLES, e->gain_q8);
    }
    mix_clip(samples, sums, MX_TICK_SAMPLES);
    port->remote.codec->encode(m->media.packet + RTP_HEADER, samples, MX_TICK_SAMPLES);
    port_send_mix(port, m->media.packet, MX_TICK_SAMPLES, tick);
}

void sinks_pull(struct mx *m, uint32_t slot, int64_t until) {
    struct tap *tap = &m->taps[slot];
    const struct routes *routes = &m->media.routes;
    while (tap->next < until) {
        int32_t sums[2][PULL_SAMPLES] = {0};
        size_t count = until - tap->next < PULL_SAMPLES ? (size_t)(until - tap->next) : PULL_SAMPLES;
        for (struct edge *e = routes_of_sink(routes, slot); e; e = routes_next_of_sink(routes, e))
            add_source(m, e->source, tap->next, sums[e->channel], count, e->gain_q8);
        tap_write(tap, sums[0], sums[1], count);
    }
}

/* One RTP source at unity gain is relayed, anything else is mixed. */
static void choose_relay_or_mix(struct mx *m, uint32_t sink) {
    struct media *media = &m->media;
    if (media->slots[sink].kind != KIND_RTP) return;
    const struct edge *edge = routes_of_sink(&media->routes, sink);
    bool alone = edge && !routes_next_of_sink(&media->routes, edge);
    bool relay = alone && edge->gain_q8 == MX_UNITY_GAIN && media->slots[edge->source].kind == KIND_RTP;
    media->slots[sink].rtp.relayed = relay ? edge->source : NO_SLOT;
    if (edge && !relay) roster_add(&media->mixing, sink);
    else roster_remove(&media->mixing, sink);
}

/* A packet is decoded only when somebody reads the timeline; a player moves only when somebody hears it. */
static void choose_work(struct mx *m, uint32_t source) {
    struct media *media = &m->media;
    struct slot *slot = &media->slots[source];
    bool heard = false, needed = false;
    for (struct edge *e = routes_of_source(&media->routes, source); e; e = routes_next_of_source(&media->routes, e)) {
        const struct slot *sink = &media->slots[e->sink];
        heard = true;
        needed |= sink->kind == KIND_TAP || sink->rtp.relayed != source;
    }
    int64_t next_tick = (int64_t)media->next_tick * MX_TICK_SAMPLES;
    if (slot->kind == KIND_RTP) slot->rtp.needed = needed;
    else if (heard) player_start(&slot->player, next_tick);
    else player_pause(&slot->player, next_tick);
}

static void choose_anew(struct mx *m, uint32_t source, uint32_t sink) {
    choose_relay_or_mix(m, sink);
    choose_work(m, source);
    for (struct edge *e = routes_of_sink(&m->media.routes, sink); e; e = routes_next_of_sink(&m->media.routes, e))
        choose_work(m, e->source);
}

void sinks_route(struct mx *m, uint32_t source, uint32_t sink, uint32_t channel, int gain_q8, int64_t at) {
    struct routes *routes = &m->media.routes;
    struct edge *edge = routes_find(routes, source, sink, channel);
    if (m->media.slots[sink].kind == KIND_TAP) sinks_pull(m, sink, at);
    if (edge && gain_q8 < 0) routes_remove(routes, edge);
    else if (edge) edge->gain_q8 = gain_q8;
    else if (gain_q8 >= 0) routes_add(routes, source, sink, channel, gain_q8);
    choose_anew(m, source, sink);
}

void sinks_drop(struct mx *m, uint32_t slot, int64_t at) {
    struct edge *edge;
    while ((edge = routes_of_source(&m->media.routes, slot)))
        sinks_route(m, slot, edge->sink, edge->channel, -1, at);
    while ((edge = routes_of_sink(&m->media.routes, slot)))
        sinks_route(m, edge->source, slot, edge->channel, -1, at);
}
