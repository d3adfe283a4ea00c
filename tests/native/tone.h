/* tone.h - sines, and how strong one is in what was heard. */
#ifndef EARSHOT_TONE_H
#define EARSHOT_TONE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* Samples `from` and on of a sine of `hertz` at `rate`. */
static inline void tone_fill(int16_t *samples, size_t count, int64_t from, double hertz, double rate, double peak) {
    for (size_t i = 0; i < count; i++)
        samples[i] = (int16_t)lrint(peak * sin(2 * M_PI * hertz * (double)(from + (int64_t)i) / rate));
}

/* The peak of the sine of `hertz` in it, by correlation. */
static inline double tone_peak(const int16_t *samples, size_t count, double hertz, double rate) {
    double sine = 0, cosine = 0;
    for (size_t i = 0; i < count; i++) {
        sine += samples[i] * sin(2 * M_PI * hertz * (double)i / rate);
        cosine += samples[i] * cos(2 * M_PI * hertz * (double)i / rate);
    }
    return 2 * sqrt(sine * sine + cosine * cosine) / (double)count;
}

/* What of its energy is not that sine, as a part of one. */
static inline double tone_rest(const int16_t *samples, size_t count, double hertz, double rate) {
    double energy = 0, peak = tone_peak(samples, count, hertz, rate);
    for (size_t i = 0; i < count; i++) energy += (double)samples[i] * samples[i];
    return 1 - peak * peak / 2 * (double)count / energy;
}

#endif
