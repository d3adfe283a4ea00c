#define _GNU_SOURCE
#include "srtp.h"

#include <pthread.h>
#include <srtp2/srtp.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"

enum { RTP_SSRC_AT = 8, RTCP_SSRC_AT = 4, LEAST_RTP = 12, LEAST_RTCP = 8 };

struct suite {
    const char *name;
    size_t key_bytes;
    void (*rtp)(srtp_crypto_policy_t *), (*rtcp)(srtp_crypto_policy_t *);
};

struct crypto_context {
    srtp_t session;
    const struct suite *suite;
    uint8_t key[CRYPTO_MOST_KEY];
    uint32_t sources[CRYPTO_SOURCES], source_count; /* SSRCs that have proven themselves */
};

/* SRTCP keeps its tag of 80 bits in the suite of 32 (RFC 4568 §6.2.2). */
static const struct suite suites[] = {
    {"AES_CM_128_HMAC_SHA1_80", 30, srtp_crypto_policy_set_rtp_default, srtp_crypto_policy_set_rtcp_default},
    {"AES_CM_128_HMAC_SHA1_32", 30, srtp_crypto_policy_set_aes_cm_128_hmac_sha1_32, srtp_crypto_policy_set_rtcp_default},
    {"AEAD_AES_128_GCM", 28, srtp_crypto_policy_set_aes_gcm_128_16_auth, srtp_crypto_policy_set_aes_gcm_128_16_auth},
    {"AEAD_AES_256_GCM", 44, srtp_crypto_policy_set_aes_gcm_256_16_auth, srtp_crypto_policy_set_aes_gcm_256_16_auth},
};

static const struct suite *suite_named(const char *name) {
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++)
        if (strcmp(suites[i].name, name) == 0) return &suites[i];
    return NULL;
}

size_t crypto_key_bytes(const char *suite) {
    const struct suite *found = suite_named(suite);
    return found ? found->key_bytes : 0;
}

static bool prepared;
static void prepare(void) { prepared = srtp_init() == srtp_err_status_ok; }

static struct crypto_context *open_context(const char *suite, const uint8_t *key, size_t key_bytes, srtp_ssrc_t ssrc) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const struct suite *found = suite_named(suite);
    pthread_once(&once, prepare);
    if (!prepared || !found || key_bytes != found->key_bytes) return NULL;
    struct crypto_context *c = calloc(1, sizeof *c);
    if (!c) return NULL;
    c->suite = found;
    memcpy(c->key, key, key_bytes);
    srtp_policy_t policy = {.ssrc = ssrc, .key = c->key, .window_size = CRYPTO_WINDOW};
    found->rtp(&policy.rtp);
    found->rtcp(&policy.rtcp);
    if (srtp_create(&c->session, &policy) == srtp_err_status_ok) return c;
    c->session = NULL;
    crypto_close(c);
    return NULL;
}

struct crypto_context *crypto_open_sender(const char *suite, const uint8_t *key, size_t key_bytes, uint32_t ssrc) {
    return open_context(suite, key, key_bytes, (srtp_ssrc_t){ssrc_specific, ssrc});
}

struct crypto_context *crypto_open_receiver(const char *suite, const uint8_t *key, size_t key_bytes) {
    return open_context(suite, key, key_bytes, (srtp_ssrc_t){ssrc_any_inbound, 0});
}

void crypto_close(struct crypto_context *c) {
    if (!c) return;
    if (c->session) srtp_dealloc(c->session);
    explicit_bzero(c, sizeof *c);
    free(c);
}

bool crypto_has_key(const struct crypto_context *c, const char *suite, const uint8_t *key, size_t key_bytes) {
    return c && c->suite == suite_named(suite) && key_bytes == c->suite->key_bytes && memcmp(c->key, key, key_bytes) == 0;
}

static bool is_known(const struct crypto_context *c, uint32_t ssrc) {
    for (uint32_t i = 0; i < c->source_count; i++)
        if (c->sources[i] == ssrc) return true;
    return false;
}

typedef srtp_err_status_t transform(srtp_t session, void *packet, int *size);

static bool apply(transform *change, struct crypto_context *c, uint8_t *packet, size_t *size) {
    int length = (int)*size;
    if (change(c->session, packet, &length) != srtp_err_status_ok) return false;
    *size = (size_t)length;
    return true;
}

static bool admit(transform *change, struct crypto_context *c, uint8_t *packet, size_t *size, size_t ssrc_at) {
    uint32_t ssrc = get32(packet + ssrc_at);
    bool known = is_known(c, ssrc);
    if (!known && c->source_count == CRYPTO_SOURCES) return false;
    if (!apply(change, c, packet, size)) return false;
    if (!known) c->sources[c->source_count++] = ssrc;
    return true;
}

bool crypto_protect(struct crypto_context *c, uint8_t *rtp, size_t *size) { return apply(srtp_protect, c, rtp, size); }

bool crypto_protect_rtcp(struct crypto_context *c, uint8_t *rtcp, size_t *size) {
    return apply(srtp_protect_rtcp, c, rtcp, size);
}

bool crypto_unprotect(struct crypto_context *c, uint8_t *rtp, size_t *size) {
    return *size >= LEAST_RTP && admit(srtp_unprotect, c, rtp, size, RTP_SSRC_AT);
}

bool crypto_unprotect_rtcp(struct crypto_context *c, uint8_t *rtcp, size_t *size) {
    return *size >= LEAST_RTCP && admit(srtp_unprotect_rtcp, c, rtcp, size, RTCP_SSRC_AT);
}
