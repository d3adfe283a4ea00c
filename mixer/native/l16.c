#include "l16.h"

#include "bytes.h"

enum { SAMPLE = 2 }; /* bytes */

uint32_t l16_span(const uint8_t *payload, uint32_t length) {
    (void)payload;
    return length % SAMPLE ? 0 : length / SAMPLE;
}

uint32_t l16_wide_span(const uint8_t *payload, uint32_t length) {
    (void)payload;
    return length % (2 * SAMPLE) ? 0 : length / (2 * SAMPLE);
}

void l16_decode(void *decoder, int16_t *samples, const uint8_t *payload, uint32_t length) {
    (void)decoder;
    for (uint32_t i = 0; i < length / SAMPLE; i++) samples[i] = (int16_t)get16(payload + SAMPLE * i);
}

uint32_t l16_encode(void *encoder, uint8_t *payload, const int16_t *samples, uint32_t span) {
    (void)encoder;
    for (uint32_t i = 0; i < span; i++) put16(payload + SAMPLE * i, (uint16_t)samples[i]);
    return SAMPLE * span;
}

uint32_t l16_encode_wide(void *encoder, uint8_t *payload, const int16_t *samples, uint32_t span) {
    return l16_encode(encoder, payload, samples, 2 * span);
}
