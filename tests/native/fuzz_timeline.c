/* Packets with any timestamps, and readers at any distance: what is read lies within what can be said, and the ring. */
#include "fuzz.h"
#include "rtp.h"
#include "timeline.h"

enum { LATE_LIMIT = 960, MOST_READ = 400 };

static void write(struct timeline *t, struct choices *all, uint32_t *timestamp, int64_t now) {
    int16_t samples[RTP_MAX_PAYLOAD];
    uint8_t how = next8(all);
    uint32_t count = how & 1 ? 160 : 1 + next16(all) % RTP_MAX_PAYLOAD;
    if (how & 2) *timestamp = next32(all);
    for (uint32_t i = 0; i < count; i++) samples[i] = (int16_t)((i * 977u + how * 131u) & 0x7fff);
    int64_t position;
    enum placing placing = timeline_place(t, *timestamp, count, !(how & 4), now, LATE_LIMIT, &position);
    if (placing != LOST) timeline_write(t, position, samples, count, (how & 8) || placing == REALIGNED);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int16_t ring[TIMELINE_SAMPLES];
    struct choices all = {data, size};
    struct timeline timeline;
    uint32_t timestamp = 0;
    memset(ring, 0, sizeof ring);
    timeline_open(&timeline, ring, 0);
    for (int64_t now = 0; more(&all); now += next8(&all) * 4) {
        switch (next8(&all) % 8) {
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
        default:
            write(&timeline, &all, &timestamp, now);
        }
    }
    return 0;
}
