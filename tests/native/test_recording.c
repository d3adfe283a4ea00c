/* Taps on a turned clock: as long as they were open, both sides aligned, whatever the packets do. */
#include "rig.h"

enum { LOUD = 0x80, SILENCE = 0xff, CHUNK = 8000, RATE = 8000 };

static int64_t now;
static int16_t frames[2 * MX_TAP_FRAMES];

struct call {
    mx *m;
    struct phone left, right;
    mx_port left_port, right_port, tap;
};

static struct call begin(void) {
    struct call c = {.m = rig_open(true), .left = phone_open(1), .right = phone_open(2)};
    now = 0;
    mx_step(c.m, 0);
    c.left_port = join(c.m, &c.left, "PCMU", false);
    c.right_port = join(c.m, &c.right, "PCMU", false);
    assert(mx_open_tap(c.m, &c.tap) == MX_OK);
    route(c.m, c.left_port, c.tap);
    route(c.m, c.right_port, right_of(c.tap));
    return c;
}

static void end(struct call *c) {
    mx_close(c->m);
    phone_close(&c->left);
    phone_close(&c->right);
}

static void advance(struct call *c, int64_t to) {
    mx_step(c->m, now); /* what was sent has arrived */
    while (now < to) {
        int64_t next = now - now % PTIME + PTIME;
        mx_step(c->m, now = next < to ? next : to);
    }
}

/* What the tap has, appended to `side[0]` and `side[1]`, at most `room` frames in all. */
struct sides {
    size_t count, room;
    int16_t *side[2];
    bool ended;
};

static struct sides sides_open(size_t room) {
    return (struct sides){.room = room, .side = {calloc(room, 2), calloc(room, 2)}};
}

static void sides_close(struct sides *s) {
    free(s->side[0]);
    free(s->side[1]);
}

static void drain(struct call *c, struct sides *s) {
    size_t count;
    while ((count = read_tap(c->m, c->tap, frames, CHUNK, &s->ended)) > 0) {
        assert(s->count + count <= s->room);
        for (size_t i = 0; i < count; i++, s->count++) {
            s->side[0][s->count] = frames[2 * i];
            s->side[1][s->count] = frames[2 * i + 1];
        }
    }
}

static void close_and_drain(struct call *c, struct sides *s) {
    assert(mx_close_port(c->m, c->tap) == MX_OK);
    mx_step(c->m, now);
    drain(c, s);
    assert(s->ended);
}

/* The first loud frame at or after `from`; `s->count` when there is none. */
static size_t next_loud(const struct sides *s, int side, size_t from) {
    while (from < s->count && abs(s->side[side][from]) < 20000) from++;
    return from;
}

static void a_tap_is_as_long_as_it_was_open_to_the_sample(void) {
    const int64_t lengths[] = {0, 1, 7 * MS, 333 * MS, 5000 * (int64_t)MS + 125000};
    for (int i = 0; i < 5; i++) {
        struct call c = begin();
        struct sides s = sides_open(100000);
        for (int64_t at = 0; at < lengths[i]; at += PTIME) {
            phone_talk(&c.left, LOUD);
            advance(&c, at + PTIME < lengths[i] ? at + PTIME : lengths[i]);
            drain(&c, &s);
        }
        close_and_drain(&c, &s);
        assert((int64_t)s.count == lengths[i] / NS_PER_SAMPLE);
        sides_close(&s);
        end(&c);
    }
}

static void loss_and_disorder_change_neither_length_nor_place(void) {
    struct call c = begin();
    struct sides s = sides_open(60 * 8000 + 1000);
    uint32_t state = 21;
    for (int i = 0; i < 60 * 50; i++) { /* a click every second; 30 % lost, some twice, some overtaken */
        uint8_t code = i % 50 == 25 ? LOUD : SILENCE;
        bool lost = chance(&state) % 10 < 3 && code == SILENCE;
        if (lost) c.left.sequence++, c.left.timestamp += FRAME;
        else phone_talk(&c.left, code);
        struct phone before = c.right;
        phone_talk(&c.right, code);
        if (chance(&state) % 5 == 0) phone_talk(&before, code); /* again */
        advance(&c, now + PTIME);
        drain(&c, &s);
    }
    close_and_drain(&c, &s);
    assert(s.count == 60 * 8000);
    for (size_t second = 0; second < 60; second++) {
        size_t left = next_loud(&s, 0, second * 8000), right = next_loud(&s, 1, second * 8000);
        assert(left == right && left == second * 8000 + 25 * FRAME);
    }
    sides_close(&s);
    end(&c);
}

enum { MINUTES = 60, CLICKS = MINUTES * 6, PLAYOUT = 3 * FRAME };

/* A listener, and when it heard clicks, both sides mixed: positions of the first and the last packet of each. */
struct ear {
    struct phone phone;
    long packets, first[CLICKS], last[CLICKS];
    int clicks;
};

static bool is_loud(const uint8_t *payload) {
    int16_t samples[FRAME];
    g711_decode_ulaw(samples, payload, FRAME);
    for (int i = 0; i < FRAME; i++)
        if (abs(samples[i]) > 20000) return true;
    return false;
}

static void hear(struct ear *ear) {
    struct rtp_packet packet;
    long at = (long)(now / NS_PER_SAMPLE);
    for (; phone_hear(&ear->phone, &packet); ear->packets++) {
        if (!is_loud(packet.payload)) continue;
        if (!ear->clicks || at - ear->last[ear->clicks - 1] > RATE) assert(ear->clicks < CLICKS), ear->first[ear->clicks++] = at;
        ear->last[ear->clicks - 1] = at;
    }
}

/* An hour, in the recording and in a mix. */
static void clocks_that_differ_stay_within_twenty_milliseconds(void) {
    struct call c = begin();
    static struct ear ear;
    ear.phone = phone_open(3);
    mx_port listener = join(c.m, &ear.phone, "PCMU", true);
    route(c.m, c.left_port, listener), route(c.m, c.right_port, listener);
    /* 720 ms of drift on each side, in opposite directions. */
    struct sides s = sides_open(MINUTES * 60 * 8000 + 1000);
    int64_t next[2] = {0, 0}, steps[2] = {PTIME * 10002LL / 10000, PTIME * 9998LL / 10000};
    struct phone *phones[2] = {&c.left, &c.right};
    const int64_t second = 1000 * (int64_t)MS;
    long sent[2][CLICKS], late[2];
    int clicks[2] = {0, 0};
    while (now < MINUTES * 60 * second) {
        int side = next[1] < next[0];
        advance(&c, next[side]);
        bool click = next[side] % (10 * second) < steps[side];
        if (click && clicks[side] < CLICKS) sent[side][clicks[side]++] = (long)(next[side] / NS_PER_SAMPLE);
        phone_talk(phones[side], click ? LOUD : SILENCE);
        next[side] += steps[side];
        drain(&c, &s);
        hear(&ear);
    }
    close_and_drain(&c, &s);
    assert((int64_t)s.count == now / NS_PER_SAMPLE && labs(ear.packets - MINUTES * 60 * 50) <= 5 && ear.clicks >= CLICKS - 1);
    for (int i = 0; i < CLICKS - 1; i++) {
        for (int side = 0; side < 2; side++)
            late[side] = (long)next_loud(&s, side, i ? (size_t)sent[side][i] - 4000 : 0) - sent[side][i];
        assert(labs(late[0] - late[1]) <= FRAME);
        long said = sent[0][i] < sent[1][i] ? sent[0][i] : sent[1][i];
        assert(labs(ear.first[i] - said - PLAYOUT) <= FRAME + 1 && ear.last[i] - ear.first[i] <= 3 * FRAME + 1);
    }
    mx_port_stats stats;
    assert(mx_stats(c.m, c.left_port, &stats) == MX_OK && stats.realigned >= 60 && stats.realigned <= 120);
    phone_close(&ear.phone);
    sides_close(&s);
    end(&c);
}

static void after_a_long_hold_the_sound_is_where_it_belongs(void) {
    struct call c = begin();
    struct sides s = sides_open(17 * 60 * 8000);
    for (int i = 0; i < 100; i++) phone_talk(&c.left, SILENCE), advance(&c, now + PTIME), drain(&c, &s);
    for (int i = 0; i < 15 * 60; i++) advance(&c, now + 1000 * (int64_t)MS), drain(&c, &s);
    size_t resumed = (size_t)(now / NS_PER_SAMPLE);
    for (int i = 0; i < 100; i++) { /* its timestamps stood still */
        phone_talk(&c.left, LOUD);
        advance(&c, now + PTIME);
        drain(&c, &s);
    }
    close_and_drain(&c, &s);
    assert(s.count == (size_t)(now / NS_PER_SAMPLE));
    size_t loud = next_loud(&s, 0, 0);
    assert(loud == resumed);
    sides_close(&s);
    end(&c);
}

static void random_timestamps_and_senders_never_change_the_length(void) {
    struct call c = begin();
    struct sides s = sides_open(100 * 8000);
    uint32_t state = 77;
    for (int i = 0; i < 3000; i++) {
        if (chance(&state) % 4 == 0) c.left.timestamp = chance(&state);
        if (chance(&state) % 50 == 0) c.left.ssrc = chance(&state);
        if (chance(&state) % 50 == 0) c.left.sequence = (uint16_t)chance(&state);
        uint8_t payload[RTP_MAX_PAYLOAD];
        memset(payload, LOUD, sizeof payload);
        phone_send(&c.left, payload, 1 + chance(&state) % RTP_MAX_PAYLOAD);
        c.left.sequence++;
        c.left.timestamp += FRAME;
        phone_talk(&c.right, i % 50 == 0 ? LOUD : SILENCE); /* and leave the other side alone */
        advance(&c, now + PTIME);
        drain(&c, &s);
    }
    close_and_drain(&c, &s);
    assert(s.count == 60 * 8000);
    for (size_t second = 0; second < 60; second++) /* the first where the route begins, softly */
        assert(next_loud(&s, 1, second * 8000) - second * 8000 <= (second ? 0 : MIX_RAMP));
    sides_close(&s);
    end(&c);
}

static void a_route_is_heard_from_its_first_to_its_last_instant(void) {
    struct call c = begin();
    struct sides s = sides_open(100000);
    assert(mx_unroute(c.m, c.left_port, c.tap) == MX_OK);
    for (int i = 0; i < 300; i++) {
        if (i == 100) route(c.m, c.left_port, c.tap);
        if (i == 200) assert(mx_unroute(c.m, c.left_port, c.tap) == MX_OK);
        phone_talk(&c.left, LOUD);
        advance(&c, now + PTIME);
        drain(&c, &s);
    }
    close_and_drain(&c, &s);
    assert(s.count == 300 * FRAME);
    for (size_t i = 0; i < s.count; i++) {
        bool heard = i >= 100 * FRAME && i < 200 * FRAME;
        bool whole = i >= 100 * FRAME + MIX_RAMP && i < 200 * FRAME - MIX_RAMP;
        assert(heard || s.side[0][i] == 0);
        assert(!whole || s.side[0][i] == 32124);
        assert(!i || abs(s.side[0][i] - s.side[0][i - 1]) <= 32124 * (MX_UNITY_GAIN / MIX_RAMP + 1) / MX_UNITY_GAIN + 2);
        assert(s.side[1][i] == 0);
    }
    sides_close(&s);
    end(&c);
}

static void a_prompt_is_recorded_without_a_gap_while_it_is_sent(void) {
    struct call c = begin();
    struct sides s = sides_open(100000);
    int16_t samples[777];
    mx_port player;
    for (int i = 0; i < 777; i++) samples[i] = (int16_t)(i + 1);
    mx_clip *clip = mx_clip_load(samples, 777);
    assert(mx_open_player(c.m, clip, true, &player) == MX_OK);
    advance(&c, 500 * MS);
    route(c.m, player, c.left_port);
    route(c.m, player, c.tap);
    for (int i = 1; i <= 6; i++) advance(&c, (500 + i * 500) * (int64_t)MS), drain(&c, &s);
    close_and_drain(&c, &s);
    size_t first = 0;
    while (!s.side[0][first]) first++;
    assert(first >= 4000 && first <= 4000 + 2 * FRAME);
    for (size_t i = first - first % FRAME + MIX_RAMP; i < s.count; i++) /* it began with a tick */
        assert(s.side[0][i] == (int16_t)((i - first / FRAME * FRAME) % 777 + 1));
    assert(s.count == 28000 && phone_flush(&c.left) >= 149);
    mx_clip_release(clip);
    sides_close(&s);
    end(&c);
}

static void frames_nobody_reads_are_counted_and_the_slot_comes_back(void) {
    struct call c = begin();
    mx_tap_state state;
    mx_port taps[16];
    advance(&c, 10000 * (int64_t)MS);
    assert(mx_close_port(c.m, c.tap) == MX_OK);
    mx_step(c.m, now);
    assert(mx_tap_read(c.m, c.tap, frames, MX_TAP_FRAMES, &state) == MX_TAP_FRAMES && state.ended);
    assert(state.overruns == 80000 - MX_TAP_FRAMES);
    advance(&c, now + 300 * MS);
    for (int i = 0; i < 14; i++) assert(mx_open_tap(c.m, &taps[i]) == MX_OK); /* all but the two phones */
    assert(mx_open_tap(c.m, &taps[14]) == MX_FULL);
    for (int i = 0; i < 14; i++) {
        if (i % 2) mx_tap_forget(c.m, taps[i]); /* in any order with its end */
        assert(mx_close_port(c.m, taps[i]) == MX_OK);
        if (i % 2 == 0) mx_tap_forget(c.m, taps[i]);
    }
    advance(&c, now + 300 * MS);
    for (int i = 0; i < 14; i++) assert(mx_open_tap(c.m, &taps[i]) == MX_OK);
    end(&c);
}

int main(void) {
    a_tap_is_as_long_as_it_was_open_to_the_sample();
    loss_and_disorder_change_neither_length_nor_place();
    clocks_that_differ_stay_within_twenty_milliseconds();
    after_a_long_hold_the_sound_is_where_it_belongs();
    random_timestamps_and_senders_never_change_the_length();
    a_route_is_heard_from_its_first_to_its_last_instant();
    a_prompt_is_recorded_without_a_gap_while_it_is_sent();
    frames_nobody_reads_are_counted_and_the_slot_comes_back();
}
