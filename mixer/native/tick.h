/* tick.h - one turn of the media thread. Nothing here knows that it is a thread: mx_step() takes the same turns. */
#ifndef EARSHOT_TICK_H
#define EARSHOT_TICK_H

#include <stdbool.h>
#include <stdint.h>

#include "mixer.h"

struct digit;
struct mx;

enum { MAX_READY = 256 };

/* What an epoll event is about. */
#define TAG_OF_RTP(slot) ((uint64_t)(slot) << 1)
#define TAG_OF_RTCP(slot) ((uint64_t)(slot) << 1 | 1)
#define SLOT_OF_TAG(tag) ((uint32_t)((tag) >> 1 & UINT32_MAX))
#define TAG_WAKE UINT64_MAX
#define TAG_TIMER (UINT64_MAX - 1)

/* Wait for something to do, at most `timeout_ms` (-1: for ever; the tick timer ends it); then obey commands, take one packet
 * from each socket that has some, and run the ticks that are due. Returns how many sockets and timers were ready. */
int media_wake(struct mx *m, int timeout_ms);

/* Take back what the control thread asked for. */
void media_obey(struct mx *m);

/* False: the ring of events is full, try again later. */
bool media_tell(struct mx *m, mx_event_kind kind, uint32_t slot);
bool media_tell_digit(struct mx *m, uint32_t slot, const struct digit *digit);

/* At the end: BYEs, sockets closed. */
void media_close_all(struct mx *m);

#endif
