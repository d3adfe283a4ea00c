/* The beginning and the end of a mixer: all memory, all descriptors but those of ports. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core.h"

enum { MOST_PORTS = 1 << 16, MOST_ROUTES = 1 << 22, MAX_PAIR_PORT = 65534, MOST_DSCP = 63 };

static bool is_delay(uint32_t ms) { return ms >= MX_LEAST_DELAY_MS && ms <= MX_MAX_DELAY_MS; }

static bool valid(const mx_limits *l) {
    uint32_t first = (l->port_min + 1u) & ~1u;
    return l->port_min > 0 && first <= MAX_PAIR_PORT && first + 1 <= l->port_max && /* at least one pair */
           l->max_ports >= 1 && l->max_ports <= MOST_PORTS && l->max_routes >= 1 && l->max_routes <= MOST_ROUTES &&
           l->silence_timeout_ms >= 1 && l->late_tick_ms >= 1 && l->dscp <= MOST_DSCP && is_delay(l->playout_min_ms) && is_delay(l->playout_max_ms) &&
           l->playout_min_ms <= l->playout_max_ms && is_delay(l->recording_delay_ms);
}

/* Zeroed, and aligned for what two threads share. */
static void *shared_memory(size_t size) {
    size_t rounded = (size + 63) / 64 * 64;
    void *memory = aligned_alloc(64, rounded);
    return memory ? memset(memory, 0, rounded) : NULL;
}

static bool open_memory(struct mx *m, const mx_limits *limits) {
    struct control *control = &m->control;
    struct media *media = &m->media;
    uint32_t slots = limits->max_ports, most_commands = 4 * slots + 1024;
    m->samples = mmap(NULL, (size_t)slots * SLOT_BYTES, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (m->samples == MAP_FAILED) return m->samples = NULL, false;
    madvise(m->samples, (size_t)slots * SLOT_BYTES, MADV_NOHUGEPAGE); /* one would cover many slots */
    control->claims = calloc(slots, sizeof *control->claims);
    control->free = calloc(slots, sizeof *control->free);
    media->slots = calloc(slots, sizeof *media->slots);
    m->taps = shared_memory(slots * sizeof *m->taps);
    return control->claims && control->free && media->slots && m->taps &&
           routes_open(&control->asked, limits->max_routes, slots) &&
           routes_open(&media->routes, limits->max_routes, slots) && roster_open(&media->rtp, slots) &&
           roster_open(&media->mixing, slots) && roster_open(&media->dialling, slots) &&
           roster_open(&media->players, slots) && roster_open(&media->taps, slots) &&
           roster_open(&media->parting, slots) &&
           ring_open(&m->commands, sizeof(struct command), most_commands) &&
           ring_open(&m->spent, sizeof(struct crypto_context *), 2 * slots + 2 * most_commands) &&
           ring_open(&m->released, sizeof(uint32_t), slots) && ring_open(&m->events, sizeof(mx_event), 2 * slots + 64);
}

static bool open_descriptors(struct mx *m) {
    m->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    m->events_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    m->media.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    m->media.timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    return m->wake_fd >= 0 && m->events_fd >= 0 && m->media.epoll_fd >= 0 && m->media.timer_fd >= 0 &&
           socket_watch(m->media.epoll_fd, m->wake_fd, TAG_WAKE, false) &&
           socket_watch(m->media.epoll_fd, m->media.timer_fd, TAG_TIMER, false);
}

static bool start_ticking(struct mx *m) {
    const int64_t second = 1000 * 1000 * 1000;
    struct itimerspec every_tick = {
        .it_interval = {0, TICK_NS},
        .it_value = {m->origin_ns / second, m->origin_ns % second},
    };
    return timerfd_settime(m->media.timer_fd, TFD_TIMER_ABSTIME, &every_tick, NULL) == 0 && thread_start(m);
}

static void close_descriptor(int fd) {
    if (fd >= 0) close(fd);
}

static void free_all(struct mx *m) {
    control_tidy(m);
    for (uint32_t slot = 0; m->control.claims && slot < m->max_ports; slot++)
        if (m->control.claims[slot].clip) mx_clip_release(m->control.claims[slot].clip);
    close_descriptor(m->wake_fd);
    close_descriptor(m->events_fd);
    close_descriptor(m->media.epoll_fd);
    close_descriptor(m->media.timer_fd);
    if (m->samples) munmap(m->samples, (size_t)m->max_ports * SLOT_BYTES);
    ring_close(&m->commands);
    ring_close(&m->released);
    ring_close(&m->spent);
    ring_close(&m->events);
    roster_close(&m->media.rtp);
    roster_close(&m->media.mixing);
    roster_close(&m->media.dialling);
    roster_close(&m->media.players);
    roster_close(&m->media.taps);
    roster_close(&m->media.parting);
    routes_close(&m->control.asked);
    routes_close(&m->media.routes);
    free(m->control.claims);
    free(m->control.free);
    free(m->media.slots);
    free(m->taps);
    free(m);
}

static int64_t samples_of_ms(uint32_t ms) { return (int64_t)ms * MX_SAMPLE_RATE / 1000; }

static void settle_limits(struct mx *m, const mx_limits *limits) {
    m->dscp = limits->dscp;
    m->late_tick_ns = (int64_t)limits->late_tick_ms * 1000 * 1000;
    m->port_min = limits->port_min;
    m->port_max = limits->port_max;
    m->max_ports = limits->max_ports;
    m->silence_timeout = samples_of_ms(limits->silence_timeout_ms);
    m->playout_min = samples_of_ms(limits->playout_min_ms);
    m->playout_max = samples_of_ms(limits->playout_max_ms);
    m->recording_delay = samples_of_ms(limits->recording_delay_ms);
    m->mask_digits = limits->mask_digits;
    m->control.next_rtp_port = (uint16_t)((limits->port_min + 1u) & ~1u);
    m->wake_fd = m->events_fd = m->media.epoll_fd = m->media.timer_fd = -1;
}

/* At least one. */
static bool read_hosts(const mx_limits *limits, struct address hosts[2]) {
    const char *texts[] = {[MX_IPV4] = limits->host, [MX_IPV6] = limits->host6};
    const sa_family_t families[] = {[MX_IPV4] = AF_INET, [MX_IPV6] = AF_INET6};
    for (int i = 0; i < 2; i++)
        if (texts[i] && (!address_parse(&hosts[i], texts[i], 0) || hosts[i].family != families[i])) return false;
    return texts[MX_IPV4] || texts[MX_IPV6];
}

mx_result core_open(const mx_limits *limits, bool stepped, mx **opened) {
    struct address hosts[2] = {0};
    if (!valid(limits) || !read_hosts(limits, hosts)) return MX_INVALID;
    codecs_prepare();
    resample_prepare();
    tones_prepare();
    struct mx *m = shared_memory(sizeof *m);
    if (!m) return MX_FULL;
    memcpy(m->hosts, hosts, sizeof hosts);
    m->stepped = stepped;
    settle_limits(m, limits);
    bool ready = open_memory(m, limits) && open_descriptors(m);
    for (uint32_t slot = m->max_ports; ready && slot > 0; slot--) { /* low slots first */
        m->control.claims[slot - 1].generation = 1;
        m->control.free[m->control.free_count++] = slot - 1;
    }
    m->origin_ns = now_ns(m);
    m->origin_ntp = ntp_now();
    if (!ready || (!stepped && !start_ticking(m))) {
        free_all(m);
        return MX_FULL;
    }
    *opened = m;
    return MX_OK;
}

mx_result mx_open(const mx_limits *limits, mx **opened) { return core_open(limits, false, opened); }

void mx_step(mx *m, int64_t now_ns) {
    m->stepped_ns = now_ns;
    while (media_wake(m, 0) > 0) continue;
}

void mx_close(mx *m) {
    if (m->stepped) {
        media_close_all(m);
    } else {
        uint64_t one = 1;
        atomic_store_explicit(&m->stopping, true, memory_order_release);
        ssize_t written = write(m->wake_fd, &one, sizeof one);
        (void)written;
        pthread_join(m->thread, NULL);
    }
    free_all(m);
}
