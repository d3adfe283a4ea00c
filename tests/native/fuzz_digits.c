/* Telephone events and sound with tones in it, in any order, and digits sent meanwhile. */
#include "digits.h"
#include "fuzz.h"
#include "tones.h"

static void is_digit(const struct digit *digit) {
    assert(digit->code < DIGIT_CODES && digit_code(digit_symbol(digit->code)) == digit->code);
}

static void listen(struct tone_detector *tones, struct choices *all, int64_t now) {
    int16_t samples[256];
    size_t count = 1u + next8(all);
    uint32_t timestamp = next32(all);
    for (size_t i = 0; i < count; i++) samples[i] = (int16_t)(next8(all) * 257 - 32768);
    for (size_t at = 0, taken; at < count; at += taken) {
        struct digit digit;
        bool ended;
        taken = tones_take(tones, timestamp + (uint32_t)at, samples + at, count - at, now, &digit, &ended);
        assert(taken >= 1 && taken <= count - at);
        if (ended) is_digit(&digit);
    }
}

static void send(struct digit_queue *queue, int64_t tick) {
    struct digit_packet packet;
    bool done = false;
    uint32_t before = queue->count;
    if (digits_send(queue, tick, &packet, &done)) assert(packet.block[0] < DIGIT_CODES);
    assert(queue->count == before - 1 || (queue->count == before && !done)); /* or it was not asked for */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct choices all = {data, size};
    struct digit_reception reception = {0};
    struct digit_queue queue = {0};
    struct tone_detector tones;
    struct digit found[2];
    tones_prepare();
    tones_open(&tones);
    for (int64_t now = 0; more(&all); now += next8(&all)) {
        switch (next8(&all) % 7) {
        case 0: case 1: {
            uint8_t block[DIGIT_BLOCK] = {next8(&all), next8(&all), next8(&all), next8(&all)};
            uint32_t count = digits_take(&reception, block, next32(&all), now, found);
            assert(count <= 2);
            for (uint32_t i = 0; i < count; i++) is_digit(&found[i]);
            break;
        }
        case 2:
            if (digits_expire(&reception, now, found)) is_digit(found);
            if (tones_expire(&tones, now, found)) is_digit(found);
            break;
        case 3:
            if (digits_restart(&reception, found)) is_digit(found);
            break;
        case 4:
            if (queue.count < DIGITS_WAITING)
                digits_queue(&queue, next8(&all) % DIGIT_CODES, 320 + next16(&all) % 63681, 480, next8(&all) & 1);
            break;
        case 5:
            send(&queue, now / 160 * 160);
            break;
        default:
            listen(&tones, &all, now);
        }
    }
    assert(digits_drop(&queue) <= MX_MAX_DIGITS);
    return 0;
}
