/* Ports that hear the same are sent one mix, encoded once: five listeners on a call cost one encoder and five packets. */
#define _GNU_SOURCE
#include "rig.h"
#include "tone.h"

enum { EARS = 5, MOST = 4000 };

static const double hertz[] = {440, 1100};

struct scene {
    mx *m;
    struct phone phones[2], ears[EARS];
    mx_port legs[2], ports[EARS];
    int64_t tick;
};

struct heard {
    uint8_t data[EARS][RTP_MAX_PAYLOAD];
    uint32_t length[EARS], ssrc[EARS];
};

static struct scene begin(void) {
    struct scene s = {.tick = 0};
    mx_limits limits = rig_limits;
    assert(core_open(&limits, true, &s.m) == MX_OK);
    mx_step(s.m, 0);
    for (int i = 0; i < 2; i++) {
        s.phones[i] = phone_open((uint32_t)i + 1);
        s.legs[i] = join(s.m, &s.phones[i], "PCMU", false);
    }
    route(s.m, s.legs[0], s.legs[1]), route(s.m, s.legs[1], s.legs[0]);
    return s;
}

static void listen_in(struct scene *s, int ear, const mx_remote *remote) {
    s->ports[ear] = join_with(s->m, &s->ears[ear], remote, true);
    for (int i = 0; i < 2; i++) route(s->m, s->legs[i], s->ports[ear]);
}

static void end(struct scene *s, int ears) {
    mx_close(s->m);
    for (int i = 0; i < 2; i++) phone_close(&s->phones[i]);
    for (int i = 0; i < ears; i++) phone_close(&s->ears[i]);
}

/* One tick: both talk, and `ears` hear one packet each, of which this is told. */
static struct heard turn(struct scene *s, int ears) {
    struct heard heard = {0};
    struct rtp_packet packet;
    for (int i = 0; i < 2; i++) {
        int16_t samples[FRAME];
        uint8_t payload[FRAME];
        tone_fill(samples, FRAME, s->tick * FRAME, hertz[i], 8000, 6000);
        g711_encode_ulaw(payload, samples, FRAME);
        phone_send(&s->phones[i], payload, FRAME);
        s->phones[i].sequence++, s->phones[i].timestamp += FRAME;
    }
    mx_step(s->m, ++s->tick * PTIME);
    for (int i = 0; i < 2; i++) phone_flush(&s->phones[i]);
    for (int i = 0; i < ears; i++) {
        if (!phone_hear(&s->ears[i], &packet)) continue;
        memcpy(heard.data[i], packet.payload, heard.length[i] = packet.length);
        heard.ssrc[i] = packet.header.ssrc;
        assert(!phone_hear(&s->ears[i], &packet));
    }
    return heard;
}

static bool alike(const struct heard *h, int one, int other) {
    return h->length[one] && h->length[one] == h->length[other] && memcmp(h->data[one], h->data[other], h->length[one]) == 0;
}

/* They come one after the other: encoders of their own would have heard different pasts. */
static void listeners_of_one_call_are_sent_what_one_encoder_made(void) {
    struct scene s = begin();
    for (int ear = 0; ear < EARS; ear++) {
        s.ears[ear] = phone_open((uint32_t)ear + 10);
        mx_remote remote = remote_of(&s.ears[ear], "opus");
        listen_in(&s, ear, &remote);
        for (int i = 0; i < 7; i++) turn(&s, ear + 1);
    }
    for (int i = 0; i < 20; i++) {
        struct heard h = turn(&s, EARS);
        for (int ear = 1; ear < EARS; ear++) assert(alike(&h, 0, ear) && h.ssrc[0] != h.ssrc[ear]);
    }
    end(&s, EARS);
}

/* Whoever hears anything else, or in another way, has a mix of its own: an own gain, codec, wish, length of packets. */
static void others_are_sent_their_own(void) {
    struct scene s = begin();
    for (int ear = 0; ear < EARS; ear++) {
        s.ears[ear] = phone_open((uint32_t)ear + 10);
        mx_remote remote = remote_of(&s.ears[ear], ear == 1 ? "PCMA" : "PCMU");
        listen_in(&s, ear, &remote);
    }
    assert(mx_route(s.m, s.legs[0], s.ports[2], 128) == MX_OK);
    assert(mx_unroute(s.m, s.legs[1], s.ports[3]) == MX_OK);
    for (int i = 0; i < 30; i++) {
        struct heard h = turn(&s, EARS);
        if (i < 10) continue;
        assert(alike(&h, 0, 4) && !alike(&h, 0, 1) && !alike(&h, 0, 2) && !alike(&h, 0, 3) && h.length[3]);
    }
    end(&s, EARS);
}

/* One that had company and has it no longer goes on: both tones are there, without a break. */
static void who_leaves_takes_nothing_away_from_the_others(void) {
    const char *codecs[] = {"PCMU", "G722", "opus"};
    for (int c = 0; c < 3; c++) {
        struct scene s = begin();
        const struct codec *codec = codec_called(codecs[c]);
        static _Alignas(64) uint8_t decoder[CODEC_DECODER_BYTES];
        static int16_t sound[MOST * 20];
        size_t count = 0;
        if (codec->open_decoder) codec->open_decoder(decoder);
        for (int ear = 0; ear < 3; ear++) {
            s.ears[ear] = phone_open((uint32_t)ear + 10);
            mx_remote remote = remote_of(&s.ears[ear], codec->name);
            listen_in(&s, ear, &remote);
        }
        for (int i = 0; i < 90; i++) {
            if (i == 30) assert(mx_close_port(s.m, s.ports[2]) == MX_OK);
            if (i == 60) assert(mx_close_port(s.m, s.ports[0]) == MX_OK);
            struct heard h = turn(&s, 3);
            if (!h.length[1]) continue;
            codec->decode(decoder, sound + count, h.data[1], h.length[1]);
            count += FRAME * codec->width;
        }
        assert(count >= 88 * FRAME * codec->width);
        for (size_t at = 20 * FRAME * codec->width, piece = 5 * FRAME * codec->width; at + piece <= count; at += piece)
            for (int i = 0; i < 2; i++) assert(tone_peak(sound + at, piece, hertz[i], 8000 * codec->width) > 4500);
        end(&s, 3);
    }
}

static void each_listener_has_keys_of_its_own(void) {
    struct scene s = begin();
    struct crypto_context *keys[2];
    for (int ear = 0; ear < 2; ear++) {
        uint8_t send[30] = {1, (uint8_t)ear}, receive[30] = {2, (uint8_t)ear};
        mx_srtp srtp = {"AES_CM_128_HMAC_SHA1_80", send, receive, sizeof send};
        s.ears[ear] = phone_open((uint32_t)ear + 10);
        mx_remote remote = remote_of(&s.ears[ear], "PCMU");
        remote.srtp = &srtp;
        listen_in(&s, ear, &remote);
        assert((keys[ear] = crypto_open_receiver(srtp.suite, send, sizeof send)));
    }
    for (int i = 0; i < 30; i++) {
        uint8_t data[2][MAX_DATAGRAM];
        struct rtp_packet packets[2];
        turn(&s, 0);
        for (int ear = 0; ear < 2; ear++) {
            ssize_t size = recv(s.ears[ear].fd, data[ear], MAX_DATAGRAM, 0);
            size_t length = (size_t)size;
            assert(size > 0 && crypto_unprotect(keys[ear], data[ear], &length) && rtp_parse(data[ear], length, &packets[ear]));
        }
        if (i > 10) assert(memcmp(packets[0].payload, packets[1].payload, FRAME) == 0);
    }
    for (int ear = 0; ear < 2; ear++) crypto_close(keys[ear]);
    end(&s, 2);
}

int main(void) {
    listeners_of_one_call_are_sent_what_one_encoder_made();
    others_are_sent_their_own();
    who_leaves_takes_nothing_away_from_the_others();
    each_listener_has_keys_of_its_own();
}
