/* Packets with any timestamps, and readers at any distance: what is read lies within what can be said, and the ring; what
 * digits are masked lies within what is read. */
#define _GNU_SOURCE
#include "fuzz.h"
#include "mask.h"
#include "rtp.h"
#include "timeline.h"
#include "tone.h"

enum { LATE_LIMIT = 960, MOST_READ = 400 };

static void write(struct timeline *t, struct mask *mask, struct choices *all, uint32_t *timestamp, int64_t now) {
    int16_t samples[RTP_MAX_PAYLOAD];
    uint8_t how = next8(all);
    uint32_t count = how & 1 ? 160 : 1 + next16(all) % RTP_MAX_PAYLOAD;
    if (how & 2) *timestamp = next32(all);
    for (uint32_t i = 0; i < count; i++) samples[i] = (int16_t)((i * 977u + how * 131u) & 0x7fff);
    if (how & 16) tone_fill(samples, count, *timestamp, how & 32 ? 697 : 1209, 8000, 9000);
    for (uint32_t i = 0; how & 64 && i < count; i++) samples[i] = (int16_t)(samples[i] + i % 6 * 2000);
    int64_t position;
    enum placing placing = timeline_place(t, *timestamp, count, !(how & 4), now, LATE_LIMIT, &position);
    if (placing != LOST) {
        timeline_write(t, position, samples, count, (how & 8) || placing == REALIGNED);
        mask_return(mask, position);
    }
    *timestamp += count;
}

static void read(struct timeline *t, struct choices *all, int64_t now) {
    int32_t sums[MOST_READ] = {0};
    size_t count = 1 + next16(all) % MOST_READ;
    int64_t position = now - next16(all) % 6400;
    timeline_prepare(t, position + (int64_t)count);
    timeline_add(t, position, sums, count, STEADY(256));
    for (size_t i = 0; i < count; i++) assert(sums[i] >= INT16_MIN && sums[i] <= INT16_MAX);
}

static void record(struct timeline *t, struct mask *mask, struct choices *all, int64_t now) {
    size_t count = 1 + next16(all) % MOST_READ, done = 0;
    int64_t position = now - next16(all) % 6400;
    mask_prepare(mask, t, position + (int64_t)count);
    while (done < count) {
        struct gain gain = {256, 256, 0};
        size_t part = mask_next(mask, position + (int64_t)done, count - done, &gain);
        assert(part > 0 && part <= count - done && gain.to_q8 >= 0 && gain.to_q8 <= 256);
        done += part;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int16_t ring[TIMELINE_SAMPLES];
    struct choices all = {data, size};
    struct timeline timeline;
    struct mask mask;
    uint32_t timestamp = 0;
    memset(ring, 0, sizeof ring);
    tones_prepare();
    timeline_open(&timeline, ring, 0);
    mask_open(&mask, 0);
    for (int64_t now = 0; more(&all); now += next8(&all) * 4) {
        switch (next8(&all) % 9) {
        case 0:
            timeline_restart(&timeline);
            break;
        case 1:
            timeline_pause(&timeline);
            break;
        case 2:
            timeline_noise(&timeline, next8(&all) & 0x7f);
            break;
        case 3: case 4:
            read(&timeline, &all, now);
            break;
        case 5:
            record(&timeline, &mask, &all, now);
            break;
        default:
            write(&timeline, &mask, &all, &timestamp, now);
        }
    }
    return 0;
}
