/* playout.h - how far behind now the mixes read one source, by how late its packets come.
 *
 *      position                        now      next tick
 *     ....|======= packet =======|......|...........|....
 *         '-------------------- wait ---------------'
 *
 * The wait of a packet is how far behind a mix has to read to get all of it: as long as it lasts, and by as much as it was
 * later than the fastest. The delay follows what 99 of 100 packets of the last seconds have needed. It grows when that
 * does, and shrinks where nobody hears it: in silence, or between two periods that are alike; then in any case, in the end. What is
 * heard before and after a change is crossed in 5 ms. Nothing of this moves the timeline: other readers do not notice. */
#ifndef EARSHOT_PLAYOUT_H
#define EARSHOT_PLAYOUT_H

#include <stdint.h>

#include "timeline.h"

enum {
    PLAYOUT_STEP = 40,  /* positions, 5 ms: as fine as waits are told apart */
    PLAYOUT_STEPS = 80, /* 400 ms: what waits longer counts as that */
};

struct playout {
    int64_t least, most; /* bounds, positions behind now, as all below */
    int64_t delay;       /* of mixes that begin at `changed` or later */
    int64_t before;      /* and of the mix before them */
    int64_t changed;     /* the tick of the last change that somebody heard */
    int64_t turned;      /* the last tick that was asked about */
    int64_t needed;      /* the last tick at which it was not longer than needed */
    uint16_t seen, waits[PLAYOUT_STEPS]; /* packets, in all and by their wait; older ones count less */
};

void playout_open(struct playout *p, int64_t least, int64_t most);

/* A packet came, and waits so long. */
void playout_note(struct playout *p, int64_t wait);

/* What the packets need, within the bounds. */
int64_t playout_wanted(const struct playout *p);

/* The mixes that begin at `tick` are going to read `t`: settle their delay. Once for each tick, however often it is asked. */
void playout_turn(struct playout *p, const struct timeline *t, int64_t tick);

#endif
