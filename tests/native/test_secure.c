/* SRTP through the mixer, and what strangers and forgers reach: nothing. */
#include "rig.h"

enum { LOUD = 0x80, FORGERIES = 1000 };

static int64_t now;
static uint8_t keys[2][CRYPTO_MOST_KEY];

static mx *opened(void) {
    mx *m = rig_open(true);
    now = 0;
    mx_step(m, 0);
    return m;
}

static void pass(mx *m, int64_t ns) {
    for (int64_t until = now + ns; now < until;) mx_step(m, now += 5 * MS);
}

static mx_port_stats stats_of(mx *m, mx_port port) {
    mx_port_stats stats;
    assert(mx_stats(m, port, &stats) == MX_OK);
    return stats;
}

/* A phone that speaks SRTP. */
struct secret {
    struct phone phone;
    struct crypto_context *out, *in;
    mx_srtp srtp; /* the mixer's view */
};

static struct secret secret_open(uint32_t ssrc, const char *suite) {
    size_t bytes = crypto_key_bytes(suite);
    struct secret s = {
        .phone = phone_open(ssrc),
        .out = crypto_open_sender(suite, keys[0], bytes, ssrc),
        .in = crypto_open_receiver(suite, keys[1], bytes),
        .srtp = {suite, keys[1], keys[0], bytes},
    };
    assert(s.out && s.in);
    return s;
}

static void secret_close(struct secret *s) {
    phone_close(&s->phone);
    crypto_close(s->out);
    crypto_close(s->in);
}

static mx_port join_secret(mx *m, struct secret *s) {
    mx_port port = join(m, &s->phone, "PCMU", false);
    mx_remote remote = remote_of(&s->phone, "PCMU");
    remote.srtp = &s->srtp;
    assert(mx_set_remote(m, port, &remote) == MX_OK);
    return port;
}

struct datagram {
    _Alignas(8) uint8_t data[512];
    size_t size;
};

static struct datagram talk(struct secret *s) {
    struct datagram d = {.size = RTP_HEADER + FRAME};
    struct rtp_header header = {false, 0, s->phone.sequence++, s->phone.timestamp, s->phone.ssrc};
    rtp_write(d.data, &header);
    memset(d.data + RTP_HEADER, LOUD, FRAME);
    s->phone.timestamp += FRAME;
    assert(crypto_protect(s->out, d.data, &d.size));
    return d;
}

static bool hears_loud(struct secret *s) {
    struct datagram d;
    ssize_t size = recv(s->phone.fd, d.data, sizeof d.data, 0);
    if (size < 0) return false;
    struct rtp_packet packet;
    d.size = (size_t)size;
    assert(d.size > RTP_HEADER + FRAME && crypto_unprotect(s->in, d.data, &d.size));
    assert(rtp_parse(d.data, d.size, &packet) && packet.length == FRAME && packet.payload[0] == LOUD);
    return true;
}

static void a_secret_leg_and_an_open_one_hear_each_other(const char *suite) {
    mx *m = opened();
    struct secret a = secret_open(1, suite);
    struct phone b = phone_open(2);
    mx_port secret = join_secret(m, &a), open = join(m, &b, "PCMU", false);
    route(m, secret, open);
    route(m, open, secret);
    for (int i = 0; i < 200; i++) {
        struct datagram d = talk(&a);
        phone_send_raw(&a.phone, d.data, d.size);
        phone_talk(&b, LOUD);
        if (i % 50 == 25) { /* a re-INVITE that changes nothing: the session goes on */
            mx_remote remote = remote_of(&a.phone, "PCMU");
            remote.srtp = &a.srtp;
            assert(mx_set_remote(m, secret, &remote) == MX_OK);
        }
        pass(m, PTIME);
        struct rtp_packet packet;
        assert(phone_hear(&b, &packet) && packet.length == FRAME && packet.payload[0] == LOUD);
        assert(i == 0 || hears_loud(&a)); /* the join of the first ramps */
        if (i == 0) phone_flush(&b), (void)recv(a.phone.fd, &packet, 1, 0);
    }
    mx_port_stats stats = stats_of(m, secret);
    assert(stats.received == 200 && stats.forged == 0 && stats.malformed == 0);
    mx_close(m);
    secret_close(&a), phone_close(&b);
}

static void new_keys_begin_a_new_session(void) {
    mx *m = opened();
    struct secret a = secret_open(1, "AES_CM_128_HMAC_SHA1_80");
    mx_port port = join_secret(m, &a);
    for (int i = 0; i < 5000; i++) { /* more often than contexts can wait: they are closed in between */
        keys[0][0] = (uint8_t)i, keys[0][1] = (uint8_t)(i >> 8);
        mx_remote remote = remote_of(&a.phone, "PCMU");
        remote.srtp = &a.srtp;
        assert(mx_set_remote(m, port, &remote) == MX_OK);
        if (i % 3 == 0) mx_step(m, now);
    }
    struct datagram d = talk(&a); /* under the old key */
    phone_send_raw(&a.phone, d.data, d.size);
    mx_step(m, now);
    assert(stats_of(m, port).forged == 1 && stats_of(m, port).received == 0);
    crypto_close(a.out);
    a.out = crypto_open_sender(a.srtp.suite, keys[0], a.srtp.key_bytes, 1);
    d = talk(&a);
    phone_send_raw(&a.phone, d.data, d.size);
    pass(m, PTIME);
    assert(stats_of(m, port).received == 1);
    mx_remote short_key = remote_of(&a.phone, "PCMU");
    mx_srtp srtp = a.srtp;
    srtp.key_bytes = 16;
    short_key.srtp = &srtp;
    assert(mx_set_remote(m, port, &short_key) == MX_INVALID);
    mx_close(m);
    secret_close(&a);
}

/* Whatever a forger may make of one honest packet. */
static struct datagram forge(const struct datagram *honest, uint32_t *state) {
    struct datagram d = *honest;
    switch (chance(state) % 4) {
    case 0: /* another SSRC: an epoch, would it be believed */
        put32(d.data + 8, chance(state));
        break;
    case 1: /* a leap of sequence and timestamp */
        put16(d.data + 2, (uint16_t)chance(state));
        put32(d.data + 4, chance(state));
        break;
    case 2: /* open RTP, a digit */
        d.size = RTP_HEADER + 4;
        d.data[1] = 101;
        memcpy(d.data + RTP_HEADER, (uint8_t[]){5, 0x8a, 3, 32}, 4);
        break;
    default:
        d.data[RTP_HEADER + chance(state) % (d.size - RTP_HEADER)] ^= (uint8_t)(1 + chance(state) % 255);
    }
    return d;
}

static void a_thousand_forged_packets_change_nothing(void) {
    mx *m = opened();
    struct secret a = secret_open(1, "AES_CM_128_HMAC_SHA1_80");
    struct phone b = phone_open(2);
    mx_port secret = join_secret(m, &a), open = join(m, &b, "PCMU", false);
    mx_remote remote = remote_of(&a.phone, "PCMU");
    remote.srtp = &a.srtp;
    remote.telephone_event = remote.receive_telephone_event = 101;
    remote.rtp_port = 9; /* behind NAT: the true port is to be learnt */
    remote.learn_from = "127.0.0.1";
    assert(mx_set_remote(m, secret, &remote) == MX_OK);
    route(m, secret, open);
    route(m, open, secret);
    pass(m, PTIME);
    struct phone forger = phone_open(3); /* of the same host: the learning alone would let it in */
    forger.mixer = a.phone.mixer;
    struct sockaddr_in rtcp = a.phone.mixer;
    rtcp.sin_port = htons(ntohs(rtcp.sin_port) + 1);
    struct datagram honest = talk(&a);
    uint32_t state = 77;
    mx_event event;
    struct rtp_packet packet;
    phone_talk(&b, LOUD);
    mx_step(m, now);
    assert(mx_next_event(m, &event) && event.kind == MX_MEDIA_STARTED && !mx_next_event(m, &event));
    for (int i = 0; i < FORGERIES; i++) {
        struct datagram d = forge(&honest, &state);
        phone_send_raw(&forger, d.data, d.size);
        uint8_t report[32] = {0x81, 200, 0, 6};
        for (size_t at = 4; at < sizeof report; at++) report[at] = (uint8_t)chance(&state);
        assert(sendto(forger.rtcp_fd, report, sizeof report, 0, (struct sockaddr *)&rtcp, sizeof rtcp) == 32);
        mx_step(m, now);
        assert(!phone_hear(&b, &packet) && !mx_next_event(m, &event));
        if (i % 100 == 0) phone_talk(&b, LOUD), mx_step(m, now), assert(!phone_hear(&forger, &packet));
    }
    mx_port_stats stats = stats_of(m, secret);
    assert(stats.forged == 2 * FORGERIES && stats.received == 0 && stats.rtcp_received == 0);
    assert(stats.digits == 0 && stats.epochs == 0 && stats.rtt_ms == 0 && stats.lost == 0);
    phone_send_raw(&a.phone, honest.data, honest.size); /* and the true phone is learnt as if nothing had been */
    mx_step(m, now);
    assert(phone_hear(&b, &packet) && packet.payload[0] == LOUD);
    assert(mx_next_event(m, &event) && event.kind == MX_MEDIA_STARTED && stats_of(m, secret).received == 1);
    mx_close(m);
    secret_close(&a), phone_close(&b), phone_close(&forger);
}

/* rtpbleed: sound to whoever asks; injection: sound from whoever comes. */
static void a_stranger_neither_hears_nor_is_heard(bool behind_nat) {
    mx *m = opened();
    struct phone a = phone_open(1), b = phone_open(2), thief = phone_open(3);
    mx_port from = join(m, &a, "PCMU", false), to = join(m, &b, "PCMU", false);
    mx_remote remote = remote_of(&a, "PCMU");
    if (behind_nat) remote.rtp_port = 9, remote.learn_from = "127.0.0.1";
    assert(mx_set_remote(m, from, &remote) == MX_OK);
    route(m, from, to);
    route(m, to, from);
    phone_talk(&a, LOUD); /* learnt by its first packet, and from then on only it */
    mx_step(m, now);
    assert(phone_flush(&b) == 1);
    thief.mixer = a.mixer;
    thief.ssrc = a.ssrc;
    for (int i = 0; i < 500; i++) {
        if (i % 100 == 50) assert(mx_set_remote(m, from, &remote) == MX_OK); /* a re-INVITE: hold, or a refresh */
        thief.sequence = a.sequence, thief.timestamp = a.timestamp;
        phone_talk(&thief, 0x90);
        mx_step(m, now);
        phone_talk(&b, LOUD);
        pass(m, PTIME);
        assert(phone_flush(&thief) == 0 && phone_flush(&b) == 0 && phone_flush(&a) == 1);
    }
    assert(stats_of(m, from).received == 1);
    phone_talk(&a, LOUD);
    mx_step(m, now);
    assert(phone_flush(&b) == 1);
    mx_close(m);
    phone_close(&a), phone_close(&b), phone_close(&thief);
}

static void a_phone_that_says_it_moves_is_learnt_anew(void) {
    mx *m = opened();
    struct phone a = phone_open(1), b = phone_open(2), moved = phone_open(4);
    mx_port from = join(m, &a, "PCMU", false), to = join(m, &b, "PCMU", false);
    mx_remote remote = remote_of(&a, "PCMU");
    route(m, from, to);
    phone_talk(&a, LOUD);
    mx_step(m, now);
    remote.rtp_port = moved.port;
    assert(mx_set_remote(m, from, &remote) == MX_OK);
    mx_step(m, now);
    moved.mixer = a.mixer;
    phone_talk(&moved, LOUD);
    pass(m, PTIME);
    assert(phone_flush(&b) == 2);
    mx_close(m);
    phone_close(&a), phone_close(&b), phone_close(&moved);
}

int main(void) {
    for (int i = 0; i < CRYPTO_MOST_KEY; i++) keys[0][i] = (uint8_t)(i * 37), keys[1][i] = (uint8_t)(i * 91 + 5);
    a_secret_leg_and_an_open_one_hear_each_other("AES_CM_128_HMAC_SHA1_80");
    a_secret_leg_and_an_open_one_hear_each_other("AES_CM_128_HMAC_SHA1_32");
    a_secret_leg_and_an_open_one_hear_each_other("AEAD_AES_128_GCM");
    a_secret_leg_and_an_open_one_hear_each_other("AEAD_AES_256_GCM");
    new_keys_begin_a_new_session();
    a_thousand_forged_packets_change_nothing();
    a_stranger_neither_hears_nor_is_heard(false);
    a_stranger_neither_hears_nor_is_heard(true);
    a_phone_that_says_it_moves_is_learnt_anew();
    return 0;
}
