#define _GNU_SOURCE
#include "resample.h"

#include <assert.h>
#include <math.h>
#include <pthread.h>

enum { TAPS = RESAMPLE_REACH }; /* on each side; every other one of a half-band filter is 0 */

static const double BETA = 6;    /* of the Kaiser window */
static const float MOST = 1 << 30; /* of a sum */
static float taps[TAPS];      /* at the distances 1, 3, 5... of samples at 16000 Hz; together 1/2 */

/* The modified Bessel function of order 0. */
static double bessel(double x) {
    double sum = 1, term = 1;
    for (int i = 1; i < 40; i++) {
        term *= x / 2 / i;
        sum += term * term;
    }
    return sum;
}

static void prepare(void) {
    double sum = 0, wanted[TAPS];
    for (int i = 0; i < TAPS; i++) {
        double distance = 2 * i + 1, place = distance / (2 * TAPS);
        wanted[i] = sin(M_PI / 2 * distance) / (M_PI * distance) * bessel(BETA * sqrt(1 - place * place));
        sum += 2 * wanted[i];
    }
    for (int i = 0; i < TAPS; i++) taps[i] = (float)(wanted[i] / sum / 2);
}

void resample_prepare(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, prepare);
}

/* The loops run over samples, not over taps: so the compiler may do several at once without adding in another order. */

void resample_double(int32_t *wide, const int32_t *narrow, size_t count) {
    float between[RESAMPLE_MOST] = {0};
    assert(count <= RESAMPLE_MOST);
    for (int tap = 0; tap < TAPS; tap++)
        for (size_t i = 0; i < count; i++)
            between[i] += 2 * taps[tap] * ((float)narrow[(ptrdiff_t)i - tap] + (float)narrow[(ptrdiff_t)i + 1 + tap]);
    for (size_t i = 0; i < count; i++) {
        wide[2 * i] += narrow[i];
        wide[2 * i + 1] += (int32_t)lrintf(fmaxf(-MOST, fminf(MOST, between[i])));
    }
}

void resample_halve(int16_t *narrow, const int16_t *wide, size_t count) {
    float sums[RESAMPLE_MOST], odd[RESAMPLE_MOST + 2 * TAPS]; /* odd[i] is at 2 x (i - TAPS) + 1 */
    assert(count <= RESAMPLE_MOST);
    for (size_t i = 0; i < count + 2 * TAPS; i++) odd[i] = wide[2 * ((ptrdiff_t)i - TAPS) + 1];
    for (size_t i = 0; i < count; i++) sums[i] = 0.5f * wide[2 * i];
    for (int tap = 0; tap < TAPS; tap++)
        for (size_t i = 0; i < count; i++) sums[i] += taps[tap] * (odd[i + TAPS + (size_t)tap] + odd[i + TAPS - 1 - (size_t)tap]);
    for (size_t i = 0; i < count; i++) {
        long sample = lrintf(sums[i]);
        narrow[i] = (int16_t)(sample > INT16_MAX ? INT16_MAX : sample < INT16_MIN ? INT16_MIN : sample);
    }
}
