/* codecs.h - the codec table: the one place to which codecs are added.
 *
 * Every codec here is one byte a sample at 8000 Hz, and relay, timeline and mix count on it. The first one that is not
 * brings its own sample count and resampling. */
#ifndef EARSHOT_CODECS_H
#define EARSHOT_CODECS_H

#include <stddef.h>
#include <stdint.h>

struct codec {
    const char *name;     /* encoding name of RFC 3551 */
    uint8_t payload_type; /* static, RFC 3551 §6 */
    uint32_t clock_rate;  /* hertz */
    void (*decode)(int16_t *samples, const uint8_t *codes, size_t count);
    void (*encode)(uint8_t *codes, const int16_t *samples, size_t count);
};

/* Make the tables; any number of times, from any thread, before anything else. */
void codecs_prepare(void);

const struct codec *codec_at(size_t index);         /* NULL past the end */
const struct codec *codec_named(const char *name);  /* NULL when there is none */

/* 256 codes of `to` by code of `from`; NULL when they are the same. */
const uint8_t *codec_transcoding(const struct codec *from, const struct codec *to);

#endif
