#include "held.h"

#include <string.h>

static uint8_t free_place(const struct held *h) {
    uint32_t taken = 0;
    for (uint32_t i = 0; i < h->count; i++) taken |= 1u << h->order[i];
    uint8_t place = 0;
    while (taken >> place & 1) place++;
    return place;
}

void held_put(struct held *h, struct held_packet *memory, const struct rtp_packet *packet, int64_t position) {
    uint8_t place = free_place(h);
    uint32_t at = h->count++;
    for (; at > 0 && memory[h->order[at - 1]].position > position; at--) h->order[at] = h->order[at - 1];
    h->order[at] = place;
    struct held_packet *held = &memory[place];
    held->position = position;
    held->timestamp = packet->header.timestamp;
    held->span = packet->span;
    held->length = packet->length;
    memcpy(held->payload, packet->payload, packet->length);
}

const struct held_packet *held_first(const struct held *h, const struct held_packet *memory) {
    return h->count ? &memory[h->order[0]] : NULL;
}

void held_drop_first(struct held *h) { memmove(h->order, h->order + 1, --h->count); }
