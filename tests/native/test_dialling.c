/* Digits through a whole mixer, on a turned clock: told, relayed, sent; and heard as sound by nobody. */
#include "rig.h"

enum { EVENT = 101, LOUD = 0x80, SILENCE = 0xff };

static int64_t now;

static void pass(mx *m, int64_t ns) {
    for (int64_t until = now + ns; now < until;) mx_step(m, now += 5 * MS);
}

static mx *opened(void) {
    mx *m = rig_open(true);
    now = 0;
    mx_step(m, 0);
    return m;
}

static mx_port join_with_events(mx *m, struct phone *p, bool listen_only) {
    mx_port port = join(m, p, "PCMU", listen_only);
    mx_remote remote = remote_of(p, "PCMU");
    remote.telephone_event = remote.receive_telephone_event = EVENT;
    assert(mx_set_remote(m, port, &remote) == MX_OK);
    return port;
}

/* One event packet; the timestamp is that of the beginning. */
static void press(struct phone *p, uint8_t code, bool end, uint32_t duration) {
    uint8_t block[DIGIT_BLOCK] = {code, end ? 0x8a : 0x0a};
    put16(block + 2, (uint16_t)duration);
    p->payload_type = EVENT;
    phone_send(p, block, sizeof block);
    p->payload_type = 0;
    p->sequence++;
}

static void press_whole(mx *m, struct phone *p, uint8_t code) {
    for (uint32_t i = 1; i <= 7; i++) {
        press(p, code, i >= 5, i < 5 ? i * FRAME : 5 * FRAME);
        pass(m, PTIME);
    }
    p->timestamp += 7 * FRAME;
}

static int read_digits(mx *m, mx_port port, char *digits, uint32_t *duration_ms) {
    mx_event event;
    int count = 0;
    while (mx_next_event(m, &event)) {
        if (event.kind != MX_DIGIT_RECEIVED) continue;
        assert(event.port.slot == port.slot && event.port.generation == port.generation);
        digits[count++] = event.digit;
        *duration_ms = event.duration_ms;
    }
    digits[count] = 0;
    return count;
}

static void a_digit_is_told_once_and_is_no_sound(void) {
    mx *m = opened();
    struct phone a = phone_open(1), b = phone_open(2);
    mx_port leg = join_with_events(m, &a, false), mixed = join(m, &b, "PCMU", false), tap;
    int16_t frames[2 * 8000];
    struct rtp_packet packet;
    char digits[8];
    uint32_t duration_ms;
    bool ended;
    assert(mx_open_tap(m, &tap) == MX_OK && mx_route(m, leg, mixed, 128) == MX_OK);
    route(m, leg, tap);
    press_whole(m, &a, 11);
    press_whole(m, &a, 0);
    pass(m, 500 * MS);
    assert(read_digits(m, leg, digits, &duration_ms) == 2 && strcmp(digits, "#0") == 0 && duration_ms == 100);
    int mixes = 0;
    for (; phone_hear(&b, &packet); mixes++)
        for (uint32_t i = 0; i < packet.length; i++) assert(packet.payload[i] == SILENCE);
    size_t count = read_tap(m, tap, frames, 8000, &ended);
    for (size_t i = 0; i < count; i++) assert(frames[2 * i] == 0);
    assert(mixes > 30 && count > 4000);
    mx_close(m);
    phone_close(&a), phone_close(&b);
}

static void a_lost_end_is_told_within_half_a_second(void) {
    mx *m = opened();
    struct phone a = phone_open(1);
    mx_port leg = join_with_events(m, &a, false);
    char digits[8];
    uint32_t duration_ms;
    press(&a, 9, false, 480);
    pass(m, 500 * MS);
    assert(read_digits(m, leg, digits, &duration_ms) == 1 && digits[0] == '9' && duration_ms == 60);
    press(&a, 4, false, 160), pass(m, PTIME);
    a.ssrc++, a.timestamp += 1 << 30; /* a new sender, in the middle of a digit */
    phone_talk(&a, SILENCE), pass(m, PTIME);
    assert(read_digits(m, leg, digits, &duration_ms) == 1 && digits[0] == '4');
    mx_close(m);
    phone_close(&a);
}

static void nonsense_and_floods_are_dropped_and_counted(void) {
    mx *m = opened();
    struct phone a = phone_open(1), ear = phone_open(2);
    mx_port leg = join_with_events(m, &a, false), deaf = join_with_events(m, &ear, true);
    char digits[4000];
    uint32_t duration_ms;
    mx_port_stats stats;
    a.payload_type = EVENT;
    phone_send(&a, (const uint8_t *)"12345", 5), a.sequence++;
    a.payload_type = 0;
    pass(m, PTIME);
    assert(mx_stats(m, leg, &stats) == MX_OK && stats.malformed == 1);
    uint8_t many[DIGIT_BLOCK * 400];
    for (int i = 0; i < 400; i++) many[4 * i] = (uint8_t)(i % 16), many[4 * i + 1] = 0x8a, put16(many + 4 * i + 2, 10);
    for (int i = 0; i < 50; i++) {
        a.payload_type = EVENT;
        phone_send(&a, many, sizeof many);
        a.payload_type = 0;
        a.sequence++, a.timestamp += 4000;
        pass(m, PTIME);
    }
    int told = read_digits(m, leg, digits, &duration_ms);
    assert(told >= 32 && told <= 32 + 21);
    assert(mx_stats(m, leg, &stats) == MX_OK && stats.digits == (uint64_t)told);
    assert(stats.digits + stats.digits_lost == 20000);
    press_whole(m, &ear, 5);
    assert(read_digits(m, deaf, digits, &duration_ms) == 0);
    mx_close(m);
    phone_close(&a), phone_close(&ear);
}

/* What a phone hears: digits by their first packet, sound by its packets; the stream is one, without a break. */
struct dialled {
    char digits[40];
    int count, sound, ends;
    bool begun;
    struct rtp_header last;
    uint32_t event_timestamp;
};

static void overhear(const struct phone *p, struct dialled *d) {
    struct rtp_packet packet;
    for (; phone_hear(p, &packet); d->last = packet.header, d->begun = true) {
        bool event = packet.header.payload_type == EVENT;
        if (d->begun) {
            assert(packet.header.sequence == (uint16_t)(d->last.sequence + 1) && packet.header.ssrc == d->last.ssrc);
            assert((int32_t)(packet.header.timestamp - d->last.timestamp) >= 0);
        }
        if (!event) {
            d->sound++;
            continue;
        }
        d->ends += packet.payload[1] >> 7;
        if (d->count && packet.header.timestamp == d->event_timestamp) {
            assert(!packet.header.marker && packet.payload[0] == (uint8_t)digit_code(d->digits[d->count - 1]));
        } else {
            assert(packet.header.marker && packet.length == DIGIT_BLOCK);
            d->event_timestamp = packet.header.timestamp;
            d->digits[d->count++] = digit_symbol(packet.payload[0]);
        }
    }
}

static void dial(mx *m, struct phone *talker, const struct phone *p, struct dialled *d, int ticks) {
    for (int i = 0; i < ticks; i++) {
        phone_talk(talker, LOUD);
        pass(m, PTIME);
        overhear(p, d);
    }
}

static void digits_take_the_place_of_what_is_relayed_mixed_or_nothing(void) {
    for (int gain = 0; gain <= MX_UNITY_GAIN; gain += MX_UNITY_GAIN / 2) { /* nothing, a mix, a relay */
        mx *m = opened();
        struct phone a = phone_open(1), b = phone_open(2);
        mx_port from = join(m, &a, "PCMU", false), to = join_with_events(m, &b, false);
        struct dialled d = {0};
        if (gain) assert(mx_route(m, from, to, gain) == MX_OK);
        dial(m, &a, &b, &d, 50);
        uint32_t begun = d.last.timestamp, sound = (uint32_t)d.sound;
        assert(mx_send_digits(m, to, "12", 100, 60) == MX_OK && mx_send_digits(m, to, "2#D", 65, 100) == MX_OK);
        dial(m, &a, &b, &d, 50);
        assert(strcmp(d.digits, "122#D") == 0 && d.ends == 15);
        if (gain) {
            assert(d.sound - sound >= 10 && d.sound - sound <= 25); /* in between, and after */
            assert(labs((long)(d.last.timestamp - begun) - 50 * FRAME) <= 2 * FRAME);
        }
        mx_close(m);
        phone_close(&a), phone_close(&b);
    }
}

static void no_more_digits_than_may_wait(void) {
    mx *m = opened();
    struct phone a = phone_open(1);
    mx_port port = join_with_events(m, &a, false), tap;
    struct dialled d = {0};
    const char *most = "01234567890123456789012345678901";
    assert(mx_open_tap(m, &tap) == MX_OK && mx_send_digits(m, tap, "1", 100, 100) == MX_INVALID);
    assert(mx_send_digits(m, port, "", 100, 100) == MX_INVALID && mx_send_digits(m, port, "1x", 100, 100) == MX_INVALID);
    assert(mx_send_digits(m, port, "1", 39, 100) == MX_INVALID && mx_send_digits(m, port, "1", 8001, 100) == MX_INVALID);
    assert(mx_send_digits(m, port, "1", 100, 59) == MX_INVALID && mx_send_digits(m, port, "1", 100, 8001) == MX_INVALID);
    assert(mx_send_digits(m, port, most, 40, 60) == MX_OK && mx_send_digits(m, port, "1", 40, 60) == MX_FULL);
    for (int i = 0; i < 100; i++) pass(m, PTIME), overhear(&a, &d);
    assert(mx_send_digits(m, port, "*", 40, 60) == MX_OK);
    for (int i = 0; i < 150; i++) pass(m, PTIME), overhear(&a, &d);
    assert(d.count == 33 && strncmp(d.digits, most, 32) == 0 && d.digits[32] == '*');
    assert(mx_send_digits(m, port, most, 8000, 60) == MX_OK);
    pass(m, PTIME);
    mx_remote without = remote_of(&a, "PCMU");
    assert(mx_set_remote(m, port, &without) == MX_OK && mx_send_digits(m, port, "1", 40, 60) == MX_NO_EVENTS);
    pass(m, PTIME);
    without.telephone_event = EVENT;
    assert(mx_set_remote(m, port, &without) == MX_OK && mx_send_digits(m, port, most, 40, 60) == MX_OK); /* all have gone */
    assert(mx_close_port(m, port) == MX_OK && mx_send_digits(m, port, "1", 40, 60) == MX_GONE);
    pass(m, PTIME);
    mx_close(m);
    phone_close(&a);
}

int main(void) {
    codecs_prepare();
    a_digit_is_told_once_and_is_no_sound();
    a_lost_end_is_told_within_half_a_second();
    nonsense_and_floods_are_dropped_and_counted();
    digits_take_the_place_of_what_is_relayed_mixed_or_nothing();
    no_more_digits_than_may_wait();
}
