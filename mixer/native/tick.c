#include "tick.h"

#include <assert.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "core.h"
#include "sinks.h"

enum {
    MAX_BEHIND = 10, /* ticks made up for; what is later than 200 ms nobody wants to hear */
    TELL_LATE_S = 10,
};

static bool tell(struct mx *m, const mx_event *event) {
    if (!ring_push(&m->events, event)) return false;
    uint64_t one = 1;
    ssize_t written = write(m->events_fd, &one, sizeof one);
    (void)written; /* it fails only at 2^64 - 2 unread events */
    return true;
}

static mx_port name_of(const struct mx *m, uint32_t slot) {
    return (mx_port){slot, m->media.slots[slot].generation, 0};
}

bool media_tell(struct mx *m, mx_event_kind kind, uint32_t slot) {
    return tell(m, &(mx_event){.kind = kind, .port = name_of(m, slot)});
}

bool media_tell_digit(struct mx *m, uint32_t slot, const struct digit *digit) {
    uint32_t ms = digit->duration / (MX_SAMPLE_RATE / 1000);
    return tell(m, &(mx_event){
        .kind = MX_DIGIT_RECEIVED, .port = name_of(m, slot), .digit = digit_symbol(digit->code), .duration_ms = ms});
}

/* Where the kernel is out of memory the port stays deaf, and says so by its time-out. */
static void watch(struct mx *m, uint32_t slot) {
    const struct port_sockets *sockets = &m->media.slots[slot].rtp.sockets;
    if (sockets->rtp >= 0) (void)socket_watch(m->media.epoll_fd, sockets->rtp, TAG_OF_RTP(slot), true);
    if (sockets->rtcp >= 0) (void)socket_watch(m->media.epoll_fd, sockets->rtcp, TAG_OF_RTCP(slot), false);
}

static void release(struct mx *m, uint32_t slot) {
    m->media.slots[slot].kind = KIND_FREE;
    bool pushed = ring_push(&m->released, &slot);
    assert(pushed && "the ring holds every slot");
    (void)pushed;
}

static void open_slot(struct mx *m, uint32_t slot) {
    struct media *media = &m->media;
    switch (media->slots[slot].kind) {
    case KIND_RTP:
        roster_add(&media->rtp, slot);
        watch(m, slot);
        break;
    case KIND_PLAYER:
        roster_add(&media->players, slot);
        break;
    case KIND_TAP:
        roster_add(&media->taps, slot);
        break;
    case KIND_FREE:
        assert(!"a slot is opened after it was given a kind");
    }
}

/* A tap reads late: what it has still to read of a source keeps the slot. */
static void part(struct mx *m, uint32_t slot) {
    if (routes_of_source(&m->media.routes, slot)) return;
    roster_remove(&m->media.parting, slot);
    release(m, slot);
}

static void close_slot(struct mx *m, uint32_t slot, int64_t at) {
    struct media *media = &m->media;
    sinks_drop(m, slot, at);
    if (media->slots[slot].kind == KIND_TAP) { /* released once it was read */
        sinks_pull(m, slot, at);
        tap_end(&m->taps[slot]);
        return;
    }
    if (media->slots[slot].kind == KIND_RTP) port_close(m, slot, at);
    roster_remove(&media->rtp, slot);
    roster_remove(&media->dialling, slot);
    roster_remove(&media->players, slot);
    roster_remove(&media->mixing, slot);
    roster_add(&media->parting, slot);
    part(m, slot);
}

static void obey(struct mx *m, const struct command *c) {
    switch (c->verb) {
    case VERB_OPEN:
        open_slot(m, c->slot);
        break;
    case VERB_CLOSE:
        close_slot(m, c->slot, c->at);
        break;
    case VERB_REMOTE:
        port_set_remote(m, c->slot, &c->remote, c->at);
        sinks_reconsider(m, c->slot);
        break;
    case VERB_ROUTE:
        sinks_route(m, c->slot, c->route.sink, c->route.channel, c->route.gain_q8, c->at);
        break;
    case VERB_UNROUTE:
        sinks_route(m, c->slot, c->route.sink, c->route.channel, -1, c->at);
        break;
    case VERB_DIGITS:
        port_queue_digits(m, c->slot, c->digits.codes, c->digits.count, c->digits.duration, c->digits.gap, true);
        break;
    case VERB_TONES:
        port_detect_tones(&m->media.slots[c->slot].rtp, c->detect_tones);
        break;
    }
}

void media_obey(struct mx *m) {
    struct command command;
    while (ring_pop(&m->commands, &command)) obey(m, &command);
}

static void announce_end(struct mx *m, uint32_t slot, int64_t played_until) {
    struct player *player = &m->media.slots[slot].player;
    if (!player->announced && player_done(player, played_until))
        player->announced = media_tell(m, MX_PLAYER_ENDED, slot);
}

static void visit_tap(struct mx *m, uint32_t slot, int64_t now) {
    if (tap_finished(&m->taps[slot])) {
        roster_remove(&m->media.taps, slot);
        release(m, slot);
    } else if (!atomic_load_explicit(&m->taps[slot].ended, memory_order_relaxed)) {
        sinks_collect(m, slot, now);
    }
}

/* Backwards: the one at hand may leave its roster. */
#define FOR_EACH(roster, slot) \
    for (uint32_t i_ = (roster).count, slot; i_ > 0 && ((slot) = (roster).slots[i_ - 1], 1); i_--)

static void tick(struct mx *m) {
    struct media *media = &m->media;
    uint64_t number = media->next_tick++;
    int64_t at = (int64_t)number * MX_TICK_SAMPLES;
    FOR_EACH(media->dialling, slot) port_send_digits(m, slot, at);
    FOR_EACH(media->mixing, slot) sinks_mix(m, slot, at);
    FOR_EACH(media->players, slot) announce_end(m, slot, at + MX_TICK_SAMPLES);
    FOR_EACH(media->taps, slot) if ((slot + number) % VISIT_TICKS == 0) visit_tap(m, slot, at);
    FOR_EACH(media->parting, slot) part(m, slot);
    FOR_EACH(media->rtp, slot) if ((slot + number) % VISIT_TICKS == 0) port_visit(m, slot, at);
}

/* Told at once, and then as one what came in the next ten seconds. */
static void complain(struct mx *m, int64_t late_ns, int64_t now_ns) {
    struct lateness *late = &m->media.late;
    count_one(&m->gauges.late_ticks);
    late->ticks++;
    if (late_ns > late->worst_ns) late->worst_ns = late_ns;
    if (late->told_ns && now_ns - late->told_ns < (int64_t)TELL_LATE_S * 1000 * 1000 * 1000) return;
    uint32_t worst_ms = (uint32_t)(late->worst_ns / 1000 / 1000);
    if (tell(m, &(mx_event){.kind = MX_TICKS_LATE, .duration_ms = worst_ms, .count = late->ticks}))
        *late = (struct lateness){.told_ns = now_ns};
}

static void note_lateness(struct mx *m, int64_t late_ns, int64_t now_ns) {
    struct gauges *g = &m->gauges;
    int64_t step = late_ns / LATENESS_STEP_NS;
    uint64_t worst_ns = atomic_load_explicit(&g->worst_ns, memory_order_relaxed);
    count_one(&g->ticks);
    count_one(&g->lateness[step < LATENESS_STEPS ? step : LATENESS_STEPS - 1]);
    if ((uint64_t)late_ns > worst_ns) atomic_store_explicit(&g->worst_ns, (uint64_t)late_ns, memory_order_relaxed);
    if (late_ns > m->late_tick_ns) complain(m, late_ns, now_ns);
}

static void run_ticks(struct mx *m, int64_t now_ns) {
    for (;;) {
        int64_t late = now_ns - m->origin_ns - (int64_t)m->media.next_tick * TICK_NS;
        if (late < 0) return;
        note_lateness(m, late, now_ns);
        if (late > (int64_t)MAX_BEHIND * TICK_NS) m->media.next_tick += (uint64_t)(late / TICK_NS);
        tick(m);
    }
}

static void empty(int fd) {
    uint64_t value;
    ssize_t size = read(fd, &value, sizeof value);
    (void)size; /* that it was readable is all there is to know */
}

static bool receives(const struct mx *m, uint32_t slot) {
    return m->media.slots[slot].kind == KIND_RTP && m->media.slots[slot].rtp.sockets.rtp >= 0;
}

int media_wake(struct mx *m, int timeout_ms) {
    struct epoll_event ready[MAX_READY];
    int count = epoll_wait(m->media.epoll_fd, ready, MAX_READY, timeout_ms);
    int64_t now = now_ns(m);
    media_obey(m);
    for (int i = 0; i < count; i++) {
        uint64_t tag = ready[i].data.u64;
        uint32_t slot = SLOT_OF_TAG(tag);
        if (tag == TAG_WAKE) empty(m->wake_fd);
        else if (tag == TAG_TIMER) empty(m->media.timer_fd);
        else if (!receives(m, slot)) continue; /* closed a moment ago */
        else if (tag == TAG_OF_RTP(slot)) port_receive_rtp(m, slot, position_of(m, now));
        else port_receive_rtcp(m, slot, position_of(m, now));
    }
    run_ticks(m, now);
    return count;
}

void media_close_all(struct mx *m) {
    media_obey(m);
    FOR_EACH(m->media.rtp, slot) port_close(m, slot, position_of(m, now_ns(m)));
}
