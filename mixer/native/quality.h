/* quality.h - what a listener would say of a leg: the E-model of ITU-T G.107 with its defaults, for G.711 with
 * concealment. */
#ifndef EARSHOT_QUALITY_H
#define EARSHOT_QUALITY_H

/* Mean opinion score, 1 to 4.4, of a stream that lost this share of its packets (0 to 1) and takes `delay_ms` from mouth to
 * ear. */
double quality_mos(double loss, double delay_ms);

/* Mouth to ear: half the round trip, a packet, and what a receiver waits for jitter. Milliseconds. */
double quality_delay_ms(double rtt_ms, double jitter_ms);

#endif
