/* codecs.h - the codec table: the one place to which codecs are added.
 *
 * A span of sound is counted in positions, 1/8000 s, as everything in the mixer is. A codec makes `width` samples of each,
 * and its RTP clock goes on by `ticks` in it. State that it needs lies in memory of the caller; nothing allocates. */
#ifndef EARSHOT_CODECS_H
#define EARSHOT_CODECS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CODEC_MOST_WIDTH = 2,          /* 16000 Hz */
    CODEC_ENCODER_BYTES = 44 << 10, /* of state, at most */
    CODEC_DECODER_BYTES = 20 << 10,
};

/* What a phone asks of our encoder (RFC 7587 §6.1); 0 and false where it does not care. */
struct codec_wishes {
    uint32_t max_bitrate; /* bits a second */
    bool fec, dtx, cbr;
};

struct codec {
    const char *name;     /* encoding name in SDP */
    uint8_t payload_type; /* RFC 3551 §6, or what we call it when we offer it */
    uint32_t clock_rate;  /* hertz, in SDP */
    uint8_t channels;     /* in SDP: those of Opus are always 2 (RFC 7587 §7) */
    uint8_t ticks, width;
    uint8_t packets;      /* bit n: packets of (n + 1) x 10 ms can be made */
    bool bytewise;        /* one byte a sample, each for itself */
    bool shareable;       /* a decoder follows at once where another encoder goes on */
    size_t (*encoder_bytes)(void), (*decoder_bytes)(void); /* of state; NULL: none */
    void (*open_encoder)(void *encoder, const struct codec_wishes *wishes);
    void (*open_decoder)(void *decoder);
    /* Positions that a payload lasts; 0: it is none. */
    uint32_t (*span)(const uint8_t *payload, uint32_t length);
    void (*decode)(void *decoder, int16_t *samples, const uint8_t *payload, uint32_t length);
    /* Bytes written, of RTP_MAX_PAYLOAD at most; 0: nothing needs to be sent. */
    uint32_t (*encode)(void *encoder, uint8_t *payload, const int16_t *samples, uint32_t span);
    /* Sound for `span` positions that were lost just before this payload; NULL where the codec cannot. */
    void (*conceal)(void *decoder, int16_t *samples, uint32_t span, const uint8_t *payload, uint32_t length);
};

/* Make the tables; any number of times, from any thread, before anything else. */
void codecs_prepare(void);

const struct codec *codec_at(size_t index); /* NULL past the end */
const struct codec *codec_named(const char *name, uint32_t clock_rate); /* NULL when there is none */

/* Whether a payload of one can be sent as one of the other, as it is or byte by byte. */
bool codec_relays(const struct codec *from, const struct codec *to);

/* 256 codes of `to` by code of `from`; NULL when they are the same. Of two that are bytewise. */
const uint8_t *codec_transcoding(const struct codec *from, const struct codec *to);

/* Positions of the packets that come nearest to what the phone wants, not above it. */
uint32_t codec_packet(const struct codec *codec, uint32_t wanted_ms);

#endif
