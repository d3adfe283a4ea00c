/* level.c and quality.c: meters show what is there, speech is told from noise, and opinions follow loss and delay. */
#define _GNU_SOURCE
#include <math.h>

#include "check.h"
#include "level.h"
#include "quality.h"

enum { N = 160 };

static uint32_t state = 12;
static int64_t now;

/* 20 ms at this level; a sine when `hertz`, else noise. */
static void sound(struct level *l, double dbov, double hertz) {
    int16_t samples[N];
    double rms = 32768 * pow(10, dbov / 20);
    for (int i = 0; i < N; i++) {
        double noise = ((double)chance(&state) / UINT32_MAX * 2 - 1) * sqrt(3);
        samples[i] = (int16_t)(rms * (hertz > 0 ? sqrt(2) * sin(2 * M_PI * hertz * (double)(now + i) / 8000) : noise));
    }
    now += N;
    level_take(l, samples, N, now);
}

static void a_steady_sound_shows_its_level(void) {
    for (double dbov = -60; dbov <= -6; dbov += 6) {
        struct level l = {0};
        for (int i = 0; i < 20; i++) sound(&l, dbov, 440);
        assert(fabs(level_dbov(l.power) - dbov) < 0.5);
    }
    assert(level_dbov(0) == LEVEL_SILENCE && level_dbov(1e-20) == LEVEL_SILENCE && level_dbov(1e12) == 0);
}

static void it_is_silent_soon_after_the_stream_stops(void) {
    struct level l = {0};
    for (int i = 0; i < 20; i++) sound(&l, -20, 440);
    level_expire(&l, now + 100);
    assert(l.speaking && l.power > 0);
    level_expire(&l, now + 1600);
    assert(!l.speaking && l.power == 0);
}

static void words_are_speech_and_the_noise_between_them_is_not(void) {
    for (double noise = -90; noise <= -45; noise += 5) { /* of the line */
        struct level l = {0};
        int speech = 0, pauses = 0;
        for (int second = 0; second < 30; second++) { /* a word of half a second, a pause as long */
            for (int i = 0; i < 25; i++) sound(&l, -22 - i % 5, 180);
            speech += l.speaking;
            for (int i = 0; i < 25; i++) sound(&l, noise, 0);
            pauses += !l.speaking;
        }
        assert(speech >= 29 && pauses >= 29);
        double share = (double)l.speech / (30 * 8000);
        assert(share > 0.5 && share < 0.8);
    }
}

static void a_noisy_line_alone_is_soon_no_speech(void) {
    struct level l = {0};
    for (int i = 0; i < 50 * 30; i++) sound(&l, -35, 0);
    uint64_t before = l.speech;
    for (int i = 0; i < 50 * 10; i++) sound(&l, -35, 0);
    assert(l.speech == before && !l.speaking);
    for (int i = 0; i < 10; i++) sound(&l, -15, 200); /* and a voice above it is */
    assert(l.speaking);
}

static void opinions_follow_loss_and_delay(void) {
    assert(fabs(quality_mos(0, 0) - 4.41) < 0.01); /* G.107: R 93.2 */
    assert(quality_mos(0, 150) > 4.3 && quality_mos(0, 400) < 3.7 && quality_mos(0, 400) > 3);
    assert(quality_mos(0.05, 40) > 3.6 && quality_mos(0.05, 40) < 4.0);
    assert(quality_mos(1, 0) < 1.4 && quality_mos(1, 10000) == 1);
    for (int i = 1; i < 100; i++) {
        assert(quality_mos(i / 100.0, 0) < quality_mos((i - 1) / 100.0, 0));
        assert(quality_mos(0, i * 10) <= quality_mos(0, (i - 1) * 10));
    }
    assert(quality_delay_ms(100, 5) == 80);
}

int main(void) {
    a_steady_sound_shows_its_level();
    it_is_silent_soon_after_the_stream_stops();
    words_are_speech_and_the_noise_between_them_is_not();
    a_noisy_line_alone_is_soon_no_speech();
    opinions_follow_loss_and_delay();
}
