/* Recordings of every codec, packet length, loss and change in mid-call, at either rate: as long as the conversation to the
 * sample, both sides aligned, the last syllable there. Stepped through. */
#define _GNU_SOURCE
#include "talker.h"

enum {
    MOST_PACKETS = 256,
    TALK = 34 * PORT_MOST_PACKET, /* positions, 2.04 s */
    BURSTS = 2,                /* one near the begin, and the last syllable */
    BURST = 480,               /* positions, 60 ms; a packet, or several */
    APART = 160,               /* positions that onsets may be apart: 20 ms */
    BEGINS = 12 * PORT_MOST_PACKET, ENDS = 20 * PORT_MOST_PACKET, /* of what happens: between packets of any length */
    WIDTH = CODEC_MOST_WIDTH
};
static const int64_t bursts[BURSTS] = {3 * BURST, TALK - 2 * BURST};

enum event { NOTHING, HOLD, REINVITE, NEW_SENDER, TRANSFER, EVENTS };

/* What a phone says in one codec and packet length, encoded once: silence and two bursts. */
struct speech {
    uint32_t span, count, length[MOST_PACKETS];
    uint8_t payload[MOST_PACKETS][RTP_MAX_PAYLOAD];
};

static struct speech speeches[4][4];
static const char *const names[4] = {"PCMU", "PCMA", "G722", "opus"};
static const uint32_t lengths[4] = {10, 20, 30, 60};

static bool in_burst(int64_t position) {
    for (int i = 0; i < BURSTS; i++)
        if (position >= bursts[i] && position < bursts[i] + BURST) return true;
    return false;
}

static void prepare_speech(struct speech *s, const struct codec *codec, uint32_t ms) {
    const struct codec_wishes none = {0};
    uint8_t *encoder = aligned_alloc(64, CODEC_ENCODER_BYTES);
    assert(encoder);
    if (codec->open_encoder) codec->open_encoder(encoder, &none);
    s->span = codec_packet(codec, ms);
    s->count = TALK / s->span;
    assert(s->count <= MOST_PACKETS);
    for (uint32_t i = 0; i < s->count; i++) {
        int16_t samples[WIDTH * PORT_MOST_PACKET] = {0};
        if (in_burst((int64_t)i * s->span)) tone_fill(samples, s->span * codec->width, 0, 800, 8000 * codec->width, 2 * PEAK);
        s->length[i] = codec->encode(encoder, s->payload[i], samples, s->span);
    }
    free(encoder);
}

struct side {
    struct phone phone;
    const struct codec *codec;
    const struct speech *speech;
    mx_port port;
    uint32_t loss; /* percent */
};

static mx *m;

static void speak(struct side *s, int codec, int length) {
    s->codec = codec_called(names[codec]);
    s->speech = &speeches[codec][length];
    s->phone.payload_type = s->codec->payload_type;
}

static struct side enter(uint32_t ssrc, int codec, int length, uint32_t loss) {
    struct side s = {.phone = phone_open(ssrc), .loss = loss};
    speak(&s, codec, length);
    mx_remote remote = remote_with(&s.phone, s.codec);
    s.port = join_with(m, &s.phone, &remote, false);
    return s;
}

static void tell_remote(struct side *s, bool held) {
    mx_remote remote = remote_with(&s->phone, s->codec);
    if (held) remote.rtp_port = 0;
    assert(mx_set_remote(m, s->port, &remote) == MX_OK);
}

/* The packet that ends at a position, unless it is lost: bursts are not, so that their place can be told. */
static void say_at(struct side *s, int64_t position, uint32_t *state) {
    const struct speech *speech = s->speech;
    if (!position || position % speech->span) return;
    uint32_t at = (uint32_t)(position / speech->span) - 1;
    bool lost = chance(state) % 100 < s->loss && !in_burst(position - speech->span);
    if (!lost && speech->length[at]) phone_send(&s->phone, speech->payload[at], speech->length[at]);
    s->phone.sequence++;
    s->phone.timestamp += speech->span * s->codec->ticks;
}

/* What happens in the middle of the conversation, and how it is over. */
static void befall(enum event event, struct side *left, struct side *right, mx_port tap, int codec, bool over) {
    switch (event) {
    case HOLD:
        tell_remote(left, !over);
        if (over) assert(mx_route(m, left->port, tap, MX_UNITY_GAIN) == MX_OK);
        else assert(mx_unroute(m, left->port, tap) == MX_OK);
        break;
    case REINVITE: /* another codec, in packets of another length, and back */
        speak(left, over ? codec : (codec + 1) % 4, over ? 1 : 3);
        tell_remote(left, false);
        break;
    case NEW_SENDER:
        left->phone.ssrc += 1000, left->phone.timestamp += 987654321, left->phone.sequence += 4321;
        break;
    case TRANSFER: /* another agent takes over */
        if (over) break;
        assert(mx_close_port(m, right->port) == MX_OK);
        phone_close(&right->phone);
        *right = enter(9, (codec + 2) % 4, 1, right->loss);
        route(m, right->port, right_of(tap));
        break;
    default:
        break;
    }
}

static int16_t frames[2 * WIDTH * TALK], chunk[2 * MX_TAP_FRAMES];

static size_t drain(mx_port tap, size_t count, bool *ended) {
    size_t part;
    while ((part = read_tap(m, tap, chunk, MX_TAP_FRAMES, ended)) > 0) {
        assert(count + part <= WIDTH * TALK);
        memcpy(frames + 2 * count, chunk, part * 2 * sizeof *chunk);
        count += part;
    }
    return count;
}

/* The position near `expected` where a side begins to sound. */
static int64_t onset_of(int side, uint32_t width, size_t count, int64_t expected) {
    for (int64_t at = (expected - 2 * BURST) * width; at < (int64_t)count; at++)
        if (at >= 0 && abs(frames[2 * at + side]) > PEAK / 2) return at / width;
    return -1;
}

static void converse(int codec, int length, uint32_t loss, enum event event, bool wide) {
    uint32_t state = 7 * (uint32_t)(codec + 4 * length) + loss + 1, width = wide ? WIDTH : 1;
    int64_t position = 0;
    size_t count = 0;
    bool ended;
    mx_port tap;
    m = rig_open(true);
    mx_step(m, 0);
    struct side left = enter(1, codec, length, loss), right = enter(2, 1 - codec % 2, 1, 0);
    assert((wide ? mx_open_wide_tap(m, &tap) : mx_open_tap(m, &tap)) == MX_OK);
    route(m, left.port, tap), route(m, right.port, right_of(tap));
    for (; position < TALK; position += FRAME / 2) {
        say_at(&left, position, &state), say_at(&right, position, &state);
        if (position == BEGINS) befall(event, &left, &right, tap, codec, false);
        if (position == ENDS) befall(event, &left, &right, tap, codec, true);
        mx_step(m, position * NS_PER_SAMPLE);
        if (position % 1600 == 0) count = drain(tap, count, &ended);
    }
    mx_step(m, TALK * NS_PER_SAMPLE);
    assert(mx_close_port(m, tap) == MX_OK);
    mx_step(m, TALK * NS_PER_SAMPLE);
    count = drain(tap, count, &ended);
    assert(ended && count == width * TALK);
    for (int i = 0; i < BURSTS; i++) {
        int64_t one = onset_of(0, width, count, bursts[i]), other = onset_of(1, width, count, bursts[i]);
        assert(one >= 0 && other >= 0 && llabs(one - other) <= APART);
        assert(one >= bursts[i] && one <= bursts[i] + 2 * APART);
    }
    mx_close(m);
    phone_close(&left.phone), phone_close(&right.phone);
}

static void whatever_happens_a_recording_is_as_long_as_the_talk_and_its_sides_are_aligned(void) {
    const uint32_t losses[4] = {0, 5, 15, 30};
    for (int codec = 0; codec < 4; codec++)
        for (int length = 0; length < 4; length++)
            for (int loss = 0; loss < 4; loss++)
                for (enum event event = NOTHING; event < EVENTS; event++)
                    converse(codec, length, losses[loss], event, (codec + length + loss + (int)event) % 2);
}

/* A wide tap holds what is above 4 kHz of a phone that says it, and what a narrow one says, unchanged. */
static void a_wide_tap_is_wide_and_a_narrow_phone_sounds_in_it_as_it_does(void) {
    struct talker *a = talker(0, codec_called("G722"), 20, 5300), *b = talker(1, codec_called("PCMA"), 20, 1100);
    int64_t now = 0;
    mx_port tap;
    bool ended;
    m = rig_open(true);
    mx_step(m, 0);
    mx_port pa = take_part(m, a, false), pb = take_part(m, b, false);
    assert(mx_open_wide_tap(m, &tap) == MX_OK);
    route(m, pa, tap), route(m, pb, right_of(tap));
    size_t count = 0;
    for (int i = 0; i < 4; i++) talk(m, &now, SECOND / 4), count = drain(tap, count, &ended);
    static int16_t sides[2][4000];
    for (size_t i = 0; i < 2 * 4000; i++) sides[i % 2][i / 2] = frames[2 * (count - 4000) + i];
    assert(tone_peak(sides[0], 4000, 5300, 16000) > 0.8 * PEAK && tone_rest(sides[0], 4000, 5300, 16000) < 0.05);
    assert(tone_peak(sides[1], 4000, 1100, 16000) > 0.9 * PEAK && tone_rest(sides[1], 4000, 1100, 16000) < 0.01);
    speak_as(a, codec_called("PCMU"), 20); /* and goes on as wide as it was, whatever comes */
    mx_remote remote = remote_at(a);
    assert(mx_set_remote(m, pa, &remote) == MX_OK);
    a->hertz = 700;
    for (int i = 0; i < 4; i++) talk(m, &now, SECOND / 4), count = drain(tap, count, &ended);
    for (size_t i = 0; i < 4000; i++) sides[0][i] = frames[2 * (count - 4000 + i)];
    assert(tone_peak(sides[0], 4000, 700, 16000) > 0.9 * PEAK && tone_rest(sides[0], 4000, 700, 16000) < 0.02);
    mx_step(m, now * NS_PER_SAMPLE);
    assert(mx_close_port(m, tap) == MX_OK);
    mx_step(m, now * NS_PER_SAMPLE);
    count = drain(tap, count, &ended);
    assert(ended && count == (size_t)(WIDTH * now));
    mx_close(m);
    leave();
}

int main(void) {
    for (int codec = 0; codec < 4; codec++)
        for (int length = 0; length < 4; length++)
            prepare_speech(&speeches[codec][length], codec_called(names[codec]), lengths[length]);
    whatever_happens_a_recording_is_as_long_as_the_talk_and_its_sides_are_aligned();
    a_wide_tap_is_wide_and_a_narrow_phone_sounds_in_it_as_it_does();
}
