/* ring.h and roster.h: order, fullness, wraparound, two threads. */
#include <pthread.h>
#include <sched.h>

#include "check.h"
#include "ring.h"
#include "roster.h"

enum { MANY = 200000 };

static void what_is_pushed_is_popped_in_order_and_a_full_ring_refuses(void) {
    struct ring ring = {0};
    uint32_t value;
    assert(ring_open(&ring, sizeof value, 4));
    for (uint32_t round = 0; round < 10; round++) {
        for (uint32_t i = 0; i < 4; i++) assert(ring_has_room(&ring) && ring_push(&ring, &i));
        value = 99;
        assert(!ring_has_room(&ring) && !ring_push(&ring, &value));
        for (uint32_t i = 0; i < 4; i++) assert(ring_pop(&ring, &value) && value == i);
        assert(!ring_pop(&ring, &value));
    }
    ring_close(&ring);
}

static void counters_may_wrap_around(void) {
    struct ring ring = {0};
    uint32_t value;
    assert(ring_open(&ring, sizeof value, 2));
    atomic_store(&ring.head, UINT32_MAX - 1);
    atomic_store(&ring.tail, UINT32_MAX - 1);
    for (uint32_t i = 0; i < 10; i++) assert(ring_push(&ring, &i) && ring_pop(&ring, &value) && value == i);
    ring_close(&ring);
}

static void *push_many(void *argument) {
    for (uint32_t i = 0; i < MANY;)
        if (ring_push(argument, &i)) i++;
        else sched_yield();
    return NULL;
}

static void two_threads_see_the_same_order(void) {
    struct ring ring = {0};
    pthread_t writer;
    uint32_t value;
    assert(ring_open(&ring, sizeof value, 64));
    assert(pthread_create(&writer, NULL, push_many, &ring) == 0);
    for (uint32_t i = 0; i < MANY;)
        if (ring_pop(&ring, &value)) assert(value == i++);
        else sched_yield();
    pthread_join(writer, NULL);
    ring_close(&ring);
}

static void a_roster_holds_each_member_once(void) {
    struct roster roster = {0};
    assert(roster_open(&roster, 8));
    for (uint32_t slot = 0; slot < 8; slot++) {
        roster_add(&roster, slot);
        roster_add(&roster, slot);
    }
    assert(roster.count == 8);
    for (uint32_t slot = 0; slot < 8; slot += 2) {
        roster_remove(&roster, slot);
        roster_remove(&roster, slot);
    }
    assert(roster.count == 4);
    for (uint32_t i = 0; i < roster.count; i++) assert(roster.slots[i] % 2 == 1);
    roster_close(&roster);
}

int main(void) {
    what_is_pushed_is_popped_in_order_and_a_full_ring_refuses();
    counters_may_wrap_around();
    two_threads_see_the_same_order();
    a_roster_holds_each_member_once();
}
