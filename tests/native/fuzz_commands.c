/* A whole mixer on a turned clock: every call of mixer.h with any arguments, on ports that are, were or never were, and any
 * datagrams at its sockets in between. */
#include "fuzz.h"
#include "rig.h"

enum { KNOWN = 16, MOST_STEPS = 200 };

static struct {
    mx *m;
    struct phone phone;
    mx_port known[KNOWN];
    uint16_t udp[KNOWN];
    uint32_t count;
    int64_t now;
} rig;

static uint32_t any(struct choices *all) { return next8(all) % KNOWN; }

static mx_port side(struct choices *all) {
    mx_port port = rig.known[any(all)];
    port.channel = next8(all) % 3;
    return port;
}

static void remember(mx_result result, mx_port port, uint16_t udp) {
    if (result != MX_OK) return;
    rig.known[rig.count % KNOWN] = port;
    rig.udp[rig.count++ % KNOWN] = udp;
}

static void open_one(struct choices *all, mx_clip *clip) {
    mx_port port;
    uint16_t udp = 0;
    switch (next8(all) % 3) {
    case 0:
        remember(mx_open_rtp(rig.m, MX_IPV4, next8(all) % 4 == 0, &port, &udp), port, udp);
        break;
    case 1:
        remember(mx_open_player(rig.m, clip, next8(all) & 1, &port), port, 0);
        break;
    default:
        remember(mx_open_tap(rig.m, &port), port, 0);
    }
}

static void set_remote(struct choices *all) {
    static const uint8_t key[CRYPTO_MOST_KEY] = {1, 2, 3};
    const struct codec *codec = codec_at(next8(all) % 7); /* one of them is none */
    uint8_t how = next8(all);
    mx_srtp srtp = {"AES_CM_128_HMAC_SHA1_80", key, key + 1, 30};
    mx_remote remote = {
        .address = how & 1 ? "127.0.0.1" : "0.0.0.0",
        .rtp_port = rig.phone.port,
        .codec = codec ? codec->name : "none",
        .clock_rate = codec ? codec->clock_rate : 8000,
        .payload_type = next8(all) & 0x7f,
        .receive_payload_type = next8(all) & 0x7f,
        .telephone_event = (int16_t)(next8(all) - 1),
        .receive_telephone_event = (int16_t)(next8(all) - 1),
        .learn_from = how & 2 ? "127.0.0.1" : NULL,
        .srtp = how & 4 ? &srtp : NULL,
        .ptime_ms = next8(all) % 80,
        .max_bitrate = next8(all) * 300u,
        .fec = how & 8,
        .dtx = how & 16,
        .cbr = how & 32,
        .rtcp_mux = how & 64,
    };
    (void)mx_set_remote(rig.m, rig.known[any(all)], &remote);
}

static void send_datagram(struct choices *all) {
    uint32_t which = any(all);
    uint8_t data[300], rtcp = next8(all) & 1;
    size_t size = next8(all);
    if (!rig.udp[which]) return;
    for (size_t i = 0; i < size; i++) data[i] = next8(all);
    if (size) data[0] = (uint8_t)(0x80 | (data[0] & 0x3f)); /* else most would be dropped at once */
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)(rig.udp[which] + rtcp)),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}};
    (void)sendto(rig.phone.fd, data, size, 0, (struct sockaddr *)&to, sizeof to);
}

static void read_some(struct choices *all) {
    static int16_t frames[2 * 2000];
    mx_tap_state state;
    mx_port tap = rig.known[any(all)];
    assert(mx_tap_read(rig.m, tap, frames, 2000, &state) <= 2000);
    if (next8(all) % 8 == 0) mx_tap_forget(rig.m, tap);
    mx_event event;
    while (mx_next_event(rig.m, &event)) assert(event.kind >= MX_PLAYER_ENDED && event.kind <= MX_TICKS_LATE);
    mx_port_stats stats;
    if (mx_stats(rig.m, tap, &stats) == MX_OK) assert(stats.mos >= 0 && stats.mos <= 4.5);
}

static void choose(struct choices *all, mx_clip *clip) {
    switch (next8(all) % 12) {
    case 0: case 1: open_one(all, clip); break;
    case 2: set_remote(all); break;
    case 3: case 4: (void)mx_route(rig.m, side(all), side(all), next8(all) * 4 - 4); break;
    case 5: (void)mx_unroute(rig.m, side(all), side(all)); break;
    case 6: (void)mx_close_port(rig.m, rig.known[any(all)]); break;
    case 7: (void)mx_send_digits(rig.m, rig.known[any(all)], "19*D", 40 + next8(all), 60); break;
    case 8: (void)mx_detect_tones(rig.m, rig.known[any(all)], next8(all) & 1); break;
    case 9: send_datagram(all); break;
    case 10: read_some(all); break;
    default: mx_step(rig.m, rig.now += (int64_t)next8(all) * MS);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static const int16_t sound[300] = {1000};
    struct choices all = {data, size};
    if (!rig.phone.port) rig.phone = phone_open(1);
    rig.m = rig_open(true);
    rig.now = 0;
    rig.count = 0;
    memset(rig.known, 0, sizeof rig.known);
    memset(rig.udp, 0, sizeof rig.udp);
    mx_clip *clip = mx_clip_load(sound, 300);
    for (int i = 0; i < MOST_STEPS && more(&all); i++) choose(&all, clip);
    mx_close(rig.m);
    mx_clip_release(clip);
    uint8_t ignored[64];
    while (recv(rig.phone.fd, ignored, sizeof ignored, 0) >= 0) continue;
    return 0;
}
