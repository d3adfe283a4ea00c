/* Digits over a wire that loses one packet in ten: each is told once, whoever sends it. */
#include "rig.h"

enum { DIGITS = 1000, EVENT_TYPE = 101 };

static int64_t now;

static void pass(mx *m) {
    for (int64_t until = now + PTIME; now < until;) mx_step(m, now += 5 * MS);
}

static void send_event(struct phone *p, uint8_t code, int elapsed, bool end, bool lost) {
    uint32_t duration = (uint32_t)elapsed * FRAME;
    const uint8_t block[DIGIT_BLOCK] = {code, (uint8_t)(end << 7 | 10), (uint8_t)(duration >> 8), (uint8_t)duration};
    if (!lost) phone_send(p, block, sizeof block);
    p->sequence++;
}

/* As RFC 4733 §2.5.1 has it: every 20 ms while the key is held, and the end three times at once. */
static void press(mx *m, struct phone *p, uint8_t code, uint32_t *state) {
    const int held = 4;
    p->payload_type = EVENT_TYPE;
    for (int elapsed = 1; elapsed <= held; elapsed++, pass(m)) send_event(p, code, elapsed, false, chance(state) % 10 == 0);
    for (int i = 0; i < DIGIT_END_PACKETS; i++) send_event(p, code, held + 1, true, chance(state) % 10 == 0);
    p->timestamp += (uint32_t)(held + 1) * FRAME;
    p->payload_type = 0;
    for (int i = 0; i < 4; i++, pass(m)) phone_talk(p, 0xff);
}

static void each_digit_is_told_once(void) {
    mx *m = rig_open(true);
    now = 0;
    mx_step(m, 0);
    struct phone p = phone_open(1);
    mx_port port = join(m, &p, "PCMU", false);
    mx_remote remote = remote_of(&p, "PCMU");
    remote.telephone_event = remote.receive_telephone_event = EVENT_TYPE;
    assert(mx_set_remote(m, port, &remote) == MX_OK);
    uint32_t state = 2026, told = 0, expected = 0;
    mx_event event;
    for (int i = 0; i < DIGITS; i++) {
        uint8_t code = (uint8_t)(chance(&state) % DIGIT_CODES);
        press(m, &p, code, &state);
        expected = expected * 31 + (uint32_t)digit_symbol(code);
        while (mx_next_event(m, &event))
            if (event.kind == MX_DIGIT_RECEIVED) told = told * 31 + (uint32_t)event.digit;
    }
    for (int i = 0; i < 50; i++) pass(m);
    while (mx_next_event(m, &event))
        if (event.kind == MX_DIGIT_RECEIVED) told = told * 31 + (uint32_t)event.digit;
    mx_port_stats stats;
    assert(mx_stats(m, port, &stats) == MX_OK && stats.digits == DIGITS && stats.digits_lost == 0);
    assert(told == expected); /* these, and in this order */
    mx_close(m);
    phone_close(&p);
}

int main(void) {
    each_digit_is_told_once();
    return 0;
}
