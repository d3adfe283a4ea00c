/* sinks.h - from sources to sinks: who is relayed, who gets a mix, what a tap takes. Media thread. */
#ifndef EARSHOT_SINKS_H
#define EARSHOT_SINKS_H

#include <stdint.h>

struct mx;

/* Change the routes of the media thread as of position `at`, and for taps to the sample. A gain below 0 removes. */
void sinks_route(struct mx *m, uint32_t source, uint32_t sink, uint32_t channel, int gain_q8, int64_t at);

/* The codec of an RTP port may be another now: relay may have to be mix, and back. */
void sinks_reconsider(struct mx *m, uint32_t slot);

/* Remove every route of a slot. What taps have still to read of it is left to leave; then sources may be closed. */
void sinks_drop(struct mx *m, uint32_t slot, int64_t at);

/* Mix 20 ms that begin at position `tick`, and send them. */
void sinks_mix(struct mx *m, uint32_t sink, int64_t tick);

/* Let a tap take what no packet changes any more: as far behind now as recordings wait, or as its sources need. */
void sinks_collect(struct mx *m, uint32_t tap, int64_t now);

/* Let a tap take what lies below `until`. */
void sinks_pull(struct mx *m, uint32_t tap, int64_t until);

#endif
