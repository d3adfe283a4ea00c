/* timeline.c: order, duplicates, gaps and wraparound leave the right samples at the right place; timestamps are never
 * trusted alone. */
#include "check.h"
#include "mixer.h"
#include "timeline.h"

enum { N = 160, LIMIT = 960 };

static int16_t memory[TIMELINE_SAMPLES];

static struct timeline opened(int64_t now) {
    struct timeline t;
    memset(memory, 0, sizeof memory);
    timeline_open(&t, memory, now);
    return t;
}

static void write(struct timeline *t, int64_t position, int16_t value) {
    int16_t samples[N];
    for (int i = 0; i < N; i++) samples[i] = value;
    timeline_write(t, position, samples, N, false);
}

static int32_t at(const struct timeline *t, int64_t position) {
    int32_t sum = 0;
    timeline_add(t, position, &sum, 1, STEADY(MX_UNITY_GAIN));
    return sum;
}

static void order_and_duplicates_do_not_matter(void) {
    struct timeline t = opened(0);
    const int order[] = {0, 2, 1, 1, 4, 3, 0};
    for (int i = 0; i < 7; i++) write(&t, order[i] * N, (int16_t)(order[i] + 1));
    int32_t sums[5 * N] = {0};
    timeline_add(&t, 0, sums, 5 * N, STEADY(MX_UNITY_GAIN));
    for (int i = 0; i < 5 * N; i++) assert(sums[i] == i / N + 1);
}

static void what_never_came_is_silence_even_where_the_ring_held_something(void) {
    struct timeline t = opened(0);
    for (int64_t p = 0; p < TIMELINE_SAMPLES; p += N) write(&t, p, 1);
    int64_t later = TIMELINE_SAMPLES + 10 * N;
    write(&t, later, 2);
    for (int64_t p = t.high - TIMELINE_SAMPLES; p < t.high; p++) {
        bool before = p < (TIMELINE_SAMPLES / N + 1) * N, gap = p < later;
        assert(at(&t, p) == (before ? 1 : gap ? 0 : 2));
    }
}

static void neither_the_future_nor_what_was_overwritten_is_heard(void) {
    struct timeline t = opened(0);
    for (int64_t p = 0; p < 2 * TIMELINE_SAMPLES; p += N) write(&t, p, 1);
    assert(at(&t, t.high) == 0 && at(&t, t.high - 1) == 1);
    assert(at(&t, t.high - TIMELINE_SAMPLES) == 1 && at(&t, t.high - TIMELINE_SAMPLES - 1) == 0);
    write(&t, t.high - TIMELINE_SAMPLES - N, 9); /* too late: its place is taken */
    for (int64_t p = t.high - TIMELINE_SAMPLES; p < t.high; p++) assert(at(&t, p) == 1);
}

static void a_gap_longer_than_the_ring_clears_it_once(void) {
    struct timeline t = opened(0);
    write(&t, 0, 1);
    write(&t, 900LL * MX_SAMPLE_RATE, 2);
    int32_t sums[TIMELINE_SAMPLES] = {0};
    timeline_add(&t, t.high - TIMELINE_SAMPLES, sums, TIMELINE_SAMPLES, STEADY(MX_UNITY_GAIN));
    for (int i = 0; i < TIMELINE_SAMPLES; i++) assert(sums[i] == (i < TIMELINE_SAMPLES - N ? 0 : 2));
}

static int64_t place(struct timeline *t, uint32_t timestamp, int64_t now, enum placing wanted) {
    int64_t position;
    assert(timeline_place(t, timestamp, N, true, now, LIMIT, &position) == wanted);
    return position;
}

static void packets_follow_their_timestamps_not_their_arrival(void) {
    struct timeline t = opened(0);
    uint32_t base = UINT32_MAX - 300; /* wraps around at the third packet */
    for (int i = 0; i < 100; i++) assert(place(&t, base + (uint32_t)i * N, 1000 + i * N + i % 7 * 40, PLACED) == 1000 + i * N);
}

static void packets_of_any_length_end_alike(void) {
    struct timeline t = opened(0);
    int64_t position;
    timeline_place(&t, 0, 480, true, 1000, LIMIT, &position);
    assert(position + 480 == 1000 + TIMELINE_LEAD);
}

static void drift_is_followed_in_steps_of_eight_milliseconds(void) {
    struct timeline t = opened(0);
    int64_t worst = 0, moves = 0, position;
    for (int i = 0; i < 50 * 3600; i++) { /* an hour; the phone's clock is 200 ppm slow */
        int64_t now = (int64_t)i * N * 1000200 / 1000000 + i % 5 * 20; /* with 10 ms of jitter */
        moves += timeline_place(&t, (uint32_t)i * N, N, true, now, LIMIT, &position) == REALIGNED;
        int64_t off = llabs(now - i % 5 * 20 - position);
        if (off > worst) worst = off;
    }
    assert(worst <= 80 && moves >= 75 && moves <= 100); /* 5760 samples of drift */
}

static void a_stall_and_its_burst_move_nothing(void) {
    struct timeline t = opened(0);
    int64_t now = 0;
    for (int i = 0; i < 100; i++, now += N) place(&t, (uint32_t)i * N, now, PLACED);
    now += 20 * N;
    for (int i = 100; i < 120; i++) assert(place(&t, (uint32_t)i * N, now, PLACED) == i * N); /* all at once */
    for (int i = 120; i < 300; i++, now += N) assert(place(&t, (uint32_t)i * N, now, PLACED) == i * N);
}

static void a_phone_that_stops_its_timestamps_is_heard_again_within_80_ms(void) {
    struct timeline t = opened(0);
    int64_t now = 0, position;
    for (int i = 0; i < 100; i++, now += N) place(&t, (uint32_t)i * N, now, PLACED);
    now += 4000; /* half a second of nothing, and no time passed for the phone */
    int lost = 0;
    for (int i = 100; i < 150; i++, now += N) {
        timeline_place(&t, (uint32_t)i * N, N, true, now, LIMIT, &position);
        lost += now - position > LIMIT;
    }
    assert(lost <= 4);
}

static void a_leap_is_set_against_the_clock_at_once(void) {
    struct timeline t = opened(0);
    place(&t, 5000, 0, PLACED);
    assert(place(&t, 5000 + (1u << 30), N, LEAPT) == N);
    assert(place(&t, 5000 + (1u << 30) + N, 2 * N, PLACED) == 2 * N);
    assert(place(&t, 0, 3 * N, LEAPT) == 3 * N);
    int64_t position;
    assert(timeline_place(&t, 1u << 31, N, false, 4 * N, LIMIT, &position) == LOST); /* overtaken: moves nothing */
    assert(place(&t, N, 4 * N, PLACED) == 4 * N);
}

static void no_timestamp_writes_far_from_now(void) {
    struct timeline t = opened(0);
    uint32_t state = 11;
    int64_t now = 0, position;
    for (int i = 0; i < 100000; i++, now += N) {
        uint32_t timestamp = i % 3 ? chance(&state) : (uint32_t)now + chance(&state) % 20000;
        uint32_t count = 1 + chance(&state) % 1600;
        int16_t samples[1600];
        memset(samples, 1, sizeof samples);
        if (timeline_place(&t, timestamp, count, i % 4 != 0, now, LIMIT, &position) == LOST) continue;
        assert(position >= now - TIMELINE_MAX_LATE - 1600 && position <= now + TIMELINE_MAX_EARLY + TIMELINE_LEAD);
        timeline_write(&t, position, samples, count, false);
        assert(t.high <= now + TIMELINE_MAX_EARLY + TIMELINE_LEAD + 1600);
    }
}

/* A triangle of 100 Hz. */
static int16_t wave(int64_t position) {
    int64_t phase = position % 80;
    return (int16_t)(phase < 40 ? 200 * phase - 4000 : 4000 - 200 * (phase - 40));
}

static void write_wave(struct timeline *t, int64_t position, bool after_loss) {
    int16_t samples[N];
    for (int i = 0; i < N; i++) samples[i] = wave(position + i);
    timeline_write(t, position, samples, N, after_loss);
}

static int32_t take(struct timeline *t, int64_t position) {
    timeline_prepare(t, position + 1);
    return at(t, position);
}

static int largest_step(struct timeline *t, int64_t from, int64_t to) {
    int largest = 0;
    for (int64_t p = from; p < to; p++) {
        int step = abs(at(t, p) - at(t, p - 1));
        if (step > largest) largest = step;
    }
    return largest;
}

static void what_was_lost_sounds_like_what_came_before(void) {
    struct timeline t = opened(0);
    for (int64_t p = 0; p < 20 * N; p += N)
        if (p != 10 * N) write_wave(&t, p, p == 11 * N);
    for (int64_t p = 10 * N; p < 11 * N; p++) assert(abs(at(&t, p) - wave(p)) <= 4000 / 5); /* it has begun to fade */
    for (int64_t p = 11 * N + 32; p < 20 * N; p++) assert(at(&t, p) == wave(p));
    assert(largest_step(&t, 2 * N, 20 * N) <= 200 + 40 && t.concealed == N + 32);
}

static void after_60_ms_of_loss_there_is_silence_and_no_click(void) {
    struct timeline t = opened(0);
    for (int64_t p = 0; p < 10 * N; p += N) write_wave(&t, p, false);
    for (int64_t p = 0; p < 20 * N; p += 100) timeline_prepare(&t, p); /* nothing more comes */
    for (int64_t p = 10 * N; p < 20 * N; p++) assert(p < 13 * N || at(&t, p) == 0);
    assert(abs(at(&t, 12 * N - 40)) > 0 && t.concealed == CONCEAL_SAMPLES);
    write_wave(&t, 21 * N, true);
    assert(largest_step(&t, 2 * N, 22 * N) <= 200 + 150);
}

static void all_readers_hear_the_same_and_a_late_packet_takes_its_place(void) {
    struct timeline t = opened(0);
    for (int64_t p = 0; p < 10 * N; p += N) write_wave(&t, p, false);
    timeline_prepare(&t, 10 * N + 50); /* one reader is here already */
    int32_t heard = at(&t, 10 * N + 49);
    write_wave(&t, 10 * N, false);
    assert(abs(heard - at(&t, 10 * N + 50)) <= 240); /* it hears no click */
    for (int64_t p = 10 * N + 32; p < 11 * N; p++) /* the others hear all of the packet, but around where that one was */
        assert((p >= 10 * N + 18 && p < 10 * N + 82) || at(&t, p) == wave(p));
    assert(largest_step(&t, 9 * N, 11 * N) <= 240);
    write_wave(&t, 12 * N, true); /* and one that was only overtaken */
    write_wave(&t, 11 * N, false);
    for (int64_t p = 11 * N; p < 13 * N; p++) assert(at(&t, p) == wave(p));
}

static void silence_is_not_made_up_for_and_keeps_its_edges(void) {
    struct timeline t = opened(0);
    write(&t, 0, 0);
    int16_t loud[N];
    for (int i = 0; i < N; i++) loud[i] = 10000;
    timeline_write(&t, 3 * N, loud, N, true);
    assert(at(&t, 3 * N - 1) == 0 && at(&t, 3 * N) == 10000 && t.concealed == 0);
    timeline_write(&t, 10 * N, loud, N, false); /* a pause that was meant */
    assert(at(&t, 4 * N) == 0 && at(&t, 10 * N - 1) == 0 && at(&t, 10 * N) == 10000);
    timeline_pause(&t); /* it sends digits now */
    for (int64_t p = 11 * N; p < 20 * N; p++) assert(take(&t, p) == 0);
    assert(t.concealed == 0);
}

static void comfort_noise_is_as_loud_as_it_says_until_sound_comes(void) {
    for (int dbov = 20; dbov <= 127; dbov += 10) {
        struct timeline t = opened(0);
        double power = 0, wanted = 32768.0 * 32768.0;
        for (int i = 0; i < dbov; i++) wanted *= 0.79432823;
        write(&t, 0, 0);
        timeline_noise(&t, (uint8_t)dbov);
        for (int64_t p = N; p < 100 * N; p++) {
            double sample = take(&t, p);
            power += sample * sample / (99 * N);
        }
        assert(wanted < 2 ? power <= 2 : power > wanted * 0.85 && power < wanted * 1.15);
        write(&t, 110 * N, 5000); /* to its first sample, whoever has read so far */
        int differs = 0;
        for (int64_t p = 100 * N; p < 110 * N; p++) differs += at(&t, p) != at(&t, p - 1);
        assert(dbov > 80 || differs > 5 * N);
        assert(at(&t, 110 * N) == 5000 && at(&t, 111 * N) == 0 && t.concealed == 0);
    }
}

static void noise_that_nobody_heard_for_an_hour_is_made_in_no_time(void) {
    struct timeline t = opened(0);
    write(&t, 0, 0);
    timeline_noise(&t, 30);
    timeline_prepare(&t, 8000LL * 3600);
    write(&t, 8000LL * 7200, 100);
    assert(at(&t, 8000LL * 7200) == 100);
}

int main(void) {
    order_and_duplicates_do_not_matter();
    what_never_came_is_silence_even_where_the_ring_held_something();
    neither_the_future_nor_what_was_overwritten_is_heard();
    a_gap_longer_than_the_ring_clears_it_once();
    packets_follow_their_timestamps_not_their_arrival();
    packets_of_any_length_end_alike();
    drift_is_followed_in_steps_of_eight_milliseconds();
    a_stall_and_its_burst_move_nothing();
    a_phone_that_stops_its_timestamps_is_heard_again_within_80_ms();
    a_leap_is_set_against_the_clock_at_once();
    no_timestamp_writes_far_from_now();
    what_was_lost_sounds_like_what_came_before();
    after_60_ms_of_loss_there_is_silence_and_no_click();
    all_readers_hear_the_same_and_a_late_packet_takes_its_place();
    silence_is_not_made_up_for_and_keeps_its_edges();
    comfort_noise_is_as_loud_as_it_says_until_sound_comes();
    noise_that_nobody_heard_for_an_hour_is_made_in_no_time();
}
