/* g722.h - ITU-T G.722 at 64 kbit/s by spandsp: one byte is two samples at 16000 Hz. For the columns of the codec table. */
#ifndef EARSHOT_G722_H
#define EARSHOT_G722_H

#include "codecs.h"

size_t g722_encoder_bytes(void);
size_t g722_decoder_bytes(void);
void g722_open_encoder(void *encoder, const struct codec_wishes *wishes);
void g722_open_decoder(void *decoder);
void g722_decode_payload(void *decoder, int16_t *samples, const uint8_t *payload, uint32_t length);
uint32_t g722_encode_span(void *encoder, uint8_t *payload, const int16_t *samples, uint32_t span);

#endif
