#include "opus.h"

#include <opus/opus.h>
#include <string.h>

enum {
    WIDTH = 2,
    SAMPLE_RATE = 16000,
    POSITION_RATE = 8000,
    MOST_SPAN = 960,       /* 120 ms, RFC 6716 §3.1 */
    LEAST_SPAN = 20,       /* 2.5 ms: what libopus makes up is a multiple of it */
    BITRATE = 32000,       /* wideband speech that is often decoded and encoded once more */
    LEAST_BITRATE = 6000,  /* RFC 7587 §6.1 */
    COMPLEXITY = 5,        /* of 10: half of the work, and speech sounds the same */
    EXPECTED_LOSS = 10,    /* per cent, where the phone asks for FEC: without a guess there is none */
    MOST_BYTES = 1275,     /* of a frame; RFC 6716 §3.2.1 */
    NOTHING_SAID = 2,      /* bytes: a packet that small need not be sent, opus_encode(3) */
};

size_t opus_encoder_bytes(void) { return (size_t)opus_encoder_get_size(1); }
size_t opus_decoder_bytes(void) { return (size_t)opus_decoder_get_size(1); }

void opus_open_encoder(void *encoder, const struct codec_wishes *wishes) {
    uint32_t bitrate = wishes->max_bitrate && wishes->max_bitrate < BITRATE ? wishes->max_bitrate : BITRATE;
    if (bitrate < LEAST_BITRATE) bitrate = LEAST_BITRATE;
    opus_encoder_init(encoder, SAMPLE_RATE, 1, OPUS_APPLICATION_VOIP);
    opus_encoder_ctl(encoder, OPUS_SET_COMPLEXITY(COMPLEXITY));
    opus_encoder_ctl(encoder, OPUS_SET_BITRATE((opus_int32)bitrate));
    opus_encoder_ctl(encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
    opus_encoder_ctl(encoder, OPUS_SET_VBR(!wishes->cbr));
    opus_encoder_ctl(encoder, OPUS_SET_DTX(wishes->dtx));
    opus_encoder_ctl(encoder, OPUS_SET_INBAND_FEC(wishes->fec));
    opus_encoder_ctl(encoder, OPUS_SET_PACKET_LOSS_PERC(wishes->fec ? EXPECTED_LOSS : 0));
}

void opus_open_decoder(void *decoder) { opus_decoder_init(decoder, SAMPLE_RATE, 1); }

uint32_t opus_span(const uint8_t *payload, uint32_t length) {
    int span = opus_packet_get_nb_samples(payload, (opus_int32)length, POSITION_RATE);
    return span > 0 && span <= MOST_SPAN ? (uint32_t)span : 0;
}

/* What does not decode is silence. */
static void settle(int16_t *samples, int made, uint32_t span) {
    uint32_t count = made > 0 ? (uint32_t)made : 0;
    if (count < WIDTH * span) memset(samples + count, 0, (WIDTH * span - count) * sizeof *samples);
}

void opus_decode_payload(void *decoder, int16_t *samples, const uint8_t *payload, uint32_t length) {
    uint32_t span = opus_span(payload, length);
    settle(samples, opus_decode(decoder, payload, (opus_int32)length, samples, (int)(WIDTH * span), 0), span);
}

uint32_t opus_encode_span(void *encoder, uint8_t *payload, const int16_t *samples, uint32_t span) {
    opus_int32 length = opus_encode(encoder, samples, (int)(WIDTH * span), payload, MOST_BYTES);
    return length > NOTHING_SAID ? (uint32_t)length : 0;
}

/* The end of it may be in the payload, as forward error correction (RFC 6716 §2.1.7). */
void opus_make_up(void *decoder, int16_t *samples, uint32_t span, const uint8_t *payload, uint32_t length) {
    uint32_t whole = span < MOST_SPAN ? span - span % LEAST_SPAN : MOST_SPAN, silent = WIDTH * (span - whole);
    memset(samples, 0, silent * sizeof *samples);
    if (!whole) return;
    settle(samples + silent, opus_decode(decoder, payload, (opus_int32)length, samples + silent, (int)(WIDTH * whole), 1),
           whole);
}
