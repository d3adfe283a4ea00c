/* What a mix and a tap make of a stream with holes, on a turned clock: loss is concealed, a pause is not, comfort noise is
 * heard, and the length never changes. */
#include "rig.h"

enum { NOISE_TYPE = 13, SILENCE = 0xff };

static int64_t now;
static int16_t frames[2 * 8 * 8000];

struct scene {
    mx *m;
    struct phone talker, relayed, mixed;
    mx_port from, tap;
    uint32_t phase;
    size_t kept; /* frames */
};

static struct scene begin(void) {
    struct scene s = {.m = rig_open(true), .talker = phone_open(1), .relayed = phone_open(2), .mixed = phone_open(3)};
    now = 0;
    mx_step(s.m, 0);
    s.from = join(s.m, &s.talker, "PCMU", false);
    route(s.m, s.from, join(s.m, &s.relayed, "PCMA", false));
    assert(mx_route(s.m, s.from, join(s.m, &s.mixed, "PCMU", false), 255) == MX_OK);
    assert(mx_open_tap(s.m, &s.tap) == MX_OK);
    route(s.m, s.from, s.tap);
    return s;
}

static void end(struct scene *s) {
    mx_close(s->m);
    phone_close(&s->talker), phone_close(&s->relayed), phone_close(&s->mixed);
}

/* What the tap has held so far, in `frames`; returns how many. */
static size_t recorded(struct scene *s) {
    bool ended;
    size_t room = sizeof frames / sizeof *frames / 2 - s->kept;
    return s->kept += read_tap(s->m, s->tap, frames + 2 * s->kept, room, &ended);
}

static void pass(struct scene *s, int packets) {
    for (int64_t until = now + (int64_t)packets * PTIME; now < until;) mx_step(s->m, now += 5 * MS);
    (void)recorded(s);
}

/* 100 Hz, a sawtooth. */
static void say(struct scene *s, bool lost) {
    int16_t samples[FRAME];
    uint8_t codes[FRAME];
    for (int i = 0; i < FRAME; i++, s->phase++) samples[i] = (int16_t)((int)(s->phase % 80) * 200 - 8000);
    g711_encode_ulaw(codes, samples, FRAME);
    if (!lost) phone_send(&s->talker, codes, FRAME);
    s->talker.sequence++;
    s->talker.timestamp += FRAME;
    pass(s, 1);
}

static int quiet_spells(size_t from, size_t to) {
    int spells = 0;
    for (size_t i = from, since = from; i < to; i++) {
        if (frames[2 * i]) since = i + 1;
        spells += i + 1 - since == 40; /* 5 ms */
    }
    return spells;
}

static double concealed_ms(const struct scene *s) {
    mx_port_stats stats;
    assert(mx_stats(s->m, s->from, &stats) == MX_OK);
    return stats.concealed_ms;
}

static void loss_leaves_no_hole(void) {
    struct scene s = begin();
    uint32_t state = 7;
    int lost = 0;
    for (int i = 0; i < 180; i++) {
        bool gone = i > 10 && chance(&state) % 10 < 2;
        lost += gone;
        say(&s, gone);
    }
    size_t count = recorded(&s);
    assert(lost > 20 && count >= 3 * 8000);
    assert(quiet_spells(400, count) == 0);
    assert(concealed_ms(&s) >= 20 * (lost - 10) && concealed_ms(&s) <= 25 * lost); /* the tap is not there yet, and joins */
    struct rtp_packet packet;
    int mixes = 0, silent = 0;
    for (; phone_hear(&s.mixed, &packet); mixes++)
        silent += mixes > 5 && packet.payload[0] == SILENCE && packet.payload[20] == SILENCE;
    assert(mixes >= 178 && silent == 0);
    end(&s);
}

static void a_pause_or_a_digit_is_not_concealed(void) {
    struct scene s = begin();
    mx_remote remote = remote_of(&s.talker, "PCMU");
    remote.receive_telephone_event = 101;
    assert(mx_set_remote(s.m, s.from, &remote) == MX_OK);
    for (int i = 0; i < 20; i++) say(&s, false);
    s.talker.payload_type = 101;
    for (int i = 0; i < 10; i++) {
        phone_send(&s.talker, (const uint8_t[]){1, 10, 0, 160}, 4);
        s.talker.sequence++;
        pass(&s, 1);
    }
    s.talker.payload_type = 0, s.talker.timestamp += 10 * FRAME;
    double before = concealed_ms(&s);
    for (int i = 0; i < 20; i++) say(&s, false);
    size_t count = recorded(&s);
    assert(quiet_spells(400, count) == 1 && before == 0 && concealed_ms(&s) == 0);
    end(&s);
}

static void comfort_noise_is_heard_in_mix_and_tap_and_relayed(void) {
    struct scene s = begin();
    struct rtp_packet packet;
    mx_port_stats stats;
    for (int i = 0; i < 20; i++) say(&s, false);
    phone_flush(&s.relayed), phone_flush(&s.mixed);
    s.talker.payload_type = NOISE_TYPE;
    phone_send(&s.talker, (const uint8_t[]){40, 1, 2, 3}, 4); /* -40 dBov: 328 rms; the filter is left out */
    s.talker.payload_type = 0, s.talker.sequence++, s.talker.timestamp += 50 * FRAME;
    pass(&s, 50);
    assert(phone_hear(&s.relayed, &packet) && packet.header.payload_type == NOISE_TYPE && packet.payload[0] == 40);
    for (int i = 0; i < 5; i++) say(&s, false);
    size_t count = recorded(&s);
    double power = 0;
    for (size_t i = 25 * FRAME; i < 60 * FRAME; i++) power += (double)frames[2 * i] * frames[2 * i] / (35 * FRAME);
    assert(power > 300.0 * 300 && power < 350.0 * 350 && quiet_spells(400, count) == 0);
    int16_t samples[FRAME];
    int loud = 0;
    while (phone_hear(&s.mixed, &packet)) {
        g711_decode_ulaw(samples, packet.payload, FRAME);
        for (int i = 0; i < FRAME; i++) loud += abs(samples[i]) > 100;
    }
    assert(loud > 40 * FRAME / 2);
    assert(mx_stats(s.m, s.from, &stats) == MX_OK && stats.unexpected == 0 && stats.lost == 0 && stats.concealed_ms == 0);
    end(&s);
}

int main(void) {
    codecs_prepare();
    loss_leaves_no_hole();
    a_pause_or_a_digit_is_not_concealed();
    comfort_noise_is_heard_in_mix_and_tap_and_relayed();
}
