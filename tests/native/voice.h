/* voice.h - vowels: a pulse train at a gliding pitch through gliding resonances, the nearest to a voice that needs no file. */
#ifndef EARSHOT_VOICE_H
#define EARSHOT_VOICE_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

/* So many samples from its beginning, at 8000 Hz. */
static inline void voice_fill(int16_t *samples, size_t count) {
    const double rate = 8000;
    double y[3][2] = {{0}}, pulse = 0;
    for (size_t i = 0; i < count; i++) {
        double t = (double)i / rate, pitch = 110 + 90 * sin(t * 2.1) * sin(t * 0.7);
        double formants[3] = {500 + 300 * sin(t * 5.3), 1400 + 600 * sin(t * 3.7), 2500 + 300 * sin(t * 1.9)};
        double x = 0, sum = 0;
        if ((pulse += pitch / rate) >= 1) pulse -= 1, x = 1500;
        for (int f = 0; f < 3; f++) {
            double r = exp(-M_PI * 80 / rate), turn = 2 * r * cos(2 * M_PI * formants[f] / rate);
            double next = x + turn * y[f][0] - r * r * y[f][1];
            y[f][1] = y[f][0];
            y[f][0] = next;
            sum += next / (1 + f);
        }
        samples[i] = (int16_t)(sum > 32000 ? 32000 : sum < -32000 ? -32000 : sum);
    }
}

#endif
