/* metrics.c - see metrics.h. */
#include "monitor/metrics.h"

#include <stdlib.h>

#include "base/log.h"
#include "base/mem.h"
#include "monitor/monitor.h"
#include "monitor/neighbours.h"
#include "request/answer.h"
#include "request/server.h"

/* Whether a process answered is a figure of the one that asked. */
static void metrics_add_up(struct exposition *to, const char *process, bool answered)
{
    exposition_sample(to, "process_up", "process", process, answered);
}

static void metrics_tell(void *ctx, struct buf *out)
{
    struct server *server = ctx;

    metrics_add_process(
        &(struct exposition){.out = out, .process = hub_member_name(server->hub)}, server);
}

void metrics_start(struct server *server)
{
    struct error err;

    if (neighbours_start(server->loop, server->config, hub_member_name(server->hub), metrics_tell,
            server, &server->neighbours, &err) < 0)
        log_warning("a scrape of the metrics tells of one process only: %s", err.text);
}

void metrics_stop(struct server *server)
{
    neighbours_stop(server->neighbours);
}

/* What the processes of this machine have told. */
struct gathered {
    struct exposition up;
    char *texts[1 + NEIGHBOURS_MAX];
    int n;
};

static void metrics_gather(void *ctx, const char *name, const char *text)
{
    struct gathered *gathered = ctx;

    metrics_add_up(&gathered->up, name, text != NULL);
    if (text)
        gathered->texts[gathered->n++] = mem_copy(text);
}

/* This process comes first: its families are known, those of a process of another version may not
 * be. */
static void metrics_add_processes(struct buf *out, struct server *server)
{
    struct buf own = {0};
    struct gathered gathered = {.up = {.out = out}};

    metrics_tell(server, &own);
    gathered.texts[gathered.n++] = own.data;
    exposition_family(&gathered.up, "process_up", "gauge",
        "1: this process of the machine has told its figures.  0: it has not, in a second.");
    metrics_add_up(&gathered.up, hub_member_name(server->hub), true);
    neighbours_ask(server->neighbours, metrics_gather, &gathered);
    exposition_merge(out, (const char *const *)gathered.texts, gathered.n);
    for (int i = 0; i < gathered.n; i++)
        free(gathered.texts[i]);
}

void route_metrics(struct request *request)
{
    struct buf out = {0};

    metrics_add_processes(&out, request->server);
    metrics_add_store(&(struct exposition){.out = &out}, request);
    answer_text(request, 200, "text/plain; version=0.0.4; charset=utf-8", out.data);
    buf_free(&out);
}
