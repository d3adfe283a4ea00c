/* stage - a mixer on a turned clock, phones and clips, moved from outside: tests/mixer/stage.py.
 *
 * Reads from standard input WAVES of PERIOD samples, which repeat for ever, then orders of five int32. Phones talk all the
 * time, each one of the waves, a packet at each tick. STEP goes on by 5 ms and writes what came of it to standard output, as
 * int32 where nothing else is said: the bytes that follow; how many orders came before it, and the result of each; packets,
 * each with its phone, samples and those samples (int16); tap readings, each with tap, frames, whether it ended, and the
 * frames (int16, left and right). */
#include "rig.h"

enum { WAVES = 16, PERIOD = 8000, PHONES = 16, ENDS = 64, MOST_ORDERS = 4096, MOST_TOLD = 1 << 20, SLICE = 5 * MS };
enum wish { OPEN_LEG, OPEN_PLAYER, OPEN_TAP, CLOSE, ROUTE, UNROUTE, STEP };

struct order {
    int32_t wish, end, a, b, c;
};

static int16_t waves[WAVES][PERIOD];
static struct end {
    mx_port port;
    bool open, reads; /* a tap is read until it has ended */
    const struct codec *codec; /* of a phone */
    int32_t wave;
} ends[ENDS];
static struct phone phones[PHONES];
static int32_t results[MOST_ORDERS];
static uint32_t result_count;
static uint8_t told[MOST_TOLD];
static size_t told_bytes;
static int64_t now;
static mx *m;

static void tell(const void *data, size_t size) {
    assert(told_bytes + size <= sizeof told);
    memcpy(told + told_bytes, data, size);
    told_bytes += size;
}

static void tell_number(int32_t number) { tell(&number, sizeof number); }

static mx_result open_leg(int32_t at, int32_t codec, bool listen_only, int32_t wave) {
    uint16_t rtp_port;
    struct end *end = &ends[at];
    struct phone *p = &phones[at];
    mx_remote remote = remote_with(p, codec_at((size_t)codec));
    mx_result result = mx_open_rtp(m, MX_IPV4, listen_only, &end->port, &rtp_port);
    if (result != MX_OK) return result;
    phone_flush(p);
    p->payload_type = remote.payload_type;
    p->mixer.sin_port = htons(rtp_port);
    p->ssrc++;
    end->codec = codec_at((size_t)codec);
    end->wave = wave;
    return mx_set_remote(m, end->port, &remote);
}

static mx_result open_player(int32_t at, int32_t wave, bool loop, int32_t count) {
    mx_clip *clip = mx_clip_load(waves[wave], (size_t)count);
    mx_result result = mx_open_player(m, clip, loop, &ends[at].port);
    mx_clip_release(clip);
    return result;
}

static mx_port side(int32_t end, int32_t channel) {
    mx_port port = ends[end].port;
    port.channel = (uint32_t)channel;
    return port;
}

static mx_result opened(struct end *end, mx_result result, bool reads) {
    end->open = result == MX_OK;
    end->reads = end->open && reads;
    return result;
}

static mx_result obey(const struct order *o) {
    struct end *end = &ends[o->end];
    switch ((enum wish)o->wish) {
    case OPEN_LEG:
        return opened(end, open_leg(o->end, o->a, o->b, o->c), false);
    case OPEN_PLAYER:
        return opened(end, open_player(o->end, o->a, o->b, o->c), false);
    case OPEN_TAP:
        return opened(end, mx_open_tap(m, &end->port), true);
    case CLOSE:
        end->open = false;
        return mx_close_port(m, end->port);
    case ROUTE:
        return mx_route(m, end->port, side(o->a, o->b), o->c);
    case UNROUTE:
        return mx_unroute(m, end->port, side(o->a, o->b));
    case STEP:
        break;
    }
    abort();
}

static void talk(void) {
    for (int i = 0; i < PHONES; i++) {
        int16_t samples[FRAME];
        uint8_t payload[2 * FRAME];
        if (!ends[i].open) continue;
        int64_t position = now / NS_PER_SAMPLE;
        for (int s = 0; s < FRAME; s++) samples[s] = waves[ends[i].wave][(position + s) % PERIOD];
        phones[i].timestamp = (uint32_t)position;
        phone_send(&phones[i], payload, ends[i].codec->encode(NULL, payload, samples, FRAME));
        phones[i].sequence++;
    }
}

static void tell_packets(void) {
    struct rtp_packet packet;
    size_t count_at = told_bytes;
    int32_t count = 0;
    tell_number(0);
    for (int i = 0; i < PHONES; i++)
        while (ends[i].open && phone_hear(&phones[i], &packet)) {
            int16_t samples[RTP_MAX_PAYLOAD];
            uint32_t span = ends[i].codec->span(packet.payload, packet.length);
            ends[i].codec->decode(NULL, samples, packet.payload, packet.length);
            tell_number(i), tell_number((int32_t)span), tell(samples, span * sizeof *samples);
            count++;
        }
    memcpy(told + count_at, &count, sizeof count);
}

static void tell_taps(void) {
    static int16_t frames[2 * MX_TAP_FRAMES];
    size_t count_at = told_bytes;
    int32_t count = 0;
    tell_number(0);
    for (int i = PHONES; i < ENDS; i++) {
        mx_tap_state state;
        if (!ends[i].reads) continue;
        size_t heard = mx_tap_read(m, ends[i].port, frames, MX_TAP_FRAMES, &state);
        assert(state.overruns == 0);
        ends[i].reads = !state.ended;
        if (!heard && !state.ended) continue;
        tell_number(i), tell_number((int32_t)heard), tell_number(state.ended), tell(frames, 2 * heard * sizeof *frames);
        count++;
    }
    memcpy(told + count_at, &count, sizeof count);
}

static void step(void) {
    mx_event event;
    now += SLICE;
    if (now % PTIME == 0) talk();
    mx_step(m, now);
    told_bytes = 0;
    tell_number(0);
    tell_number((int32_t)result_count);
    tell(results, result_count * sizeof *results);
    result_count = 0;
    tell_packets();
    tell_taps();
    int32_t behind = (int32_t)(told_bytes - sizeof behind);
    memcpy(told, &behind, sizeof behind);
    assert(fwrite(told, told_bytes, 1, stdout) == 1 && fflush(stdout) == 0);
    while (mx_next_event(m, &event)) continue;
}

int main(void) {
    struct order order;
    mx_limits limits = rig_limits;
    limits.max_ports = 2 * ENDS, limits.max_routes = 4096; /* slots come back a little later than their ends are used again */
    assert(core_open(&limits, true, &m) == MX_OK);
    for (uint32_t i = 0; i < PHONES; i++) {
        phones[i] = phone_open(1000 * i + 1);
        phones[i].mixer = (struct sockaddr_in){.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    }
    mx_step(m, 0);
    if (fread(waves, sizeof waves, 1, stdin) != 1) return 1;
    while (fread(&order, sizeof order, 1, stdin) == 1) {
        assert(order.end >= 0 && order.end < ENDS && result_count < MOST_ORDERS);
        if (order.wish == STEP) step();
        else results[result_count++] = (int32_t)obey(&order);
    }
    for (int i = 0; i < PHONES; i++) phone_close(&phones[i]);
    mx_close(m);
    return 0;
}
