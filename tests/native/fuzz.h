/* fuzz.h - bytes of a fuzzer as a sequence of choices. Every target is one function that libFuzzer calls:
 * `python -m tests.native.fuzz` builds and runs them. */
#ifndef EARSHOT_FUZZ_H
#define EARSHOT_FUZZ_H

#include "check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct choices {
    const uint8_t *data;
    size_t left;
};

static inline bool more(const struct choices *c) { return c->left > 0; }

/* 0 once there are no more. */
static inline uint8_t next8(struct choices *c) {
    if (!c->left) return 0;
    c->left--;
    return *c->data++;
}

static inline uint32_t next16(struct choices *c) {
    uint32_t high = next8(c);
    return high << 8 | next8(c);
}

static inline uint32_t next32(struct choices *c) {
    uint32_t high = next16(c);
    return high << 16 | next16(c);
}

#endif
