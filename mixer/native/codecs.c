#include "codecs.h"

#include <pthread.h>
#include <string.h>

#include "g711.h"

enum { CODECS = 2 };

static const struct codec table[CODECS] = {
    {"PCMU", 0, 8000, g711_decode_ulaw, g711_encode_ulaw},
    {"PCMA", 8, 8000, g711_decode_alaw, g711_encode_alaw},
};
static uint8_t transcodings[CODECS][CODECS][256];

static void prepare(void) {
    uint8_t codes[256];
    int16_t samples[256];
    g711_prepare();
    for (int code = 0; code < 256; code++) codes[code] = (uint8_t)code;
    for (int from = 0; from < CODECS; from++) {
        table[from].decode(samples, codes, 256);
        for (int to = 0; to < CODECS; to++) table[to].encode(transcodings[from][to], samples, 256);
    }
}

void codecs_prepare(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
}

const struct codec *codec_at(size_t index) { return index < CODECS ? &table[index] : NULL; }

const struct codec *codec_named(const char *name) {
    for (int i = 0; i < CODECS; i++)
        if (strcmp(table[i].name, name) == 0) return &table[i];
    return NULL;
}

const uint8_t *codec_transcoding(const struct codec *from, const struct codec *to) {
    return from == to ? NULL : transcodings[from - table][to - table];
}
