/* ring.h - one writer, one reader, cells of one size; the only way from one thread to the other. */
#ifndef EARSHOT_RING_H
#define EARSHOT_RING_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct ring {
    unsigned char *cells;
    uint32_t cell_size, mask;
    /* Each on its own cache line: the threads would otherwise take them from each other. */
    _Alignas(64) _Atomic uint32_t head; /* written by the writer: cells ever pushed */
    _Alignas(64) _Atomic uint32_t tail; /* written by the reader: cells ever popped */
};

/* In memory for 2^n cells. */
static inline void ring_place(struct ring *r, void *cells, uint32_t cell_size, uint32_t count) {
    r->cells = cells;
    r->cell_size = cell_size;
    r->mask = count - 1;
    atomic_store_explicit(&r->head, 0, memory_order_relaxed);
    atomic_store_explicit(&r->tail, 0, memory_order_relaxed);
}

/* Room for at least `capacity` cells, at most 2^31. False: no memory. */
static inline bool ring_open(struct ring *r, uint32_t cell_size, uint32_t capacity) {
    uint32_t cells = 1;
    while (cells < capacity) cells *= 2;
    r->cell_size = cell_size;
    r->mask = cells - 1;
    r->cells = calloc(cells, cell_size);
    return r->cells != NULL;
}

static inline void ring_close(struct ring *r) { free(r->cells); }

/* For the writer: true stays true until it pushes. */
static inline bool ring_has_room(struct ring *r) {
    uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    return head - atomic_load_explicit(&r->tail, memory_order_acquire) <= r->mask;
}

/* False when full. */
static inline bool ring_push(struct ring *r, const void *cell) {
    if (!ring_has_room(r)) return false;
    uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    memcpy(r->cells + (size_t)(head & r->mask) * r->cell_size, cell, r->cell_size);
    atomic_store_explicit(&r->head, head + 1, memory_order_release);
    return true;
}

/* False when empty. */
static inline bool ring_pop(struct ring *r, void *cell) {
    uint32_t tail = atomic_load_explicit(&r->tail, memory_order_relaxed);
    if (tail == atomic_load_explicit(&r->head, memory_order_acquire)) return false;
    memcpy(cell, r->cells + (size_t)(tail & r->mask) * r->cell_size, r->cell_size);
    atomic_store_explicit(&r->tail, tail + 1, memory_order_release);
    return true;
}

#endif
