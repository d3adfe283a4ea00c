/* digits.c: every digit is told once, with its duration, whatever happens to its packets; what is sent can be read. */
#include "bytes.h"
#include "check.h"
#include "digits.h"

enum { N = 160, END = 0x80 };

struct heard {
    struct digit digits[2000];
    uint32_t count;
};

static void take(struct digit_reception *r, struct heard *h, uint8_t code, bool end, uint32_t duration, uint32_t timestamp,
                 int64_t now) {
    uint8_t block[DIGIT_BLOCK] = {code, end ? END | 10 : 10};
    struct digit found[2];
    put16(block + 2, (uint16_t)duration);
    uint32_t count = digits_take(r, block, timestamp, now, found);
    for (uint32_t i = 0; i < count; i++) h->digits[h->count++] = found[i];
}

static void three_ends_are_one_digit(void) {
    struct digit_reception r = {0};
    struct heard h = {0};
    for (int i = 1; i <= 5; i++) take(&r, &h, 5, false, (uint32_t)i * N, 1000, i * N);
    assert(h.count == 0);
    for (int i = 0; i < 3; i++) take(&r, &h, 5, true, 5 * N, 1000, (6 + i) * N);
    take(&r, &h, 5, false, 3 * N, 1000, 10 * N); /* overtaken by its own end */
    assert(h.count == 1 && h.digits[0].code == 5 && h.digits[0].duration == 5 * N);
}

static void the_same_key_twice_is_two_digits(void) {
    struct digit_reception r = {0};
    struct heard h = {0};
    take(&r, &h, 7, true, 400, UINT32_MAX - 100, 0);
    take(&r, &h, 7, true, 400, 800, 1000);
    take(&r, &h, 7, true, 400, UINT32_MAX - 100, 1100); /* the first again */
    assert(h.count == 2);
}

static void a_lost_end_is_made_up_for_by_the_next_digit_or_by_time(void) {
    struct digit_reception r = {0};
    struct heard h = {0};
    struct digit late;
    take(&r, &h, 1, false, 480, 0, 480);
    take(&r, &h, 1, false, 160, 1600, 1760);
    assert(h.count == 1 && h.digits[0].code == 1 && h.digits[0].duration == 480);
    assert(!digits_expire(&r, 1760 + 1599, &late));
    assert(digits_expire(&r, 1760 + 1600, &late) && late.code == 1 && late.duration == 160);
    assert(!digits_expire(&r, 9999, &late));
    take(&r, &h, 1, true, 800, 1600, 9999); /* its end, very late */
    assert(h.count == 1);
}

static void a_new_sender_ends_what_the_old_one_began(void) {
    struct digit_reception r = {0};
    struct heard h = {0};
    struct digit cut;
    assert(!digits_restart(&r, &cut));
    take(&r, &h, 15, false, 320, 77777, 0);
    assert(digits_restart(&r, &cut) && cut.code == 15 && cut.duration == 320);
    take(&r, &h, 15, true, 320, 5, 200); /* its timestamps may lie before */
    assert(h.count == 1);
}

static void a_long_event_in_segments_is_one_digit(void) {
    struct digit_reception r = {0};
    struct heard h = {0};
    uint32_t start = 123;
    for (uint32_t at = N; at < 150000; at += N) {
        if (at > 60000 && at < 70000) continue; /* a second of it is lost, the change of segment in the middle */
        uint32_t segment = at / 0xffff;
        take(&r, &h, 11, false, at - segment * 0xffff, start + segment * 0xffff, at);
    }
    for (int i = 0; i < 3; i++) take(&r, &h, 11, true, 150000 - 2 * 0xffff, start + 2 * 0xffff, 150000 + i * N);
    assert(h.count == 1 && h.digits[0].code == 11 && h.digits[0].duration == 150000);
}

static void a_phone_that_moves_the_timestamp_with_each_packet_is_understood(void) {
    struct digit_reception r = {0};
    struct heard h = {0};
    for (uint32_t i = 0; i < 6; i++) take(&r, &h, 3, i == 5, 160, 4000 + i * N, i * N);
    assert(h.count == 1 && h.digits[0].duration == 6 * N);
}

static void other_events_are_no_digits(void) {
    struct digit_reception r = {0};
    struct heard h = {0};
    for (int code = DIGIT_CODES; code < 256; code++) take(&r, &h, (uint8_t)code, true, 800, (uint32_t)code * 8000, 0);
    assert(h.count == 0);
}

/* A thousand digits of 40 to 200 ms, every packet lost, delayed past the next or doubled by chance. */
static void all_are_found_with_a_tenth_of_the_packets_lost(void) {
    struct digit_queue q = {0};
    struct digit_reception r = {0};
    struct heard h = {0};
    uint32_t state = 99, sent = 0, lost = 0;
    uint8_t codes[1000];
    struct digit_packet packet, held = {.start = -1};
    struct digit found[2];
    bool done;
    for (int64_t tick = 0; sent < 1000 || q.count; tick += N) {
        while (q.count < 4 && sent < 1000) {
            codes[sent] = chance(&state) % 3 ? (uint8_t)(chance(&state) % DIGIT_CODES) : codes[sent ? sent - 1 : 0];
            digits_queue(&q, codes[sent++], 320 + chance(&state) % 1280, 480 + chance(&state) % 800, true);
        }
        if (digits_expire(&r, tick, found)) h.digits[h.count++] = found[0];
        if (!digits_send(&q, tick, &packet, &done)) continue;
        bool late = held.start < 0 && chance(&state) % 10 == 0;
        int copies = late ? 0 : chance(&state) % 10 == 0 ? (lost++, 0) : 1 + (chance(&state) % 10 == 0);
        if (late) held = packet;
        for (; copies > 0; copies--)
            take(&r, &h, packet.block[0], packet.block[1] & END, get16(packet.block + 2), (uint32_t)packet.start, tick);
        if (!late && held.start >= 0) {
            take(&r, &h, held.block[0], held.block[1] & END, get16(held.block + 2), (uint32_t)held.start, tick);
            held.start = -1;
        }
    }
    if (digits_restart(&r, found)) h.digits[h.count++] = found[0];
    assert(lost > 500 && h.count == 1000);
    for (int i = 0; i < 1000; i++) assert(h.digits[i].code == codes[i]);
}

static void random_blocks_are_never_more_digits_than_blocks(void) {
    struct digit_reception r = {0};
    uint32_t state = 3, digits = 0, blocks = 200000;
    for (uint32_t i = 0; i < blocks; i++) {
        uint32_t noise = chance(&state);
        struct digit found[2];
        digits += digits_take(&r, (const uint8_t *)&noise, i % 2 ? chance(&state) : i * 40, i, found);
        digits += digits_expire(&r, i, found);
    }
    assert(digits <= blocks);
}

static void a_digit_is_sent_as_the_rfc_says(void) {
    struct digit_queue q = {0};
    struct digit_packet packet;
    bool done = false;
    int ends = 0, packets = 0;
    digits_queue(&q, 10, 810, 700, true); /* not whole ticks */
    digits_queue(&q, 11, 320, 480, true);
    int64_t tick = 16000;
    for (; !done; tick += N, packets++) {
        assert(digits_send(&q, tick, &packet, &done));
        uint32_t elapsed = (uint32_t)(packets + 1) * N;
        assert(packet.block[0] == 10 && packet.start == 16000 && packet.marker == (packets == 0));
        assert(get16(packet.block + 2) == (elapsed < 810 ? elapsed : 810));
        assert((packet.block[1] & END) == (elapsed < 810 ? 0 : END) && (packet.block[1] & 0x40) == 0);
        ends += (packet.block[1] & END) != 0;
    }
    assert(packets == 8 && ends == 3 && !q.sounding && q.count == 1);
    for (; tick < 16000 + 810 + 700; tick += N) assert(!digits_send(&q, tick, &packet, &done));
    assert(digits_send(&q, tick, &packet, &done) && packet.block[0] == 11 && packet.marker && packet.start == tick);
    assert(q.sounding && digits_drop(&q) == 1 && !q.sounding && !digits_send(&q, tick + N, &packet, &done));
}

int main(void) {
    for (int i = 0; i < DIGIT_CODES; i++) assert(digit_code(digit_symbol((uint8_t)i)) == i);
    assert(digit_code('x') < 0 && digit_code(0) < 0);
    three_ends_are_one_digit();
    the_same_key_twice_is_two_digits();
    a_lost_end_is_made_up_for_by_the_next_digit_or_by_time();
    a_new_sender_ends_what_the_old_one_began();
    a_long_event_in_segments_is_one_digit();
    a_phone_that_moves_the_timestamp_with_each_packet_is_understood();
    other_events_are_no_digits();
    all_are_found_with_a_tenth_of_the_packets_lost();
    random_blocks_are_never_more_digits_than_blocks();
    a_digit_is_sent_as_the_rfc_says();
}
