/* opus.h - Opus by libopus: mono at 16000 Hz, whatever the phone sends. For the columns of the codec table. */
#ifndef EARSHOT_OPUS_H
#define EARSHOT_OPUS_H

#include "codecs.h"

size_t opus_encoder_bytes(void);
size_t opus_decoder_bytes(void);
void opus_open_encoder(void *encoder, const struct codec_wishes *wishes);
void opus_open_decoder(void *decoder);
uint32_t opus_span(const uint8_t *payload, uint32_t length);
void opus_decode_payload(void *decoder, int16_t *samples, const uint8_t *payload, uint32_t length);
uint32_t opus_encode_span(void *encoder, uint8_t *payload, const int16_t *samples, uint32_t span);
void opus_make_up(void *decoder, int16_t *samples, uint32_t span, const uint8_t *payload, uint32_t length);

#endif
