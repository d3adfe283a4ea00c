/* codecs.c, g722.c, opus.c, l16.c: what is said into a codec comes out of it; what is no payload is none; and no state grows
 * beyond the memory that is kept for it. */
#define _GNU_SOURCE
#include "check.h"
#include "codecs.h"
#include "rtp.h"
#include "tone.h"

enum { PEAK = 8000, PACKETS = 50, LATEST = 25 * 160 }; /* the last half of a second is looked at */

static _Alignas(64) uint8_t encoder[CODEC_ENCODER_BYTES], decoder[CODEC_DECODER_BYTES];
static const struct codec_wishes no_wishes;

static void begin(const struct codec *codec, const struct codec_wishes *wishes) {
    if (codec->open_encoder) codec->open_encoder(encoder, wishes);
    if (codec->open_decoder) codec->open_decoder(decoder);
}

/* A second of tone through the codec; returns the bytes it took. */
static uint32_t pass(const struct codec *codec, uint32_t span, double hertz, int16_t *out) {
    uint32_t bytes = 0, packets = PACKETS * 160 / span, rate = 8000 * codec->width;
    for (uint32_t i = 0; i < packets; i++) {
        int16_t samples[2 * 480];
        uint8_t payload[RTP_MAX_PAYLOAD];
        tone_fill(samples, span * codec->width, (int64_t)i * span * codec->width, hertz, rate, PEAK);
        uint32_t length = codec->encode(encoder, payload, samples, span);
        assert(length > 0 && length <= RTP_MAX_PAYLOAD && codec->span(payload, length) == span);
        codec->decode(decoder, out + i * span * codec->width, payload, length);
        bytes += length;
    }
    return bytes;
}

static void every_codec_gives_back_what_it_took_in_packets_of_any_length(void) {
    static int16_t out[2 * PACKETS * 160];
    for (size_t i = 0; codec_at(i); i++) {
        const struct codec *codec = codec_at(i);
        const double hertz = codec->width > 1 ? 5100 : 1100; /* wideband is wide */
        for (uint32_t ms = 10; ms <= 60; ms += 10) {
            uint32_t span = codec_packet(codec, ms);
            if (span != ms * 8) continue;
            begin(codec, &no_wishes);
            pass(codec, span, hertz, out);
            const int16_t *last = out + (PACKETS * 160 / span * span - LATEST) * codec->width;
            size_t count = LATEST * codec->width;
            double peak = tone_peak(last, count, hertz, 8000 * codec->width);
            assert(peak > PEAK * 0.7 && peak < PEAK * 1.3);
            assert(tone_rest(last, count, hertz, 8000 * codec->width) < 0.05);
        }
    }
}

static void packets_are_as_long_as_wanted_or_shorter(void) {
    const struct codec *ulaw = codec_named("pcmu", 8000), *opus = codec_named("OPUS", 48000);
    const uint32_t wanted[] = {0, 9, 10, 15, 20, 30, 50, 60, 120, 999}, of_ulaw[] = {10, 10, 10, 10, 20, 30, 50, 60, 60, 60},
                   of_opus[] = {10, 10, 10, 10, 20, 20, 40, 60, 60, 60};
    for (int i = 0; i < 10; i++) {
        assert(codec_packet(ulaw, wanted[i]) == 8 * of_ulaw[i]);
        assert(codec_packet(opus, wanted[i]) == 8 * of_opus[i]);
    }
}

static void a_codec_has_a_name_and_a_rate(void) {
    assert(codec_named("L16", 8000)->width == 1 && codec_named("L16", 16000)->width == 2);
    assert(!codec_named("L16", 44100) && !codec_named("G729", 8000) && !codec_named("", 8000) && !codec_at(6));
    assert(codec_named("g722", 8000) == codec_at(2));
}

static void only_bytewise_codecs_are_relayed_as_another(void) {
    for (size_t i = 0; codec_at(i); i++)
        for (size_t j = 0; codec_at(j); j++) assert(codec_relays(codec_at(i), codec_at(j)) == (i == j || (i < 2 && j < 2)));
}

static void what_is_no_payload_lasts_no_time(void) {
    const uint8_t odd[7] = {0x03, 0xff}; /* Opus, code 3: 63 frames */
    assert(codec_named("L16", 8000)->span(odd, 7) == 0 && codec_named("L16", 16000)->span(odd, 6) == 0);
    assert(codec_named("opus", 48000)->span(odd, 7) == 0 && codec_named("opus", 48000)->span(odd, 1) == 0);
}

/* Whatever comes; the sanitizers look on. */
static void noise_decodes_to_something(void) {
    static int16_t out[2 * RTP_MAX_PAYLOAD];
    uint32_t state = 3;
    for (size_t i = 0; codec_at(i); i++) {
        const struct codec *codec = codec_at(i);
        begin(codec, &no_wishes);
        for (int packet = 0; packet < 2000; packet++) {
            uint8_t payload[RTP_MAX_PAYLOAD];
            uint32_t length = 1 + chance(&state) % (packet % 10 ? 80 : RTP_MAX_PAYLOAD);
            for (uint32_t b = 0; b < length; b++) payload[b] = (uint8_t)chance(&state);
            uint32_t span = codec->span(payload, length);
            assert(span <= RTP_MAX_PAYLOAD);
            if (!span) continue;
            if (codec->conceal && packet % 3 == 0)
                codec->conceal(decoder, out, chance(&state) % 961, payload, length);
            codec->decode(decoder, out, payload, length);
        }
    }
}

static void opus_obeys_what_the_phone_asks_for(void) {
    static int16_t out[2 * PACKETS * 160];
    const struct codec *opus = codec_named("opus", 48000);
    const struct codec_wishes thrifty = {.max_bitrate = 12000}, steady = {.max_bitrate = 16000, .cbr = true}, careful = {.fec = true};
    begin(opus, &thrifty);
    assert(pass(opus, 160, 700, out) < 12000 / 8 * 1.25);
    begin(opus, &steady);
    assert(pass(opus, 160, 700, out) == 16000 / 8);
    begin(opus, &no_wishes);
    uint32_t without = pass(opus, 160, 700, out);
    begin(opus, &careful);
    assert(pass(opus, 160, 700, out) != without);
}

static void opus_is_silent_where_nothing_is_said_if_that_is_asked_for(void) {
    const struct codec *opus = codec_named("opus", 48000);
    const struct codec_wishes sparing = {.dtx = true};
    const int16_t silence[320] = {0};
    uint8_t payload[RTP_MAX_PAYLOAD];
    int packets[2] = {0};
    for (int dtx = 0; dtx < 2; dtx++) {
        begin(opus, dtx ? &sparing : &no_wishes);
        for (int i = 0; i < 100; i++) packets[dtx] += opus->encode(encoder, payload, silence, 160) > 0;
    }
    assert(packets[0] == 100 && packets[1] < 40);
}

/* A packet is lost, and the next one brings it back: better than silence, and the tone goes on. */
static void opus_makes_up_for_what_was_lost(void) {
    static int16_t out[2 * PACKETS * 160];
    const struct codec *opus = codec_named("opus", 48000);
    const struct codec_wishes careful = {.fec = true};
    uint8_t payload[RTP_MAX_PAYLOAD];
    begin(opus, &careful);
    for (int i = 0; i < PACKETS; i++) {
        int16_t samples[320];
        tone_fill(samples, 320, i * 320, 500, 16000, PEAK);
        uint32_t length = opus->encode(encoder, payload, samples, 160);
        if (i % 10 == 5) continue;
        if (i % 10 == 6) opus->conceal(decoder, out + (i - 1) * 320, 160, payload, length);
        opus->decode(decoder, out + i * 320, payload, length);
    }
    for (int i = 15; i < PACKETS; i += 10) { /* for a while it takes the tone for speech */
        double peak = tone_peak(out + i * 320, 320, 500, 16000);
        assert(peak > PEAK * (i < 30 ? 0.9 : 0.25));
    }
}

int main(void) {
    codecs_prepare();
    every_codec_gives_back_what_it_took_in_packets_of_any_length();
    packets_are_as_long_as_wanted_or_shorter();
    a_codec_has_a_name_and_a_rate();
    only_bytewise_codecs_are_relayed_as_another();
    what_is_no_payload_lasts_no_time();
    noise_decodes_to_something();
    opus_obeys_what_the_phone_asks_for();
    opus_is_silent_where_nothing_is_said_if_that_is_asked_for();
    opus_makes_up_for_what_was_lost();
}
