/* stream.c: one stream for the receiver, whatever it carries. */
#include "check.h"
#include "stream.h"

enum { N = 160 };

static struct rtp_header sent(struct stream *s, uint32_t origin, uint16_t sequence, uint32_t timestamp, int64_t now) {
    struct rtp_header header = {.sequence = sequence, .timestamp = timestamp, .ssrc = 99};
    assert(stream_map(s, origin, &header, N, now) && header.ssrc == 5);
    return header;
}

static void a_source_keeps_its_own_steps(void) {
    struct stream s;
    stream_open(&s, 5, 1000, 7);
    for (uint16_t i = 0; i < 1000; i++) { /* both numbers of the source wrap around */
        struct rtp_header h = sent(&s, 10, (uint16_t)(65000 + i), UINT32_MAX - 500 + (uint32_t)i * N, i * N);
        assert(h.sequence == 1000 + i && h.timestamp == 7u + (uint32_t)i * N && h.marker == (i == 0));
    }
}

static void loss_and_disorder_of_the_source_stay_visible(void) {
    struct stream s;
    stream_open(&s, 5, 0, 0);
    sent(&s, 10, 500, 0, 0);
    assert(sent(&s, 10, 503, 3 * N, 3 * N).sequence == 3);
    assert(sent(&s, 10, 502, 2 * N, 3 * N).sequence == 2);
    assert(sent(&s, 10, 504, 4 * N, 4 * N).sequence == 4);
}

static void another_source_follows_with_the_time_that_passed(void) {
    struct stream s;
    stream_open(&s, 5, 65534, 0xffffff00);
    sent(&s, 10, 1, 1000, 8000);
    struct rtp_header last = sent(&s, 10, 2, 1000 + N, 8160), next = sent(&s, 11, 40000, 77, 8160 + 4000);
    assert(next.sequence == (uint16_t)(last.sequence + 1) && next.timestamp == last.timestamp + 4000 && next.marker);
    struct rtp_header mixed = sent(&s, STREAM_OF_MIX, 0, 5, 8160 + 4000); /* at once: no overlap */
    assert(mixed.sequence == (uint16_t)(next.sequence + 1) && mixed.timestamp == next.timestamp + N);
}

static void what_the_change_overtook_is_not_sent(void) {
    struct stream s;
    stream_open(&s, 5, 10, 0);
    sent(&s, 10, 1, 0, 0);
    sent(&s, 11, 100, 0, N);
    struct rtp_header late = {.sequence = 99, .timestamp = 0};
    assert(!stream_map(&s, 11, &late, N, N));
    for (uint32_t i = 1; i < 100000; i++) { /* and the bar keeps clear of the numbers when they wrap around */
        sent(&s, 11, (uint16_t)(100 + 2 * i), i * 2 * N, i * 2 * N);
        sent(&s, 11, (uint16_t)(99 + 2 * i), i * 2 * N - N, i * 2 * N);
    }
}

int main(void) {
    a_source_keeps_its_own_steps();
    loss_and_disorder_of_the_source_stay_visible();
    another_source_follows_with_the_time_that_passed();
    what_the_change_overtook_is_not_sent();
}
