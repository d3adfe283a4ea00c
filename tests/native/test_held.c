/* held.c: what overtook others comes out by position, whatever order it came in, as it went in. */
#include "check.h"
#include "held.h"

static struct held_packet memory[HELD_PACKETS];

static void put(struct held *h, int64_t position) {
    uint8_t payload[20];
    memset(payload, (int)position, sizeof payload);
    struct rtp_packet packet = {
        .header.timestamp = (uint32_t)position * 6, .payload = payload, .length = (uint32_t)(position % 20 + 1), .span = 160};
    held_put(h, memory, &packet, position);
}

static void check_first(const struct held *h, int64_t position) {
    const struct held_packet *first = held_first(h, memory);
    assert(first && first->position == position && first->timestamp == (uint32_t)position * 6 && first->span == 160);
    assert(first->length == (uint32_t)(position % 20 + 1) && first->payload[first->length - 1] == (uint8_t)position);
}

static void they_come_out_by_position(void) {
    struct held h = {0};
    uint32_t state = 3;
    assert(!held_first(&h, memory));
    for (int round = 0; round < 1000; round++) {
        bool waits[100] = {false};
        int64_t below = 0;
        while (!held_is_full(&h)) {
            int64_t position = chance(&state) % 100;
            if (!waits[position]) put(&h, position), waits[position] = true;
        }
        for (uint32_t left = HELD_PACKETS; left > 0; left--, below++) {
            while (!waits[below]) below++;
            check_first(&h, below);
            held_drop_first(&h);
        }
        assert(!held_first(&h, memory));
    }
}

static void a_place_is_free_again_once_its_packet_is_gone(void) {
    struct held h = {0};
    for (int64_t position = 0; position < HELD_PACKETS; position++) put(&h, 2 * position);
    for (int64_t position = 0; position < 100; position++) {
        check_first(&h, 2 * position);
        held_drop_first(&h);
        put(&h, 2 * (position + HELD_PACKETS));
    }
}

int main(void) {
    they_come_out_by_position();
    a_place_is_free_again_once_its_packet_is_gone();
}
