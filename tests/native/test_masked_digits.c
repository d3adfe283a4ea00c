/* Digits that sound are silence in taps, from their first sample to their last; all else is recorded as it was. */
#define _GNU_SOURCE
#include <math.h>

#include "rig.h"
#include "voice.h"

enum { RATE = 8000, SECONDS = 30, ROOM = SECONDS * RATE, SPREAD = 2 * TONE_BLOCK + MIX_RAMP, MOST_DIGITS = 64, LINGERS = 480 };

static const double rows[] = {697, 770, 852, 941}, columns[] = {1209, 1336, 1477, 1633};

struct sound {
    int16_t samples[ROOM];
    size_t length;
    struct span digits[MOST_DIGITS];
    int count;
};

static struct sound said;
static int16_t voice[ROOM];

struct run {
    bool masks, listener, wide_tap;
    const char *codec;
    int lost, late; /* packets, numbers; 0: none */
    size_t closes_at; /* 0: after the sound */
};

struct recorded {
    int16_t left[2 * ROOM], right[2 * ROOM];
    size_t count;
    mx_masked masked[4 * MOST_DIGITS];
    uint32_t masks;
};

static struct recorded masked, plain;

static void say_nothing(void) { said.length = 0, said.count = 0; }

static void add_voice(uint32_t ms) {
    memcpy(said.samples + said.length, voice + said.length, ms * 8 * sizeof *voice);
    said.length += ms * 8;
}

/* A pair of tones of this peak each, and so much of the voice. */
static void add_digit(int key, uint32_t ms, double peak, double voiced) {
    double a = rows[key / 4], b = columns[key % 4];
    said.digits[said.count++] = (struct span){(int64_t)said.length, (int64_t)said.length + ms * 8};
    for (uint32_t i = 0; i < ms * 8; i++, said.length++)
        said.samples[said.length] = (int16_t)(peak * sin(2 * M_PI * a * i / RATE) + peak * sin(2 * M_PI * b * i / RATE + 1) +
                                              voiced * voice[said.length]);
}

static void collect(mx *m, mx_port tap, struct recorded *r) {
    static int16_t frames[2 * MX_TAP_FRAMES];
    mx_tap_state state;
    size_t count;
    do {
        count = mx_tap_read(m, tap, frames, MX_TAP_FRAMES, &state);
        for (size_t i = 0; i < count; i++, r->count++) {
            r->left[r->count] = frames[2 * i];
            r->right[r->count] = frames[2 * i + 1];
        }
        for (uint32_t i = 0; i < state.masked_count; i++) r->masked[r->masks++] = state.masked[i];
    } while (count && !state.ended);
}

static void send_piece(struct phone *phone, const struct codec *codec, uint8_t *encoder, size_t at) {
    int16_t narrow[FRAME] = {0}, samples[2 * FRAME];
    uint8_t payload[RTP_MAX_PAYLOAD];
    size_t left = at < said.length ? said.length - at : 0;
    memcpy(narrow, said.samples + at, (left < FRAME ? left : FRAME) * sizeof *narrow);
    for (uint32_t i = 0; i < FRAME * codec->width; i++) samples[i] = narrow[i / codec->width];
    phone_send(phone, payload, codec->encode(encoder, payload, samples, FRAME));
}

/* The left phone says all of `said` while the right one hums, and a supervisor hears both. */
static void record(struct run run, struct recorded *r) {
    static _Alignas(64) uint8_t encoder[CODEC_ENCODER_BYTES];
    const struct codec_wishes wishes = {0};
    mx_limits limits = rig_limits;
    mx *m;
    mx_port tap;
    int64_t now = 0;
    struct phone left = phone_open(1), right = phone_open(2), listener = phone_open(3), delayed = {0};
    limits.mask_digits = run.masks;
    assert(core_open(&limits, true, &m) == MX_OK);
    mx_step(m, 0);
    const struct codec *codec = codec_called(run.codec ? run.codec : "PCMU");
    if (codec->open_encoder) codec->open_encoder(encoder, &wishes);
    mx_port left_port = join(m, &left, codec->name, false), right_port = join(m, &right, "PCMU", false);
    mx_port ear = join(m, &listener, "PCMU", true);
    assert((run.wide_tap ? mx_open_wide_tap(m, &tap) : mx_open_tap(m, &tap)) == MX_OK);
    route(m, left_port, tap), route(m, right_port, right_of(tap));
    if (run.listener) route(m, left_port, ear), route(m, right_port, ear);
    r->count = r->masks = 0;
    for (size_t at = 0; at < said.length && (!run.closes_at || at < run.closes_at); at += FRAME, now += PTIME) {
        int number = (int)(at / FRAME);
        if (run.late && number == run.late) delayed = left;
        if (run.late && number == run.late + 5) send_piece(&delayed, codec, encoder, (size_t)run.late * FRAME);
        if (!number || (number != run.lost && number != run.late)) send_piece(&left, codec, encoder, at);
        left.sequence++, left.timestamp += FRAME * codec->ticks;
        phone_talk(&right, 0xa0);
        mx_step(m, now);
        mx_step(m, now + PTIME - 1);
        phone_flush(&listener), phone_flush(&left), phone_flush(&right);
        collect(m, tap, r);
    }
    mx_step(m, now);
    assert(mx_close_port(m, tap) == MX_OK);
    mx_step(m, now);
    collect(m, tap, r);
    mx_close(m);
    phone_close(&left), phone_close(&right), phone_close(&listener);
}

static bool near_a_digit(size_t position, int64_t after) {
    for (int i = 0; i < said.count; i++)
        if ((int64_t)position >= said.digits[i].first - SPREAD && (int64_t)position < said.digits[i].end + SPREAD + after) return true;
    return false;
}

static bool told(const struct recorded *r, uint64_t frame) {
    for (uint32_t i = 0; i < r->masks; i++)
        if (r->masked[i].channel == 0 && frame >= r->masked[i].first && frame < r->masked[i].end) return true;
    return false;
}

/* No sample of a digit is left, or of `after` positions behind it; what is left out was told; and nothing else differs. */
static void only_the_digits_are_missing(uint32_t width, int64_t after) {
    assert(masked.count == plain.count && plain.masks == 0 && memcmp(masked.right, plain.right, plain.count * 2) == 0);
    for (int i = 0; i < said.count; i++)
        for (int64_t at = said.digits[i].first * width; at < (said.digits[i].end + after) * width && at < (int64_t)masked.count; at++)
            assert(masked.left[at] == 0 && told(&masked, (uint64_t)at));
    for (size_t at = 0; at < plain.count; at++)
        if (!near_a_digit(at / width, after ? after : LINGERS * !abs(plain.left[at]))) assert(masked.left[at] == plain.left[at] && !told(&masked, at));
}

static void record_twice(struct run run) {
    run.masks = true;
    record(run, &masked);
    run.masks = false;
    record(run, &plain);
}

static void no_key_of_any_level_or_length_is_recorded_and_the_voice_around_it_is(void) {
    const double peaks[] = {300, 1000, 4000, 12000};
    const uint32_t lengths[] = {40, 65, 100, 300};
    for (int level = 0; level < 4; level++)
        for (int length = 0; length < 4; length++) {
            say_nothing();
            for (int key = 0; key < 16; key++) {
                add_voice(400 + (uint32_t)key % 13); /* blocks begin anywhere */
                add_digit(key, lengths[length], peaks[level], 0);
            }
            add_voice(400);
            record_twice((struct run){0});
            only_the_digits_are_missing(1, 0);
        }
}

static void keys_pressed_while_somebody_talks_are_not_recorded(void) {
    say_nothing();
    for (int key = 0; key < 16; key++) {
        add_voice(350 + (uint32_t)key % 17);
        add_digit(key, 120, 8000, 0.15);
    }
    add_voice(300);
    record_twice((struct run){0});
    only_the_digits_are_missing(1, 0);
}

static void wideband_or_not_makes_no_difference(void) {
    const char *codecs[] = {"PCMU", "G722", "L16"};
    for (int codec = 0; codec < 3; codec++) {
        say_nothing();
        for (int key = 0; key < 16; key += 5) add_voice(390), add_digit(key, 80, 6000, 0);
        add_voice(400);
        record_twice((struct run){.codec = codecs[codec], .wide_tap = true});
        only_the_digits_are_missing(2, codec == 1 ? 24 : 0); /* what G.722 says is late by as much */
    }
}

/* What is made up for a lost packet sounds as the digit did; and a packet that is late is heard after all. */
static void lost_and_late_packets_bring_no_digit_back(void) {
    for (int packet = 20; packet < 26; packet++)
        for (int way = 0; way < 4; way++) {
            say_nothing();
            add_voice(400);
            add_digit(packet % 16, 110, 6000, 0);
            add_voice(700);
            record_twice((struct run){.lost = way & 1 ? packet : 0, .late = way & 1 ? 0 : packet, .listener = way & 2});
            int64_t first = said.digits[0].first + (way & 1 && packet == 20 ? FRAME : 0); /* without it the voice lasts longer */
            for (int64_t at = first; at < said.digits[0].end; at++) assert(masked.left[at] == 0);
        }
}

static void a_recording_that_ends_in_a_digit_ends_in_silence(void) {
    say_nothing();
    add_voice(400);
    add_digit(5, 400, 6000, 0);
    record_twice((struct run){.closes_at = (400 + 200) * 8});
    only_the_digits_are_missing(1, 0);
}

static void a_voice_is_recorded_as_it_was(void) {
    say_nothing();
    add_voice(SECONDS * 1000);
    record_twice((struct run){0});
    only_the_digits_are_missing(1, 0);
    assert(masked.masks == 0);
}

int main(void) {
    voice_fill(voice, ROOM);
    no_key_of_any_level_or_length_is_recorded_and_the_voice_around_it_is();
    keys_pressed_while_somebody_talks_are_not_recorded();
    wideband_or_not_makes_no_difference();
    lost_and_late_packets_bring_no_digit_back();
    a_recording_that_ends_in_a_digit_ends_in_silence();
    a_voice_is_recorded_as_it_was();
}
