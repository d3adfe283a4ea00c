#include "g711.h"

enum { ULAW_BIAS = 132, ULAW_CLIP = 32635 };

static int16_t ulaw_samples[256], alaw_samples[256];

static int16_t ulaw_sample(uint8_t code) {
    int bits = ~code & 0xff;
    int magnitude = (((bits & 15) << 3) + ULAW_BIAS) << (bits >> 4 & 7);
    return (int16_t)(bits & 0x80 ? ULAW_BIAS - magnitude : magnitude - ULAW_BIAS);
}

static int16_t alaw_sample(uint8_t code) {
    int bits = code ^ 0x55, segment = bits >> 4 & 7;
    int magnitude = (bits & 15) << 4;
    magnitude = segment ? (magnitude + 0x108) << (segment - 1) : magnitude + 8;
    return (int16_t)(bits & 0x80 ? magnitude : -magnitude);
}

/* Index of the highest bit set; `value` is not 0. */
static int highest_bit(int value) { return 31 - __builtin_clz((unsigned)value); }

static uint8_t ulaw_code(int16_t sample) {
    int magnitude = sample < 0 ? -sample : sample;
    if (magnitude > ULAW_CLIP) magnitude = ULAW_CLIP;
    magnitude += ULAW_BIAS;
    int segment = highest_bit(magnitude) - 7;
    int bits = (sample < 0 ? 0x80 : 0) | segment << 4 | (magnitude >> (segment + 3) & 15);
    return (uint8_t)~bits;
}

static uint8_t alaw_code(int16_t sample) {
    int magnitude = sample < 0 ? -sample - 1 : sample;
    int segment = magnitude < 256 ? 0 : highest_bit(magnitude) - 7;
    int bits = segment << 4 | (magnitude >> (segment ? segment + 3 : 4) & 15);
    return (uint8_t)(bits ^ (sample < 0 ? 0x55 : 0xd5));
}

void g711_prepare(void) {
    for (int code = 0; code < 256; code++) {
        ulaw_samples[code] = ulaw_sample((uint8_t)code);
        alaw_samples[code] = alaw_sample((uint8_t)code);
    }
}

void g711_decode_ulaw(int16_t *samples, const uint8_t *codes, size_t count) {
    for (size_t i = 0; i < count; i++) samples[i] = ulaw_samples[codes[i]];
}

void g711_decode_alaw(int16_t *samples, const uint8_t *codes, size_t count) {
    for (size_t i = 0; i < count; i++) samples[i] = alaw_samples[codes[i]];
}

void g711_encode_ulaw(uint8_t *codes, const int16_t *samples, size_t count) {
    for (size_t i = 0; i < count; i++) codes[i] = ulaw_code(samples[i]);
}

void g711_encode_alaw(uint8_t *codes, const int16_t *samples, size_t count) {
    for (size_t i = 0; i < count; i++) codes[i] = alaw_code(samples[i]);
}
