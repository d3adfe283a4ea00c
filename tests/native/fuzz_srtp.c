/* Whatever comes without the key is refused, in each suite; and an honest packet after it is taken as if nothing had been. */
#include "fuzz.h"
#include "rtp.h"
#include "srtp.h"

enum { MOST = 2048, SSRC = 9 };

static const char *const suites[] = {"AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32", "AEAD_AES_128_GCM",
                                     "AEAD_AES_256_GCM"};
static struct crypto_context *out[4], *in[4];
static uint16_t sequence[4];

static void open_all(void) {
    uint8_t key[CRYPTO_MOST_KEY];
    for (int i = 0; i < CRYPTO_MOST_KEY; i++) key[i] = (uint8_t)(i * 37);
    for (int i = 0; i < 4; i++) {
        out[i] = crypto_open_sender(suites[i], key, crypto_key_bytes(suites[i]), SSRC);
        in[i] = crypto_open_receiver(suites[i], key, crypto_key_bytes(suites[i]));
        assert(out[i] && in[i]);
    }
}

static void an_honest_packet_passes(int suite) {
    _Alignas(8) uint8_t packet[RTP_HEADER + 20 + CRYPTO_ADDED] = {0};
    size_t size = RTP_HEADER + 20;
    rtp_write(packet, &(struct rtp_header){false, 0, sequence[suite]++, 0, SSRC});
    assert(crypto_protect(out[suite], packet, &size) && crypto_unprotect(in[suite], packet, &size));
    assert(size == RTP_HEADER + 20);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    _Alignas(8) static uint8_t packet[MOST];
    if (!out[0]) open_all();
    if (size < 1 || size > MOST) return 0;
    int suite = data[0] & 3;
    size_t length = size - 1;
    memcpy(packet, data + 1, length);
    assert(!crypto_unprotect(in[suite], packet, &length));
    length = size - 1;
    memcpy(packet, data + 1, length);
    assert(!crypto_unprotect_rtcp(in[suite], packet, &length));
    an_honest_packet_passes(suite);
    return 0;
}
