#include "codecs.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>

#include "g711.h"
#include "g722.h"
#include "l16.h"
#include "opus.h"

enum {
    CODECS = 6,
    BYTEWISE = 2, /* the first rows of the table */
    ANY = 0x3f,   /* packets of 10 to 60 ms */
    OPUS = 0x2b,  /* 10, 20, 40 and 60 ms; RFC 6716 §3.1 */
    MOST_TENS = 6,
    POSITIONS_IN_10_MS = 80,
};

static uint32_t a_byte_each(const uint8_t *payload, uint32_t length) {
    (void)payload;
    return length;
}

static void decode_ulaw(void *decoder, int16_t *samples, const uint8_t *payload, uint32_t length) {
    (void)decoder;
    g711_decode_ulaw(samples, payload, length);
}

static void decode_alaw(void *decoder, int16_t *samples, const uint8_t *payload, uint32_t length) {
    (void)decoder;
    g711_decode_alaw(samples, payload, length);
}

static uint32_t encode_ulaw(void *encoder, uint8_t *payload, const int16_t *samples, uint32_t span) {
    (void)encoder;
    g711_encode_ulaw(payload, samples, span);
    return span;
}

static uint32_t encode_alaw(void *encoder, uint8_t *payload, const int16_t *samples, uint32_t span) {
    (void)encoder;
    g711_encode_alaw(payload, samples, span);
    return span;
}

static const struct codec table[CODECS] = {
    {.name = "PCMU", .payload_type = 0, .clock_rate = 8000, .channels = 1, .ticks = 1, .width = 1, .packets = ANY,
     .bytewise = true, .shareable = true, .span = a_byte_each, .decode = decode_ulaw, .encode = encode_ulaw},
    {.name = "PCMA", .payload_type = 8, .clock_rate = 8000, .channels = 1, .ticks = 1, .width = 1, .packets = ANY,
     .bytewise = true, .shareable = true, .span = a_byte_each, .decode = decode_alaw, .encode = encode_alaw},
    /* Its RTP clock is 8000 Hz by an old mistake (RFC 3551 §4.5.2). */
    {.name = "G722", .payload_type = 9, .clock_rate = 8000, .channels = 1, .ticks = 1, .width = 2, .packets = ANY,
     .span = a_byte_each, .decode = g722_decode_payload, .encode = g722_encode_span,
     .encoder_bytes = g722_encoder_bytes, .decoder_bytes = g722_decoder_bytes, .open_encoder = g722_open_encoder,
     .open_decoder = g722_open_decoder},
    {.name = "opus", .payload_type = 111, .clock_rate = 48000, .channels = 2, .ticks = 6, .width = 2, .packets = OPUS,
     .shareable = true, .span = opus_span, .decode = opus_decode_payload, .encode = opus_encode_span, .conceal = opus_make_up,
     .encoder_bytes = opus_encoder_bytes, .decoder_bytes = opus_decoder_bytes, .open_encoder = opus_open_encoder,
     .open_decoder = opus_open_decoder},
    {.name = "L16", .payload_type = 112, .clock_rate = 8000, .channels = 1, .ticks = 1, .width = 1, .packets = ANY,
     .shareable = true, .span = l16_span, .decode = l16_decode, .encode = l16_encode},
    {.name = "L16", .payload_type = 113, .clock_rate = 16000, .channels = 1, .ticks = 2, .width = 2, .packets = ANY,
     .shareable = true, .span = l16_wide_span, .decode = l16_decode, .encode = l16_encode_wide},
};
static uint8_t transcodings[BYTEWISE][BYTEWISE][256];

static void prepare(void) {
    uint8_t codes[256];
    int16_t samples[256];
    g711_prepare();
    for (int i = 0; i < CODECS; i++) {
        assert(!table[i].encoder_bytes || table[i].encoder_bytes() <= CODEC_ENCODER_BYTES);
        assert(!table[i].decoder_bytes || table[i].decoder_bytes() <= CODEC_DECODER_BYTES);
    }
    for (int code = 0; code < 256; code++) codes[code] = (uint8_t)code;
    for (int from = 0; from < BYTEWISE; from++) {
        table[from].decode(NULL, samples, codes, 256);
        for (int to = 0; to < BYTEWISE; to++) table[to].encode(NULL, transcodings[from][to], samples, 256);
    }
}

void codecs_prepare(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
}

const struct codec *codec_at(size_t index) { return index < CODECS ? &table[index] : NULL; }

const struct codec *codec_named(const char *name, uint32_t clock_rate) {
    for (int i = 0; i < CODECS; i++)
        if (strcasecmp(table[i].name, name) == 0 && table[i].clock_rate == clock_rate) return &table[i];
    return NULL;
}

bool codec_relays(const struct codec *from, const struct codec *to) {
    return from == to || (from->bytewise && to->bytewise);
}

const uint8_t *codec_transcoding(const struct codec *from, const struct codec *to) {
    return from == to ? NULL : transcodings[from - table][to - table];
}

uint32_t codec_packet(const struct codec *codec, uint32_t wanted_ms) {
    uint32_t tens = wanted_ms / 10;
    while (tens > 1 && (tens > MOST_TENS || !(codec->packets >> (tens - 1) & 1))) tens--;
    return (tens ? tens : 1) * POSITIONS_IN_10_MS;
}
