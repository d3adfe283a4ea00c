/* No change of routes, gains, sources or players is a click: the largest step between two samples that a phone hears, or a
 * tap holds, is that of the sound itself and of a 5 ms ramp. */
#define _GNU_SOURCE
#include <math.h>

#include "rig.h"

enum {
    PEAK = 8000,
    HERTZ = 200,
    /* Of one sine; half of its peak in a ramp of 41 steps, and what u-law rounds. */
    STEP = PEAK * 2 * 314 * HERTZ / 100 / 8000,
    RAMP = PEAK / 40,
    ROUNDING = 300,
};

struct scene {
    mx *m;
    struct phone a, b, sink;
    mx_port one, two, hears, tap;
    mx_clip *clip;
    int64_t now;
    double phase;
    int16_t last[3]; /* heard by the sink; both sides of the tap */
    bool begun;
    int worst[2];    /* steps: at the phone, in the tap */
    int packets;
};

static struct scene begin(void) {
    struct scene s = {.m = rig_open(true), .a = phone_open(1), .b = phone_open(2), .sink = phone_open(3)};
    static int16_t loud[40000];
    for (int i = 0; i < 40000; i++) loud[i] = PEAK; /* at once, and as bad as can be */
    mx_step(s.m, 0);
    s.one = join(s.m, &s.a, "PCMU", false);
    s.two = join(s.m, &s.b, "PCMA", false);
    s.hears = join(s.m, &s.sink, "PCMU", false);
    assert(mx_open_tap(s.m, &s.tap) == MX_OK && (s.clip = mx_clip_load(loud, 40000)));
    return s;
}

static void end(struct scene *s) {
    mx_clip_release(s->clip);
    mx_close(s->m);
    phone_close(&s->a), phone_close(&s->b), phone_close(&s->sink);
}

static void note(int *worst, int16_t *last, int16_t sample) {
    if (abs(sample - *last) > *worst) *worst = abs(sample - *last);
    *last = sample;
}

static void hear(struct scene *s) {
    struct rtp_packet packet;
    int16_t samples[RTP_MAX_PAYLOAD], frames[2 * 8000];
    for (; phone_hear(&s->sink, &packet); s->packets++) {
        g711_decode_ulaw(samples, packet.payload, packet.length);
        if (!s->begun) s->last[0] = samples[0];
        s->begun = true;
        for (uint32_t i = 0; i < packet.length; i++) note(&s->worst[0], &s->last[0], samples[i]);
    }
    bool ended;
    size_t count = read_tap(s->m, s->tap, frames, 8000, &ended);
    for (size_t i = 0; i < 2 * count; i++) note(&s->worst[1], &s->last[1 + i % 2], frames[i]);
}

static void step_to(struct scene *s, int64_t until) {
    while (s->now < until) mx_step(s->m, s->now = until - s->now < 5 * MS ? until : s->now + 5 * MS);
}

/* Both phones say the same 20 ms, from the next tick on; `at` ns into them comes what the test does next. */
static void speak(struct scene *s, int64_t at) {
    step_to(s, (s->now / PTIME + 1) * PTIME);
    int16_t samples[FRAME];
    uint8_t codes[FRAME];
    for (int i = 0; i < FRAME; i++, s->phase += 2 * M_PI * HERTZ / 8000) samples[i] = (int16_t)(PEAK * sin(s->phase));
    g711_encode_ulaw(codes, samples, FRAME);
    phone_send(&s->a, codes, FRAME);
    g711_encode_alaw(codes, samples, FRAME);
    phone_send(&s->b, codes, FRAME);
    s->a.sequence++, s->b.sequence++, s->a.timestamp += FRAME, s->b.timestamp += FRAME;
    step_to(s, s->now + at);
    hear(s);
}

static void speak_on(struct scene *s, int packets) {
    while (packets-- > 0) speak(s, 0);
}

static void a_source_that_comes_and_goes_in_a_mix_is_no_click(void) {
    struct scene s = begin();
    route(s.m, s.two, s.hears);
    assert(mx_route(s.m, s.two, s.hears, 100) == MX_OK);
    speak_on(&s, 20);
    for (int i = 0; i < 50; i++) {
        if (i % 2 == 0) assert(mx_route(s.m, s.one, s.hears, 128) == MX_OK);
        else assert(mx_unroute(s.m, s.one, s.hears) == MX_OK);
        for (int rest = i % 4; rest >= 0; rest--) speak(&s, i * 331 * 1000 % PTIME);
    }
    assert(s.packets > 120 && s.worst[0] <= STEP + RAMP + ROUNDING);
    end(&s);
}

static void a_change_of_gain_or_a_mute_is_no_click(void) {
    struct scene s = begin();
    const int gains[] = {128, 0, 200, 0, 255, 10};
    for (int i = 0; i < 60; i++) {
        assert(mx_route(s.m, s.one, s.hears, gains[i % 6]) == MX_OK && mx_route(s.m, s.one, s.tap, gains[i % 6]) == MX_OK);
        speak(&s, i * 7777777 % PTIME);
    }
    speak_on(&s, 30);
    assert(s.worst[0] <= STEP + RAMP + ROUNDING && s.worst[1] <= STEP + RAMP);
    end(&s);
}

static void from_relay_to_mix_and_back_is_no_click(void) {
    struct scene s = begin();
    route(s.m, s.one, s.hears);
    speak_on(&s, 20);
    for (int i = 0; i < 60; i++) {
        if (i % 3 == 0) assert(mx_route(s.m, s.two, s.hears, 128) == MX_OK);
        if (i % 3 == 1) assert(mx_unroute(s.m, s.two, s.hears) == MX_OK);
        if (i % 3 == 2) assert(mx_unroute(s.m, s.one, s.hears) == MX_OK), route(s.m, s.two, s.hears); /* another relay */
        speak(&s, i * 331 * 1000 % PTIME), speak_on(&s, i % 5 + 2);
        if (i % 3 == 2) assert(mx_unroute(s.m, s.two, s.hears) == MX_OK), route(s.m, s.one, s.hears);
    }
    assert(s.packets > 200 && s.worst[0] <= STEP * 3 / 2 + 2 * PEAK / 40 + ROUNDING);
    end(&s);
}

static void a_player_starts_stops_and_ends_without_a_click(void) {
    struct scene s = begin();
    mx_port player;
    for (int i = 0; i < 20; i++) {
        assert(mx_open_player(s.m, s.clip, false, &player) == MX_OK);
        route(s.m, player, s.hears);
        route(s.m, player, s.tap);
        for (int rest = i == 10 ? 270 : 5 + i % 4; rest > 0; rest--) speak(&s, i * 2222222 % PTIME); /* once to its end */
        assert(mx_unroute(s.m, player, s.hears) == MX_OK && mx_unroute(s.m, player, s.tap) == MX_OK);
        if (i % 3 == 0) speak(&s, 0), route(s.m, player, s.hears), speak_on(&s, 3); /* and on */
        assert(mx_close_port(s.m, player) == MX_OK); /* routed or not */
        speak_on(&s, i % 5);
    }
    speak_on(&s, 30);
    assert(s.worst[0] <= RAMP + ROUNDING && s.worst[1] <= RAMP + 50);
    end(&s);
}

static void both_sides_of_a_tap_end_softly_at_one_instant(void) {
    struct scene s = begin();
    for (int i = 0; i < 20; i++) {
        route(s.m, s.one, s.tap);
        route(s.m, s.two, right_of(s.tap));
        speak(&s, i * 1111111), speak_on(&s, i % 7 + 1);
        assert(mx_unroute(s.m, s.one, s.tap) == MX_OK && mx_unroute(s.m, s.two, right_of(s.tap)) == MX_OK);
        speak(&s, i * 555555), speak_on(&s, i % 11); /* before the tap was read, or after */
    }
    route(s.m, s.one, s.tap);
    route(s.m, s.two, right_of(s.tap));
    speak_on(&s, 20);
    assert(mx_close_port(s.m, s.one) == MX_OK && mx_close_port(s.m, s.two) == MX_OK);
    for (int i = 0; i < 30; i++) mx_step(s.m, s.now += PTIME), hear(&s);
    assert(s.worst[1] <= STEP + RAMP && s.last[1] == 0 && s.last[2] == 0);
    end(&s);
}

/* As many routes as may be asked for, taken away and asked for again before any tap has read. */
static void routes_that_are_leaving_take_nobodys_room(void) {
    mx *m;
    mx_limits limits = rig_limits;
    mx_port port, taps[4];
    uint16_t rtp_port;
    limits.max_routes = 4;
    assert(core_open(&limits, true, &m) == MX_OK && mx_open_rtp(m, MX_IPV4, false, &port, &rtp_port) == MX_OK);
    mx_step(m, 0);
    for (int i = 0; i < 4; i++) assert(mx_open_tap(m, &taps[i]) == MX_OK);
    for (int64_t i = 0; i < 50; i++) {
        for (int t = 0; t < 4; t++) route(m, port, i % 2 ? right_of(taps[t]) : taps[t]);
        assert(mx_route(m, port, i % 2 ? taps[0] : right_of(taps[0]), 256) == MX_FULL);
        mx_step(m, 400 * MS + i * 3 * MS);
        for (int t = 0; t < 4; t++) assert(mx_unroute(m, port, i % 2 ? right_of(taps[t]) : taps[t]) == MX_OK);
        mx_step(m, 400 * MS + i * 3 * MS + MS);
    }
    mx_close(m);
}

int main(void) {
    a_source_that_comes_and_goes_in_a_mix_is_no_click();
    a_change_of_gain_or_a_mute_is_no_click();
    from_relay_to_mix_and_back_is_no_click();
    a_player_starts_stops_and_ends_without_a_click();
    both_sides_of_a_tap_end_softly_at_one_instant();
    routes_that_are_leaving_take_nobodys_room();
}
