#include "quality.h"

static const double BEST = 93.2;           /* R with all defaults and no delay, G.107 table 3 */
static const double ROBUSTNESS = 25.1;     /* Bpl of G.711 with concealment, random loss; its Ie is 0: G.113 appendix I */
static const double PACKET_MS = 20;
static const double KNEE_MS = 177.3;       /* from here on delay hurts: the fit of Cole and Rosenbluth to Id */

double quality_mos(double loss, double delay_ms) {
    double percent = loss * 100;
    double impairment = 95 * percent / (percent + ROBUSTNESS);
    double delay = 0.024 * delay_ms + (delay_ms > KNEE_MS ? 0.11 * (delay_ms - KNEE_MS) : 0);
    double r = BEST - impairment - delay;
    if (r <= 0) return 1;
    double mos = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6; /* G.107 annex B */
    return mos < 1 ? 1 : mos;
}

double quality_delay_ms(double rtt_ms, double jitter_ms) { return rtt_ms / 2 + PACKET_MS + 2 * jitter_ms; }
