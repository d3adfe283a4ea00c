#include "playout.h"

#include <stdlib.h>
#include <string.h>

#include "mixer.h"

_Static_assert(PLAYOUT_STEPS * PLAYOUT_STEP == MX_MAX_DELAY_MS * MX_SAMPLE_RATE / 1000, "waits up to the longest delay");

enum {
    FIRST = 480,        /* 60 ms, until there is something to judge by */
    ENOUGH = 50,        /* packets to judge a shorter one by */
    REMEMBERED = 256,   /* packets; then each counts half */
    SPARED = 100,       /* one of so many may come too late */
    WORTHWHILE = 2 * PLAYOUT_STEP, /* to gain: for less it is left as it is */
    PATIENCE = 16000,   /* 2 s without a good place to shrink */
    WINDOW = 80,        /* compared, 10 ms */
    SLACK = 120,        /* a period of the deepest voice: so much longer it may be to be alike */
    QUIET = 64,         /* on average, -54 dBov: what differs by less is silence to the ear */
};

void playout_open(struct playout *p, int64_t least, int64_t most) {
    *p = (struct playout){.least = least, .most = most, .changed = INT64_MIN, .turned = INT64_MIN};
    p->delay = playout_wanted(p);
}

void playout_note(struct playout *p, int64_t wait) {
    int64_t step = wait > 0 ? (wait - 1) / PLAYOUT_STEP : 0;
    p->waits[step < PLAYOUT_STEPS ? step : PLAYOUT_STEPS - 1]++;
    if (++p->seen < REMEMBERED) return;
    p->seen = 0;
    for (int i = 0; i < PLAYOUT_STEPS; i++) p->seen += p->waits[i] /= 2;
}

int64_t playout_wanted(const struct playout *p) {
    int64_t wanted = p->seen < ENOUGH ? FIRST : 0;
    for (int above = 0, i = PLAYOUT_STEPS - 1; i >= 0; i--) {
        above += p->waits[i];
        if (above <= p->seen / SPARED) continue;
        if ((i + 1) * PLAYOUT_STEP > wanted) wanted = (i + 1) * PLAYOUT_STEP;
        break;
    }
    return wanted < p->least ? p->least : wanted > p->most ? p->most : wanted;
}

static void look(const struct timeline *t, int64_t position, int32_t *sound, size_t count) {
    memset(sound, 0, count * sizeof *sound);
    timeline_add(t, position, sound, count, &(struct gain){MX_UNITY_GAIN, MX_UNITY_GAIN, 0});
}

struct place {
    int64_t delay;
    int64_t differs, loud; /* from what would be heard without a change; and that, WINDOW times */
};

/* Where what a mix at `tick` would hear is most like what it hears with the delay there is: `least` or a little longer. */
static struct place most_alike(const struct playout *p, const struct timeline *t, int64_t tick, int64_t least, int64_t most) {
    int32_t now[WINDOW], then[SLACK + WINDOW];
    int64_t slack = most - least < SLACK ? most - least : SLACK;
    struct place best = {.delay = least, .differs = INT64_MAX};
    look(t, tick - p->delay, now, WINDOW);
    look(t, tick - least - slack, then, (size_t)slack + WINDOW);
    for (int64_t more = 0; more <= slack; more++) {
        int64_t differs = 0;
        for (int i = 0; i < WINDOW; i++) differs += labs((long)now[i] - then[slack - more + i]);
        if (differs < best.differs) best.delay = least + more, best.differs = differs;
    }
    for (int i = 0; i < WINDOW; i++) best.loud += labs(now[i]);
    return best;
}

static void change(struct playout *p, int64_t delay, int64_t tick) {
    p->before = p->delay;
    p->delay = delay;
    p->changed = tick;
    p->needed = tick;
}

static void shrink(struct playout *p, const struct timeline *t, int64_t tick, int64_t wanted) {
    struct place place = most_alike(p, t, tick, wanted, p->delay - PLAYOUT_STEP);
    bool alike = place.differs <= place.loud / 8 + WINDOW * QUIET;
    if (alike || tick - p->needed >= PATIENCE) change(p, place.delay, tick);
}

void playout_turn(struct playout *p, const struct timeline *t, int64_t tick) {
    if (tick <= p->turned) return;
    int64_t wanted = playout_wanted(p);
    bool heard = p->turned >= tick - MX_TICK_SAMPLES;
    p->turned = tick;
    if (!heard) p->delay = wanted; /* nobody listens yet */
    if (p->delay < wanted + WORTHWHILE) p->needed = tick;
    else shrink(p, t, tick, wanted);
    if (p->delay < wanted) change(p, most_alike(p, t, tick, wanted, p->most).delay, tick);
}
