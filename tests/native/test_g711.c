/* g711.c and codecs.c against the tables of ITU-T G.711: intervals, each segment of them twice as wide as the one before,
 * are added up to decision values; a code decodes to the middle of its interval. */
#include "check.h"
#include "codecs.h"

struct law {
    int decisions[129]; /* number n is sent for magnitudes from decisions[n] to below decisions[n + 1], int16 */
    int values[128];
};

/* Table 2a: one interval of 1, fifteen of 2, then sixteen each of 4, 8, ... 256, of 14 bits. */
static struct law ulaw_law(void) {
    struct law law = {0};
    for (int n = 0; n < 128; n++) {
        int width = n ? 2 << n / 16 : 1;
        law.decisions[n + 1] = law.decisions[n] + 4 * width;
        law.values[n] = n ? (law.decisions[n] + law.decisions[n + 1]) / 2 : 0;
    }
    return law;
}

/* Table 1a: thirty-two intervals of 2, then sixteen each of 4, 8, ... 128, of 13 bits. */
static struct law alaw_law(void) {
    struct law law = {0};
    for (int n = 0; n < 128; n++) {
        int width = n < 32 ? 2 : 2 << (n / 16 - 1);
        law.decisions[n + 1] = law.decisions[n] + 8 * width;
        law.values[n] = (law.decisions[n] + law.decisions[n + 1]) / 2;
    }
    return law;
}

static int number_of(const struct law *law, int magnitude) {
    int number = 0;
    while (number < 127 && magnitude >= law->decisions[number + 1]) number++;
    return number;
}

/* `positive` and `negative` turn a number into a code by exclusive or. */
static void check_decoding(const struct codec *codec, const struct law *law, int positive, int negative) {
    for (int number = 0; number < 128; number++) {
        uint8_t codes[2] = {(uint8_t)(number ^ positive), (uint8_t)(number ^ negative)};
        int16_t samples[2];
        codec->decode(NULL, samples, codes, 2);
        assert(samples[0] == law->values[number] && samples[1] == -law->values[number]);
    }
}

static void every_ulaw_code_and_sample_is_as_in_the_recommendation(void) {
    const struct codec *codec = codec_named("PCMU", 8000);
    struct law law = ulaw_law();
    check_decoding(codec, &law, 0xff, 0x7f);
    for (int sample = INT16_MIN; sample <= INT16_MAX; sample++) {
        int16_t input = (int16_t)sample;
        uint8_t code;
        codec->encode(NULL, &code, &input, 1);
        assert(code == (number_of(&law, abs(sample)) ^ (sample < 0 ? 0x7f : 0xff)));
    }
}

static void every_alaw_code_and_sample_is_as_in_the_recommendation(void) {
    const struct codec *codec = codec_named("PCMA", 8000);
    struct law law = alaw_law();
    check_decoding(codec, &law, 0xd5, 0x55);
    for (int sample = INT16_MIN; sample <= INT16_MAX; sample++) {
        /* The negative half begins at -1 as the positive one does at 0: A-law has no zero. */
        int magnitude = sample < 0 ? -sample - 1 : sample;
        int16_t input = (int16_t)sample;
        uint8_t code;
        codec->encode(NULL, &code, &input, 1);
        assert(code == (number_of(&law, magnitude) ^ (sample < 0 ? 0x55 : 0xd5)));
    }
}

static void known_points(void) {
    const int16_t loud[] = {0, 32767, -32768, 32124, -32124};
    const uint8_t ulaw[] = {0xff, 0x80, 0x00, 0x80, 0x00}, alaw[] = {0xd5, 0xaa, 0x2a, 0xaa, 0x2a};
    uint8_t codes[5];
    codec_named("PCMU", 8000)->encode(NULL, codes, loud, 5);
    assert(memcmp(codes, ulaw, 5) == 0);
    codec_named("PCMA", 8000)->encode(NULL, codes, loud, 5);
    assert(memcmp(codes, alaw, 5) == 0);
}

static void transcoding_is_decoding_and_encoding(void) {
    const struct codec *ulaw = codec_named("PCMU", 8000), *alaw = codec_named("PCMA", 8000);
    assert(!codec_transcoding(ulaw, ulaw) && !codec_transcoding(alaw, alaw));
    const uint8_t *table = codec_transcoding(ulaw, alaw), *back = codec_transcoding(alaw, ulaw);
    for (int code = 0; code < 256; code++) {
        uint8_t in = (uint8_t)code, out;
        int16_t sample;
        ulaw->decode(NULL, &sample, &in, 1);
        alaw->encode(NULL, &out, &sample, 1);
        assert(table[code] == out);
        alaw->decode(NULL, &sample, &in, 1);
        ulaw->encode(NULL, &out, &sample, 1);
        assert(back[code] == out);
    }
}

int main(void) {
    codecs_prepare();
    every_ulaw_code_and_sample_is_as_in_the_recommendation();
    every_alaw_code_and_sample_is_as_in_the_recommendation();
    known_points();
    transcoding_is_decoding_and_encoding();
}
