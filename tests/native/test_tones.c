/* tones.c: digits of the shortest, faintest and crookedest kind that Q.24 wants taken; nothing else is one. */
#define _GNU_SOURCE
#include <math.h>

#include "check.h"
#include "tones.h"
#include "voice.h"

enum { RATE = 8000, ROOM = RATE * 60 };

static const double rows[] = {697, 770, 852, 941}, columns[] = {1209, 1336, 1477, 1633};
static const char layout[] = "123A456B789C*0#D";
static int16_t sound[ROOM];
static uint32_t length;

static void add_pause(uint32_t ms) {
    memset(sound + length, 0, ms * 8 * sizeof *sound);
    length += ms * 8;
}

/* `low` and `high` are peaks, `off` the share by which both pitches are wrong. */
static void add_digit(int key, uint32_t ms, double low, double high, double off) {
    double a = rows[key / 4] * (1 + off), b = columns[key % 4] * (1 + off);
    for (uint32_t i = 0; i < ms * 8; i++)
        sound[length++] = (int16_t)(low * sin(2 * M_PI * a * i / RATE) + high * sin(2 * M_PI * b * i / RATE + 1));
}

/* All of `sound`, in packets of 20 ms; the digits found, and how long they were. */
static int find(char *digits, uint32_t *durations) {
    struct tone_detector d;
    struct digit found;
    int count = 0;
    bool ended;
    tones_open(&d);
    for (uint32_t packet = 0; packet < length; packet += 160)
        for (uint32_t at = packet, end = packet + 160 < length ? packet + 160 : length; at < end;) {
            at += (uint32_t)tones_take(&d, 5000 + at, sound + at, end - at, at, &found, &ended);
            if (!ended) continue;
            durations[count] = found.duration;
            digits[count++] = digit_symbol(found.code);
        }
    if (tones_expire(&d, length + 1600, &found)) digits[count++] = digit_symbol(found.code);
    digits[count] = 0;
    return count;
}

static void all_keys(uint32_t ms, uint32_t pause, double low, double high, double off) {
    char digits[64];
    uint32_t durations[64];
    length = 0;
    for (int key = 0; key < 16; key++) {
        add_pause(pause + (uint32_t)key % 7); /* blocks begin anywhere */
        add_digit(key, ms, low, high, off);
    }
    add_pause(100);
    assert(find(digits, durations) == 16 && strcmp(digits, layout) == 0);
    for (int i = 0; i < 16; i++) assert(abs((int)durations[i] - (int)ms * 8) <= 2 * TONE_BLOCK);
}

static void keys_are_found_within_the_tolerances(void) {
    const double off[] = {0, 0.015, -0.015};
    for (int i = 0; i < 3; i++) {
        all_keys(40, 40, 8000, 8000, off[i]);
        all_keys(300, 60, 8000, 8000, off[i]);
        all_keys(80, 50, 900, 900, off[i]);           /* -28 dBm0 */
        all_keys(80, 50, 4000, 4000 * 2.5, off[i]);   /* 8 dB of twist */
        all_keys(80, 50, 4000 * 1.6, 4000, off[i]);   /* 4 dB of the other */
    }
    all_keys(40, 40, 15000, 15000, 0);
}

static void the_same_key_again_is_another_digit_and_a_click_is_none(void) {
    char digits[64];
    uint32_t durations[64];
    length = 0;
    for (int i = 0; i < 3; i++) {
        add_digit(5, 60, 8000, 8000, 0);
        add_pause(50);
    }
    add_digit(5, 100, 8000, 8000, 0);
    sound[length - 400] = 32767; /* in the middle of it */
    add_pause(100);
    assert(find(digits, durations) == 4 && strcmp(digits, "5555") == 0);
    add_digit(3, 20, 8000, 8000, 0); /* too short: Q.24 wants 23 ms and less not taken */
    add_pause(100);
    assert(find(digits, durations) == 4);
}

static void a_digit_that_stops_with_the_stream_is_told(void) {
    char digits[64];
    uint32_t durations[64];
    length = 0;
    add_digit(15, 100, 8000, 8000, 0);
    assert(find(digits, durations) == 1 && digits[0] == 'D');
}

static void single_tones_sweeps_and_noise_are_no_digits(void) {
    char digits[4096];
    uint32_t durations[4096];
    uint32_t state = 5;
    length = 0;
    double phase = 0;
    for (int i = 0; i < 20 * RATE; i++) { /* 200 to 3400 Hz */
        phase += 2 * M_PI * (200 + 3200.0 * i / (20 * RATE)) / RATE;
        sound[length++] = (int16_t)(12000 * sin(phase));
    }
    for (int i = 0; i < 20 * RATE; i++) sound[length++] = (int16_t)(chance(&state) % 20000 - 10000);
    for (int i = 0; i < 8; i++) {
        double f = i < 4 ? rows[i] : columns[i - 4];
        for (int n = 0; n < RATE; n++) sound[length++] = (int16_t)(9000 * sin(2 * M_PI * f * n / RATE));
    }
    assert(find(digits, durations) == 0);
}

static void a_voice_is_no_digit(void) {
    char digits[4096];
    uint32_t durations[4096];
    length = 50 * RATE;
    voice_fill(sound, length);
    assert(find(digits, durations) == 0);
}

int main(void) {
    tones_prepare();
    keys_are_found_within_the_tolerances();
    the_same_key_again_is_another_digit_and_a_click_is_none();
    a_digit_that_stops_with_the_stream_is_told();
    single_tones_sweeps_and_noise_are_no_digits();
    a_voice_is_no_digit();
}
