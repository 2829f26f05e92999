/* reload.h - the files of CASECAST_KINDS, read anew.  Loop thread. */
#pragma once

#include <stdbool.h>
#include <uv.h>

#include "base/error.h"
#include "request/server.h"

/* Zeroed: nothing is read. */
struct reload {
    struct server *server;
    uv_work_t work;
    bool is_running, is_wanted; /* wanted: again, when that has ended */
    void (*stopped)(void *ctx); /* not NULL: called once nothing is read any more */
    void *stopped_ctx;

    /* of its thread, then of the loop */
    const struct job_kind *const *list; /* NULL: `err` says why */
    struct error err;
};

/* Reads the files on another thread.  If all are good, requests and claims find their kinds from
 * then on; else the kinds stay as they are.  The log tells. */
void reload_ask(struct reload *reload, struct server *server);
/* Nothing is read from now on; calls stopped(ctx), perhaps at once. */
void reload_stop(struct reload *reload, void (*stopped)(void *ctx), void *ctx);
