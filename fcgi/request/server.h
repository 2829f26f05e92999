/* server.h - what every part of a responder process can reach. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/config.h"
#include "hub/hub.h"
#include "stream/stream.h"
#include "stream/timer_wheel.h"

struct health;
struct hooks;
struct jobs_brought;
struct neighbours;
struct posters;
struct replays;
struct request;
struct route;
struct stills;

struct server {
    /* fixed after start */
    const struct config *config;
    const struct route *const *kind_routes;  /* kinds.h */
    const struct route *operator_routes;     /* operators.h */
    const struct jobs_brought *brought;      /* jobs.h */
    void (*answer)(struct request *request); /* answers a request, or hands it over to the loop */
    struct loop *loop;
    struct hub *hub;
    struct streams *streams;
    struct replays *replays;
    struct posters *posters;
    struct stills *stills;
    struct health *health;
    struct hooks *hooks;
    struct neighbours *neighbours; /* metrics/metrics.h; NULL: none */
    int64_t started_ms;            /* wall clock */
    int listen_fd;

    /* loop only */
    struct timer_wheel wheel; /* the next message of every clock feed */

    /* atomic */
    struct kinds kinds; /* kinds.h, and the files of CASECAST_KINDS */
    atomic_bool is_draining;
    atomic_ullong n_requests, n_refused; /* refused: connections that brought no whole request */
    atomic_ullong n_edits, n_edits_refused; /* cases written or removed; requests to write that were
                                              refused */
    atomic_ullong n_files; /* that came over HTTP and were new */
    atomic_ullong n_attached, n_created, n_resumed, n_replayed;
    atomic_llong turned_ms;     /* when the loop last turned, about twice a second; monotonic */
    atomic_llong worst_turn_us; /* the loop's longest turn since the metrics were last read */
};
