/* l16.h - L16, RFC 3551 §4.5.11: samples as they are, high byte first. For the columns of the codec table. */
#ifndef EARSHOT_L16_H
#define EARSHOT_L16_H

#include <stdint.h>

uint32_t l16_span(const uint8_t *payload, uint32_t length);
uint32_t l16_wide_span(const uint8_t *payload, uint32_t length);
void l16_decode(void *decoder, int16_t *samples, const uint8_t *payload, uint32_t length);
uint32_t l16_encode(void *encoder, uint8_t *payload, const int16_t *samples, uint32_t span);
uint32_t l16_encode_wide(void *encoder, uint8_t *payload, const int16_t *samples, uint32_t span);

#endif
