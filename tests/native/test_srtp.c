/* SRTP contexts: all suites both ways, the vectors of RFC 3711 aside: those are the library's; here are replay, forgery,
 * a key kept apart from another, and the limit of sources. */
#include "srtp.h"

#include "bytes.h"
#include "check.h"
#include "rtp.h"

enum { PAYLOAD = 160, SIZE = RTP_HEADER + PAYLOAD, SSRC = 0x1234567 };

static const char *const suites[] = {"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32", "AEAD_AES_128_GCM",
                                     "AEAD_AES_256_GCM"};
static const size_t tags[] = {10, 4, 16, 16};
static uint8_t key[CRYPTO_MOST_KEY];

struct packet {
    _Alignas(4) uint8_t data[SIZE + CRYPTO_ADDED];
    size_t size;
};

static struct packet made(uint16_t sequence, uint32_t ssrc) {
    struct packet p = {.size = SIZE};
    rtp_write(p.data, &(struct rtp_header){false, 0, sequence, sequence * 160u, ssrc});
    for (int i = 0; i < PAYLOAD; i++) p.data[RTP_HEADER + i] = (uint8_t)(i + sequence);
    return p;
}

static struct crypto_context *receiver(const char *suite) {
    struct crypto_context *c = crypto_open_receiver(suite, key, crypto_key_bytes(suite));
    assert(c);
    return c;
}

static struct crypto_context *sender(const char *suite, uint32_t ssrc) {
    struct crypto_context *c = crypto_open_sender(suite, key, crypto_key_bytes(suite), ssrc);
    assert(c);
    return c;
}

static void each_suite_gives_back_what_it_protected(void) {
    for (int i = 0; i < 4; i++) {
        struct crypto_context *out = sender(suites[i], SSRC), *in = receiver(suites[i]);
        for (uint16_t n = 65500; n != 100; n++) { /* over the end of the sequence numbers */
            struct packet was = made(n, SSRC), is = was;
            assert(crypto_protect(out, is.data, &is.size) && is.size == SIZE + tags[i]);
            assert(memcmp(was.data + RTP_HEADER, is.data + RTP_HEADER, PAYLOAD) != 0);
            assert(crypto_unprotect(in, is.data, &is.size) && is.size == SIZE);
            assert(memcmp(was.data, is.data, SIZE) == 0);
        }
        crypto_close(out), crypto_close(in);
    }
}

static void what_comes_twice_is_refused(void) {
    for (int i = 0; i < 4; i++) {
        struct crypto_context *out = sender(suites[i], SSRC), *in = receiver(suites[i]);
        struct packet early = made(1, SSRC), late = made(2, SSRC), again;
        assert(crypto_protect(out, early.data, &early.size) && crypto_protect(out, late.data, &late.size));
        again = late;
        assert(crypto_unprotect(in, late.data, &late.size) && !crypto_unprotect(in, again.data, &again.size));
        assert(crypto_unprotect(in, early.data, &early.size)); /* overtaken, but new */
        struct packet repeated = made(2, SSRC);
        assert(!crypto_protect(out, repeated.data, &repeated.size)); /* no key stream is used twice */
        crypto_close(out), crypto_close(in);
    }
}

static void forged_packets_are_refused_and_change_nothing(void) {
    uint32_t state = 4;
    for (int i = 0; i < 4; i++) {
        struct crypto_context *out = sender(suites[i], SSRC), *in = receiver(suites[i]);
        for (uint16_t n = 0; n < 1000; n++) {
            struct packet honest = made(n, SSRC), forged;
            assert(crypto_protect(out, honest.data, &honest.size));
            forged = honest;
            forged.data[chance(&state) % forged.size] ^= (uint8_t)(1 + chance(&state) % 255);
            if (n % 3 == 1) forged.size = chance(&state) % forged.size;
            if (n % 3 == 2) put16(forged.data + 2, (uint16_t)(n + 30000)); /* far ahead: it must not move the window */
            assert(!crypto_unprotect(in, forged.data, &forged.size));
            assert(crypto_unprotect(in, honest.data, &honest.size));
        }
        crypto_close(out), crypto_close(in);
    }
}

static void reports_are_protected_under_the_same_key(void) {
    for (int i = 0; i < 4; i++) {
        struct crypto_context *out = sender(suites[i], SSRC), *in = receiver(suites[i]);
        struct packet p = {.data = {0x80, 201, 0, 1}, .size = 8}, again;
        put32(p.data + 4, SSRC);
        assert(crypto_protect_rtcp(out, p.data, &p.size) && p.size > 8 && p.size <= 8 + CRYPTO_ADDED);
        again = p;
        assert(crypto_unprotect_rtcp(in, p.data, &p.size) && p.size == 8 && p.data[1] == 201);
        assert(!crypto_unprotect_rtcp(in, again.data, &again.size));
        again.data[5] ^= 1;
        assert(!crypto_unprotect_rtcp(in, again.data, &again.size));
        again.size = 7;
        assert(!crypto_unprotect_rtcp(in, again.data, &again.size));
        crypto_close(out), crypto_close(in);
    }
}

static void sixteen_sources_may_follow_each_other_and_none_is_forgotten(void) {
    struct crypto_context *in = receiver(suites[0]);
    struct packet first = {0};
    for (uint32_t ssrc = 1; ssrc <= CRYPTO_SOURCES + 4; ssrc++) {
        struct crypto_context *out = sender(suites[0], ssrc);
        struct packet p = made(7, ssrc);
        assert(crypto_protect(out, p.data, &p.size));
        if (ssrc == 1) first = p;
        assert(crypto_unprotect(in, p.data, &p.size) == (ssrc <= CRYPTO_SOURCES));
        crypto_close(out);
    }
    assert(!crypto_unprotect(in, first.data, &first.size)); /* a replay, as ever */
    crypto_close(in);
}

static void a_suite_takes_its_own_keys_only(void) {
    assert(crypto_key_bytes("AES_CM_128_HMAC_SHA1_80") == 30 && crypto_key_bytes("NULL_HMAC_SHA1_80") == 0);
    assert(!crypto_open_receiver("AEAD_AES_128_GCM", key, 30) && !crypto_open_receiver("F8_128_HMAC_SHA1_80", key, 30));
    struct crypto_context *c = receiver(suites[0]);
    uint8_t other[30] = {1};
    assert(crypto_has_key(c, suites[0], key, 30) && !crypto_has_key(c, suites[1], key, 30));
    assert(!crypto_has_key(c, suites[0], other, 30) && !crypto_has_key(NULL, suites[0], key, 30));
    crypto_close(c);
    crypto_close(NULL);
}

int main(void) {
    for (int i = 0; i < CRYPTO_MOST_KEY; i++) key[i] = (uint8_t)(i * 37);
    each_suite_gives_back_what_it_protected();
    what_comes_twice_is_refused();
    forged_packets_are_refused_and_change_nothing();
    reports_are_protected_under_the_same_key();
    sixteen_sources_may_follow_each_other_and_none_is_forgotten();
    a_suite_takes_its_own_keys_only();
    return 0;
}
