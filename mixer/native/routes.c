#include "routes.h"

#include <stdlib.h>
#include <string.h>

bool routes_open(struct routes *r, uint32_t max_edges, uint32_t slots) {
    r->edges = calloc(max_edges, sizeof *r->edges);
    r->first_of_source = malloc(slots * sizeof *r->first_of_source);
    r->first_of_sink = malloc(slots * sizeof *r->first_of_sink);
    if (!r->edges || !r->first_of_source || !r->first_of_sink) return false;
    memset(r->first_of_source, 0xff, slots * sizeof *r->first_of_source);
    memset(r->first_of_sink, 0xff, slots * sizeof *r->first_of_sink);
    for (uint32_t i = 0; i < max_edges; i++) r->edges[i].next_of_source = i + 1;
    r->edges[max_edges - 1].next_of_source = NO_EDGE;
    return true;
}

void routes_close(struct routes *r) {
    free(r->edges);
    free(r->first_of_source);
    free(r->first_of_sink);
}

static struct edge *edge_at(const struct routes *r, uint32_t index) {
    return index == NO_EDGE ? NULL : &r->edges[index];
}

struct edge *routes_of_source(const struct routes *r, uint32_t slot) { return edge_at(r, r->first_of_source[slot]); }
struct edge *routes_of_sink(const struct routes *r, uint32_t slot) { return edge_at(r, r->first_of_sink[slot]); }
struct edge *routes_next_of_source(const struct routes *r, const struct edge *edge) {
    return edge_at(r, edge->next_of_source);
}
struct edge *routes_next_of_sink(const struct routes *r, const struct edge *edge) {
    return edge_at(r, edge->next_of_sink);
}

/* By sink: hold music may have a thousand sinks, a sink has few sources. */
struct edge *routes_find(const struct routes *r, uint32_t source, uint32_t sink, uint32_t channel) {
    for (struct edge *e = routes_of_sink(r, sink); e; e = routes_next_of_sink(r, e))
        if (e->source == source && e->channel == channel && e->leaves == NEVER) return e;
    return NULL;
}

struct edge *routes_add(struct routes *r, uint32_t source, uint32_t sink, uint32_t channel) {
    struct edge *edge = edge_at(r, r->free);
    if (!edge) return NULL;
    uint32_t index = r->free;
    r->free = edge->next_of_source;
    *edge = (struct edge){
        .source = source,
        .sink = sink,
        .channel = channel,
        .leaves = NEVER,
        .next_of_source = r->first_of_source[source],
        .next_of_sink = r->first_of_sink[sink],
    };
    r->first_of_source[source] = r->first_of_sink[sink] = index;
    return edge;
}

void routes_remove(struct routes *r, struct edge *edge) {
    uint32_t index = (uint32_t)(edge - r->edges);
    uint32_t *link = &r->first_of_source[edge->source];
    while (*link != index) link = &r->edges[*link].next_of_source;
    *link = edge->next_of_source;
    link = &r->first_of_sink[edge->sink];
    while (*link != index) link = &r->edges[*link].next_of_sink;
    *link = edge->next_of_sink;
    edge->next_of_source = r->free;
    r->free = index;
}
