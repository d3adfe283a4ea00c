/* talker.h - phones that speak any codec in packets of any length, and decode what they hear. Stepped through. */
#ifndef EARSHOT_TALKER_H
#define EARSHOT_TALKER_H

#include "rig.h"
#include "tone.h"

enum { PEAK = 8000, SECOND = 50, SAID = 2 * MX_SAMPLE_RATE, MOST = 2 * SAID, CODEC_DELAY = 200 };

/* A phone that speaks a codec: a tone goes out in packets of its own length, what comes is decoded. */
struct talker {
    struct phone phone;
    const struct codec *codec;
    uint32_t span; /* of its packets */
    double hertz;
    int64_t said, next_at; /* positions */
    uint8_t *encoder, *decoder;
    int16_t heard[MOST]; /* at its own rate */
    uint32_t count, packets, shortest, longest, last_timestamp;
    bool gap; /* timestamps did not go on by what the packets last */
};

static struct talker talkers[3];

static inline void speak_as(struct talker *t, const struct codec *codec, uint32_t ms) {
    t->codec = codec;
    t->span = codec_packet(codec, ms);
    t->phone.payload_type = codec->payload_type;
    const struct codec_wishes none = {0};
    if (codec->open_encoder) codec->open_encoder(t->encoder, &none);
    if (codec->open_decoder) codec->open_decoder(t->decoder);
}

static inline struct talker *talker(int number, const struct codec *codec, uint32_t ms, double hertz) {
    struct talker *t = &talkers[number];
    free(t->encoder), free(t->decoder);
    *t = (struct talker){.phone = phone_open((uint32_t)number + 1), .hertz = hertz, .shortest = UINT32_MAX};
    assert((t->encoder = aligned_alloc(64, CODEC_ENCODER_BYTES)) && (t->decoder = aligned_alloc(64, CODEC_DECODER_BYTES)));
    speak_as(t, codec, ms);
    return t;
}

static inline mx_remote remote_at(const struct talker *t) {
    mx_remote remote = remote_with(&t->phone, t->codec);
    remote.ptime_ms = t->span / 8;
    return remote;
}

static inline mx_port take_part(mx *m, struct talker *t, bool listen_only) {
    mx_remote remote = remote_at(t);
    return join_with(m, &t->phone, &remote, listen_only);
}

static inline void say(struct talker *t, int64_t now) {
    uint32_t width = t->codec->width;
    for (; t->hertz > 0 && t->next_at <= now; t->next_at += t->span) {
        int16_t samples[2 * PORT_MOST_PACKET];
        uint8_t payload[RTP_MAX_PAYLOAD];
        tone_fill(samples, t->span * width, t->said * width, t->hertz, 8000 * width, PEAK);
        phone_send(&t->phone, payload, t->codec->encode(t->encoder, payload, samples, t->span));
        t->said += t->span;
        t->phone.sequence++;
        t->phone.timestamp += t->span * t->codec->ticks;
    }
}

static inline void hear(struct talker *t) {
    struct rtp_packet packet;
    while (phone_hear(&t->phone, &packet)) {
        uint32_t span = t->codec->span(packet.payload, packet.length), timestamp = packet.header.timestamp;
        assert(packet.header.payload_type == t->codec->payload_type && span);
        if (t->packets) t->gap |= timestamp - t->last_timestamp != span * t->codec->ticks;
        t->last_timestamp = timestamp;
        if (span < t->shortest) t->shortest = span;
        if (span > t->longest) t->longest = span;
        t->packets++;
        if (t->count + span * t->codec->width > MOST) continue;
        t->codec->decode(t->decoder, t->heard + t->count, packet.payload, packet.length);
        t->count += span * t->codec->width;
    }
}

static inline void talk(mx *m, int64_t *now, int ticks) {
    for (; ticks > 0; ticks--, *now += FRAME) {
        for (int64_t part = 0; part < FRAME; part += FRAME / 2) {
            for (int i = 0; i < 3; i++)
                if (talkers[i].codec) say(&talkers[i], *now + part);
            mx_step(m, (*now + part) * NS_PER_SAMPLE);
        }
        for (int i = 0; i < 3; i++)
            if (talkers[i].codec) hear(&talkers[i]);
    }
}

static inline void leave(void) {
    for (int i = 0; i < 3; i++) {
        if (talkers[i].codec) phone_close(&talkers[i].phone);
        talkers[i].codec = NULL;
    }
}

#endif
