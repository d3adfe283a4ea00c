/* roster.h - a set of slots that can be walked: a tick touches only those it has work for. */
#ifndef EARSHOT_ROSTER_H
#define EARSHOT_ROSTER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

struct roster {
    uint32_t count;
    uint32_t *slots; /* the members, in no order */
    uint32_t *place; /* by slot: index in `slots` plus one, 0 when absent */
};

static inline bool roster_open(struct roster *r, uint32_t slots) {
    r->slots = calloc(slots, sizeof *r->slots);
    r->place = calloc(slots, sizeof *r->place);
    return r->slots && r->place;
}

static inline void roster_close(struct roster *r) {
    free(r->slots);
    free(r->place);
}

static inline void roster_add(struct roster *r, uint32_t slot) {
    if (r->place[slot]) return;
    r->slots[r->count++] = slot;
    r->place[slot] = r->count;
}

/* The last member takes its place: walk backwards where members may leave. */
static inline void roster_remove(struct roster *r, uint32_t slot) {
    uint32_t place = r->place[slot];
    if (!place) return;
    uint32_t last = r->slots[--r->count];
    r->slots[place - 1] = last;
    r->place[last] = place;
    r->place[slot] = 0;
}

#endif
