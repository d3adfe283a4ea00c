#include "g722.h"

#include <spandsp/telephony.h>

#include <spandsp/g722.h>
#include <spandsp/private/g722.h>

enum { BITRATE = 64000, WIDTH = 2 };

size_t g722_encoder_bytes(void) { return sizeof(struct g722_encode_state_s); }
size_t g722_decoder_bytes(void) { return sizeof(struct g722_decode_state_s); }

void g722_open_encoder(void *encoder, const struct codec_wishes *wishes) {
    (void)wishes;
    g722_encode_init(encoder, BITRATE, 0);
}

void g722_open_decoder(void *decoder) { g722_decode_init(decoder, BITRATE, 0); }

void g722_decode_payload(void *decoder, int16_t *samples, const uint8_t *payload, uint32_t length) {
    g722_decode(decoder, samples, payload, (int)length);
}

uint32_t g722_encode_span(void *encoder, uint8_t *payload, const int16_t *samples, uint32_t span) {
    return (uint32_t)g722_encode(encoder, payload, samples, (int)(WIDTH * span));
}
