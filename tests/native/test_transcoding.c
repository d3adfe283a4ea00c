/* Phones of different codecs and packet lengths in one call, and codecs that change in it: stepped through, tones say who is
 * heard, how much, how late. */
#define _GNU_SOURCE
#include "talker.h"

/* How much of the tone is in the last part of what was heard, as a part of what was said. */
static double heard(const struct talker *t, double hertz) {
    size_t count = (size_t)MX_SAMPLE_RATE / 2 * t->codec->width;
    assert(t->count > count);
    return tone_peak(t->heard + t->count - count, count, hertz, 8000 * t->codec->width) / PEAK;
}

static double rest(const struct talker *t, double hertz) {
    size_t count = (size_t)MX_SAMPLE_RATE / 2 * t->codec->width;
    return tone_rest(t->heard + t->count - count, count, hertz, 8000 * t->codec->width);
}

/* The position at which something is heard first; the mix begins when the phones do. */
static uint32_t onset(const struct talker *t) {
    for (uint32_t i = 0; i < t->count; i++)
        if (abs(t->heard[i]) > PEAK / 4) return i / t->codec->width;
    return UINT32_MAX;
}

static void converse(const struct codec *one, uint32_t one_ms, const struct codec *other, uint32_t other_ms) {
    mx *m = rig_open(true);
    struct talker *a = talker(0, one, one_ms, 700), *b = talker(1, other, other_ms, 1100), *ear = talker(2, codec_at(0), 20, 0);
    int64_t now = 0;
    bool ended;
    static int16_t frames[2 * SAID];
    mx_step(m, 0);
    mx_port pa = take_part(m, a, false), pb = take_part(m, b, false), pe = take_part(m, ear, true), tap;
    assert(mx_open_tap(m, &tap) == MX_OK);
    route(m, pa, pb), route(m, pb, pa), route(m, pa, pe), route(m, pb, pe), route(m, pa, tap), route(m, pb, right_of(tap));
    talk(m, &now, 2 * SECOND);
    size_t count = read_tap(m, tap, frames, SAID, &ended);
    int16_t sides[2][4000];
    for (size_t i = 0; i < 2 * 4000; i++) sides[i % 2][i / 2] = frames[2 * (count - 4000) + i];
    assert(heard(a, 1100) > 0.8 && heard(a, 1100) < 1.2 && heard(b, 700) > 0.8 && heard(b, 700) < 1.2);
    assert(rest(a, 1100) < 0.02 && rest(b, 700) < 0.02 && !a->gap && !b->gap);
    assert(heard(ear, 700) > 0.8 && heard(ear, 1100) > 0.8);
    assert(tone_peak(sides[0], 4000, 700, 8000) > PEAK * 0.8 && tone_peak(sides[1], 4000, 1100, 8000) > PEAK * 0.8);
    assert(tone_rest(sides[0], 4000, 700, 8000) < 0.01 && tone_rest(sides[1], 4000, 1100, 8000) < 0.01);
    bool relayed = codec_relays(one, other);
    assert(a->shortest == (relayed ? b->span : a->span) && a->longest == a->shortest);
    assert(b->shortest == (relayed ? a->span : b->span) && b->longest == b->shortest);
    assert(onset(a) <= (relayed ? 0 : 80 * 8) + CODEC_DELAY && onset(b) <= (relayed ? 0 : 80 * 8) + CODEC_DELAY);
    mx_close(m);
    leave();
}

static void every_pair_of_codecs_and_packet_lengths_understands_each_other(void) {
    const uint32_t lengths[] = {10, 20, 30, 60};
    for (size_t i = 0; codec_at(i); i++)
        for (size_t j = 0; j <= i; j++)
            for (int p = 0; p < 4; p++) converse(codec_at(i), lengths[p], codec_at(j), lengths[(p + i + j) % 4]);
}

static void wideband_stays_wide_from_codec_to_codec(void) {
    const char *const wide[] = {"G722", "opus"};
    for (int way = 0; way < 2; way++) {
        mx *m = rig_open(true);
        struct talker *a = talker(0, codec_called(wide[way]), 20, 5300), *b = talker(1, codec_called(wide[!way]), 20, 0);
        int64_t now = 0;
        mx_step(m, 0);
        route(m, take_part(m, a, false), take_part(m, b, false));
        talk(m, &now, 2 * SECOND);
        assert(heard(b, 5300) > 0.7 && rest(b, 5300) < 0.05);
        mx_close(m);
        leave();
    }
}

/* The largest step between two samples of a tap's left side; `frames` as they were read. */
static int largest_step(const int16_t *frames, size_t from, size_t count) {
    int largest = 0;
    for (size_t i = from + 1; i < count; i++)
        if (abs(frames[2 * i] - frames[2 * i - 2]) > largest) largest = abs(frames[2 * i] - frames[2 * i - 2]);
    return largest;
}

/* In a call of four codecs one after the other, the tap is as long as the call, and nobody hears a click. */
static void a_codec_that_changes_in_mid_call_is_neither_a_gap_nor_a_click(void) {
    const char *const codecs[] = {"PCMU", "G722", "opus", "PCMA", "L16", "PCMU"};
    static int16_t frames[2 * 12 * MX_SAMPLE_RATE];
    mx *m = rig_open(true);
    struct talker *a = talker(0, codec_at(0), 20, 300), *b = talker(1, codec_at(0), 20, 0);
    int64_t now = 0;
    mx_port tap;
    size_t count = 0;
    bool ended;
    mx_step(m, 0);
    mx_port pa = take_part(m, a, false), pb = take_part(m, b, false);
    assert(mx_open_tap(m, &tap) == MX_OK);
    route(m, pa, pb), route(m, pa, tap);
    for (int i = 0; i < 6; i++) {
        speak_as(a, codec_called(codecs[i]), 20);
        mx_remote remote = remote_at(a);
        assert(mx_set_remote(m, pa, &remote) == MX_OK);
        talk(m, &now, SECOND);
        assert(heard(b, 300) > 0.8 && heard(b, 300) < 1.2);
        count += read_tap(m, tap, frames + 2 * count, 2 * MX_SAMPLE_RATE, &ended);
    }
    assert(!b->gap && (int64_t)count <= now - 120 * 8 && (int64_t)count > now - 120 * 8 - 10 * FRAME);
    assert(largest_step(frames, 1200, count) < 1885 + 250); /* that of the tone, and what codecs round */
    mx_close(m);
    leave();
}

static void the_listener_may_change_too_while_it_hears(void) {
    mx *m = rig_open(true);
    struct talker *a = talker(0, codec_called("G722"), 20, 900), *b = talker(1, codec_at(0), 20, 0);
    int64_t now = 0;
    const char *const codecs[] = {"opus", "PCMA", "G722", "L16", "G722", "opus"};
    const uint32_t lengths[] = {60, 10, 30, 40, 20, 20};
    mx_step(m, 0);
    mx_port pa = take_part(m, a, false), pb = take_part(m, b, false);
    route(m, pa, pb);
    talk(m, &now, SECOND);
    for (int i = 0; i < 6; i++) {
        hear(b);
        speak_as(b, codec_called(codecs[i]), lengths[i]);
        b->count = b->packets = 0, b->shortest = UINT32_MAX, b->longest = 0;
        mx_remote remote = remote_at(b);
        assert(mx_set_remote(m, pb, &remote) == MX_OK);
        talk(m, &now, SECOND);
        assert(heard(b, 900) > 0.8 && heard(b, 900) < 1.2 && rest(b, 900) < 0.03 && !b->gap);
        assert(b->longest == (strcmp(codecs[i], "G722") ? b->span : a->span));
    }
    mx_close(m);
    leave();
}

static void a_stream_that_starts_anew_is_heard_on(void) {
    for (size_t i = 0; codec_at(i); i++) {
        mx *m = rig_open(true);
        struct talker *a = talker(0, codec_at(i), 20, 400), *b = talker(1, codec_called("L16"), 20, 0);
        int64_t now = 0;
        mx_step(m, 0);
        route(m, take_part(m, a, false), take_part(m, b, false));
        talk(m, &now, SECOND);
        speak_as(a, codec_at(i), 20);
        a->phone.ssrc += 77, a->phone.sequence += 5000, a->phone.timestamp += 123456789;
        talk(m, &now, SECOND);
        assert(heard(b, 400) > 0.8 && heard(b, 400) < 1.2 && rest(b, 400) < 0.02 && !b->gap);
        mx_close(m);
        leave();
    }
}

/* Of ten packets one is lost and two come in the wrong order. */
static void loss_and_disorder_are_made_up_for(void) {
    for (size_t i = 0; codec_at(i); i++) {
        mx *m = rig_open(true);
        struct talker *a = talker(0, codec_at(i), 20, 400), *b = talker(1, codec_called("L16"), 20, 0);
        mx_port_stats stats;
        mx_step(m, 0);
        mx_port pa = take_part(m, a, false);
        route(m, pa, take_part(m, b, false));
        uint32_t width = a->codec->width;
        for (int64_t n = 0; n < 2 * SECOND; n++) {
            int16_t samples[2 * FRAME];
            uint8_t payload[2][RTP_MAX_PAYLOAD];
            uint32_t lengths[2];
            static uint8_t held[RTP_MAX_PAYLOAD];
            static uint32_t held_length;
            tone_fill(samples, FRAME * width, n * FRAME * width, 400, 8000 * width, PEAK);
            lengths[0] = a->codec->encode(a->encoder, payload[0], samples, FRAME);
            uint32_t timestamp = (uint32_t)n * FRAME * a->codec->ticks;
            a->phone.sequence = (uint16_t)n, a->phone.timestamp = timestamp;
            if (n % 10 == 5) {
                memcpy(held, payload[0], held_length = lengths[0]);
            } else if (n % 10 != 2) {
                phone_send(&a->phone, payload[0], lengths[0]);
            }
            if (n % 10 == 6) {
                a->phone.sequence = (uint16_t)(n - 1), a->phone.timestamp = timestamp - FRAME * a->codec->ticks;
                phone_send(&a->phone, held, held_length);
            }
            mx_step(m, n * PTIME);
            hear(b);
        }
        assert(mx_stats(m, pa, &stats) == MX_OK && stats.lost == 10 && stats.received == 90);
        if (a->codec == b->codec) assert(b->packets == 90); /* relayed, as it came */
        else assert(heard(b, 400) > (a->codec->conceal ? 0.5 : 0.9) && heard(b, 400) < 1.2 && !b->gap && stats.concealed_ms > 100);
        mx_close(m);
        leave();
    }
}

static void send_numbered(struct talker *t, int64_t n, const uint8_t *payload, uint32_t length) {
    t->phone.sequence = (uint16_t)n, t->phone.timestamp = (uint32_t)n * FRAME * t->codec->ticks;
    phone_send(&t->phone, payload, length);
}

/* What is heard of a tone that rises, where the first packets of each eight, so many, come in the opposite order. */
static uint32_t hear_disorder(const struct codec *codec, int turned, int16_t *heard) {
    enum { EIGHT = 8 };
    mx *m = rig_open(true);
    struct talker *a = talker(0, codec, 20, 400), *b = talker(1, codec_called("L16"), 20, 0);
    mx_port_stats stats;
    mx_step(m, 0);
    mx_port pa = take_part(m, a, false), tap;
    assert(mx_open_wide_tap(m, &tap) == MX_OK);
    route(m, pa, take_part(m, b, false)), route(m, pa, tap);
    for (int64_t n = 0; n < 12 * EIGHT; n++) {
        static uint8_t kept[EIGHT][RTP_MAX_PAYLOAD];
        static uint32_t lengths[EIGHT];
        int16_t samples[2 * FRAME];
        int at = (int)(n % EIGHT), last = n < EIGHT ? 0 : turned - 1; /* at first nothing is known of an order */
        tone_fill(samples, FRAME * codec->width, n * FRAME * codec->width, 300 + 5.0 * (double)n, 8000 * codec->width, PEAK);
        lengths[at] = codec->encode(a->encoder, kept[at], samples, FRAME);
        if (at > last) send_numbered(a, n, kept[at], lengths[at]);
        for (int i = last; at == last && i >= 0; i--) send_numbered(a, n - at + i, kept[i], lengths[i]);
        mx_step(m, n * PTIME);
        hear(b);
    }
    assert(mx_stats(m, pa, &stats) == MX_OK && stats.misplaced == 0 && stats.concealed_ms == 0 && stats.lost == 0);
    uint32_t count = b->count;
    memcpy(heard, b->heard, count * sizeof *heard);
    mx_close(m);
    leave();
    return count;
}

/* A decoder that remembers is fed as if nothing had happened. */
static void packets_in_disorder_are_heard_in_order(void) {
    static int16_t straight[MOST], turned[MOST];
    for (size_t i = 0; codec_at(i); i++) {
        if (!codec_at(i)->open_decoder) continue;
        uint32_t count = hear_disorder(codec_at(i), 1, straight);
        assert(hear_disorder(codec_at(i), 2, turned) == count && memcmp(straight, turned, count * sizeof *turned) == 0);
    }
}

static void each_side_may_have_its_own_payload_types(void) {
    mx *m = rig_open(true);
    struct talker *a = talker(0, codec_called("opus"), 20, 700), *b = talker(1, codec_called("opus"), 20, 1100);
    int64_t now = 0;
    struct rtp_packet packet;
    mx_step(m, 0);
    mx_remote ra = remote_at(a), rb = remote_at(b);
    ra.payload_type = 96, ra.receive_payload_type = 97, rb.payload_type = 98, rb.receive_payload_type = 99;
    mx_port pa = join_with(m, &a->phone, &ra, false), pb = join_with(m, &b->phone, &rb, false);
    a->phone.payload_type = 97, b->phone.payload_type = 99;
    route(m, pa, pb), route(m, pb, pa);
    say(a, now), say(b, now);
    mx_step(m, MS);
    assert(phone_hear(&a->phone, &packet) && packet.header.payload_type == 96);
    assert(phone_hear(&b->phone, &packet) && packet.header.payload_type == 98);
    mx_close(m);
    leave();
}

/* To a phone of another codec no packet is relayed: a digit is sent to it anew, once, and told once. */
static void digits_reach_a_phone_of_another_codec(void) {
    mx *m = rig_open(true);
    struct talker *a = talker(0, codec_at(0), 20, 0), *b = talker(1, codec_called("opus"), 20, 0);
    struct rtp_packet packet;
    mx_event event;
    int64_t now = 0;
    mx_step(m, 0);
    mx_remote ra = remote_at(a), rb = remote_at(b);
    ra.telephone_event = ra.receive_telephone_event = 101, rb.telephone_event = rb.receive_telephone_event = 105;
    route(m, join_with(m, &a->phone, &ra, false), join_with(m, &b->phone, &rb, false));
    talk(m, &now, 5);
    a->phone.payload_type = 101;
    for (uint16_t n = 1; n <= 8; n++, now += FRAME, a->phone.sequence++) {
        uint16_t duration = n < 6 ? n * FRAME : 5 * FRAME;
        const uint8_t five[DIGIT_BLOCK] = {5, n < 6 ? 10 : 0x8a, (uint8_t)(duration >> 8), (uint8_t)duration};
        phone_send(&a->phone, five, DIGIT_BLOCK);
        mx_step(m, now * NS_PER_SAMPLE);
        phone_flush(&b->phone);
    }
    int ends = 0, others = 0;
    for (int n = 0; n < 20; n++, now += FRAME) {
        mx_step(m, now * NS_PER_SAMPLE);
        while (phone_hear(&b->phone, &packet)) {
            if (packet.header.payload_type != 105) continue;
            assert(packet.payload[0] == 5);
            if (packet.payload[1] & 0x80) ends++, assert(get16(packet.payload + 2) == 5 * FRAME);
            else others++;
        }
    }
    assert(ends == 3 && others <= 4);
    int told = 0;
    while (mx_next_event(m, &event)) told += event.kind == MX_DIGIT_RECEIVED && event.digit == '5';
    assert(told == 1);
    mx_close(m);
    leave();
}

int main(void) {
    codecs_prepare();
    resample_prepare();
    every_pair_of_codecs_and_packet_lengths_understands_each_other();
    wideband_stays_wide_from_codec_to_codec();
    a_codec_that_changes_in_mid_call_is_neither_a_gap_nor_a_click();
    the_listener_may_change_too_while_it_hears();
    a_stream_that_starts_anew_is_heard_on();
    loss_and_disorder_are_made_up_for();
    packets_in_disorder_are_heard_in_order();
    each_side_may_have_its_own_payload_types();
    digits_reach_a_phone_of_another_codec();
}
