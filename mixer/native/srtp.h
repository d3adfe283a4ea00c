/* srtp.h - one direction of an SRTP session and its SRTCP (RFC 3711, RFC 7714), by libsrtp2.
 *
 * Whatever does not prove that it was made with the key, or comes a second time, is refused and has changed nothing.
 * What libsrtp2 needs is taken when a context is opened, on the control thread, but for two things that are its own: a new
 * SSRC that has proven itself takes a stream of it (CRYPTO_SOURCES in a context, then no more), and the libsrtp2 of Debian,
 * which has its ciphers from NSS, makes temporary contexts for each packet, inside its calls and out of our reach: it asks
 * for memory about 14 times to take off or put on AES-CM with SHA-1, and 5 times for AES-GCM (bench/work.py counts them).
 * With SRTP the media thread can therefore wait for another thread that allocates; without it never does. */
#ifndef EARSHOT_SRTP_H
#define EARSHOT_SRTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CRYPTO_MOST_KEY = 44,   /* bytes of master key and master salt, as RFC 4568 §6.1 joins them */
    CRYPTO_ADDED = 24,      /* bytes a packet grows by at most: tag and SRTCP index */
    CRYPTO_WINDOW = 128,    /* packets that one may be late, for replay protection */
    CRYPTO_SOURCES = 16,    /* SSRCs that may come under one key: old ones must not be forgotten, or replay would work */
};

struct crypto_context;

/* Bytes of master key and salt of a suite, by its name (RFC 4568 §6.2, RFC 7714 §14.1); 0: not known. */
size_t crypto_key_bytes(const char *suite);

/* Control thread. For what is sent under `ssrc`, or for what comes under any. NULL: no such suite, a key of another size, or
 * no memory. */
struct crypto_context *crypto_open_sender(const char *suite, const uint8_t *key, size_t key_bytes, uint32_t ssrc);
struct crypto_context *crypto_open_receiver(const char *suite, const uint8_t *key, size_t key_bytes);
void crypto_close(struct crypto_context *c); /* NULL is nothing */
bool crypto_has_key(const struct crypto_context *c, const char *suite, const uint8_t *key, size_t key_bytes);

/* Media thread. In place, in memory aligned to four bytes, with CRYPTO_ADDED bytes of room behind. */
bool crypto_protect(struct crypto_context *c, uint8_t *rtp, size_t *size);
bool crypto_protect_rtcp(struct crypto_context *c, uint8_t *rtcp, size_t *size);
bool crypto_unprotect(struct crypto_context *c, uint8_t *rtp, size_t *size);
bool crypto_unprotect_rtcp(struct crypto_context *c, uint8_t *rtcp, size_t *size);

#endif
