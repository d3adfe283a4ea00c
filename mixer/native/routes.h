/* routes.h - who hears whom: edges from source to sink. Kept twice, by the same rules and in the same order: once as asked
 * for, on the control thread, so that a refusal comes back at once; once as heard, on the media thread. */
#ifndef EARSHOT_ROUTES_H
#define EARSHOT_ROUTES_H

#include <stdbool.h>
#include <stdint.h>

#include "mix.h"

#define NO_EDGE UINT32_MAX
#define NEVER (INT64_MAX / 2)

struct edge {
    uint32_t source, sink, channel; /* slots; the side of the sink */
    struct gain gain;                      /* positions of the sink */
    int64_t leaves;                        /* position at which it fades from a tap; NEVER while it is asked for */
    uint32_t next_of_source, next_of_sink; /* edge indices; the first is also the free list */
};

struct routes {
    struct edge *edges;
    uint32_t *first_of_source, *first_of_sink; /* by slot */
    uint32_t free;
};

bool routes_open(struct routes *r, uint32_t max_edges, uint32_t slots);
void routes_close(struct routes *r);

/* The edge there is, unless it is leaving, or NULL. */
struct edge *routes_find(const struct routes *r, uint32_t source, uint32_t sink, uint32_t channel);

/* Add an edge that is not there. NULL: all are taken. */
struct edge *routes_add(struct routes *r, uint32_t source, uint32_t sink, uint32_t channel);

void routes_remove(struct routes *r, struct edge *edge);

/* Walk: for (struct edge *e = routes_of_sink(r, slot); e; e = routes_next_of_sink(r, e)) */
struct edge *routes_of_source(const struct routes *r, uint32_t slot);
struct edge *routes_of_sink(const struct routes *r, uint32_t slot);
struct edge *routes_next_of_source(const struct routes *r, const struct edge *edge);
struct edge *routes_next_of_sink(const struct routes *r, const struct edge *edge);

#endif
