/* reload.c - see reload.h.
 *
 * What has a kind keeps it: a job that runs, a stream, a request.  So a change takes no lock. */
#include "reload.h"

#include "base/log.h"
#include "kind/kind_program.h"
#include "kinds.h"

static void reload_read(uv_work_t *work)
{
    struct reload *reload = work->data;
    const struct server *server = reload->server;

    reload->list = NULL;
    kinds_with_programs(
        server->config, job_kinds, kinds_list(&server->kinds), &reload->list, &reload->err);
}

/* True: something is different. */
static bool reload_tell(const struct job_kind *const *before, const struct job_kind *const *now)
{
    bool is_other = false;

    for (const struct job_kind *const *kind = now; *kind; kind++) {
        const struct job_kind *was = kind_find_in(before, (*kind)->name);

        is_other |= was != *kind;
        if (was != *kind)
            log_info("kind %s: %s", (*kind)->name, was ? "changed" : "new");
    }
    for (; *before; before++)
        if (!kind_find_in(now, (*before)->name)) {
            is_other = true;
            log_info("kind %s: gone", (*before)->name);
        }
    return is_other;
}

static void reload_take(struct reload *reload)
{
    struct server *server = reload->server;

    if (!reload->list) {
        log_error("the kinds stay as they are: %s", reload->err.text);
        return;
    }
    if (!reload_tell(kinds_list(&server->kinds), reload->list))
        log_info("the kinds are read anew, and none has changed");
    kinds_set(&server->kinds, reload->list);
    hub_poke(server->hub);
}

static void reload_done(uv_work_t *work, int status)
{
    struct reload *reload = work->data;

    (void)status;
    reload->is_running = false;
    if (reload->stopped) {
        reload->stopped(reload->stopped_ctx);
        return;
    }
    reload_take(reload);
    if (reload->is_wanted)
        reload_ask(reload, reload->server);
}

void reload_ask(struct reload *reload, struct server *server)
{
    reload->is_wanted = reload->is_running;
    if (reload->is_running || reload->stopped)
        return;
    reload->server = server;
    reload->work.data = reload;
    reload->is_running = true;
    uv_queue_work(&server->loop->uv, &reload->work, reload_read, reload_done);
}

void reload_stop(struct reload *reload, void (*stopped)(void *ctx), void *ctx)
{
    reload->stopped = stopped;
    reload->stopped_ctx = ctx;
    if (!reload->is_running)
        stopped(ctx);
}
