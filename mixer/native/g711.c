#include "g711.h"

#include <float.h>
#include <string.h>

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

/* Segment and step of a magnitude from 128 to 32767, as G.711 joins them: the place of its highest bit, less 7, and the four
 * bits below. As a float it holds just these, one behind the other; so the compiler encodes several samples at once. */
static int segment_and_step(int magnitude) {
    float value = (float)magnitude;
    int32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return (bits >> (FLT_MANT_DIG - 1 - 4)) - ((FLT_MAX_EXP - 1 + 7) << 4);
}

static uint8_t ulaw_code(int16_t sample) {
    int magnitude = sample < 0 ? -sample : sample;
    if (magnitude > ULAW_CLIP) magnitude = ULAW_CLIP;
    return (uint8_t)~((sample < 0 ? 0x80 : 0) | segment_and_step(magnitude + ULAW_BIAS));
}

static uint8_t alaw_code(int16_t sample) {
    int magnitude = sample < 0 ? -sample - 1 : sample;
    int code = magnitude < 256 ? magnitude >> 4 : segment_and_step(magnitude);
    return (uint8_t)(code ^ (sample < 0 ? 0x55 : 0xd5));
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
