/* store_metrics.c - the figures of the database, which all processes share. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "monitor/metrics.h"
#include "store/hooks.h"

/* The queued and running jobs of all processes on this database. */
struct live {
    int64_t oldest_queued_ms;
    double fps;
};

static void metrics_see_live(void *ctx, const struct job *job, const char *owner)
{
    json_t *progress = job->progress ? json_loads(job->progress, 0, NULL) : NULL;
    struct live *live = ctx;

    (void)owner;
    if (job->state == JOB_QUEUED &&
        (!live->oldest_queued_ms || job->created_ms < live->oldest_queued_ms))
        live->oldest_queued_ms = job->created_ms;
    if (job->state == JOB_RUNNING)
        live->fps += json_number_value(json_object_get(progress, "fps"));
    json_decref(progress);
}

/* Members come in the order of their machines. */
struct machine_count {
    struct exposition *to;
    char *machine; /* NULL: none yet */
    int n;
};

static void metrics_end_machine(struct machine_count *count)
{
    if (count->machine && count->n)
        exposition_sample(count->to, "members", "machine", count->machine, count->n);
    free(count->machine);
    count->machine = NULL;
    count->n = 0;
}

static void metrics_count_member(void *ctx, const struct member_row *row)
{
    struct machine_count *count = ctx;

    if (!count->machine || strcmp(count->machine, row->machine) != 0) {
        metrics_end_machine(count);
        count->machine = mem_copy(row->machine);
    }
    count->n += !row->is_gone && !row->silent_ms;
}

static void metrics_add_members(struct exposition *to, struct store *store)
{
    struct machine_count count = {.to = to};
    struct error err;

    exposition_family(to, "members", "gauge", "Processes that may run jobs, by machine.");
    store_member_each(store, metrics_count_member, &count, &err);
    metrics_end_machine(&count);
}

static void metrics_add_waiting_hooks(struct exposition *to, struct store *store)
{
    struct hook_counts counts;
    struct error err;

    if (store_hook_count(store, &counts, &err) < 0)
        return;
    exposition_figure(to, "webhooks_waiting", "gauge",
        "Webhooks with an event that is not delivered.", (double)counts.n_waiting);
    exposition_figure(to, "webhooks_given_up", "gauge",
        "Webhooks that were given up, of jobs that are not forgotten.", (double)counts.n_given_up);
}

/* Nothing while the database can't be read: /api/health/ready says why. */
void metrics_add_store(struct exposition *to, struct request *request)
{
    long long counts[JOB_CANCELED + 1];
    struct live live = {0};
    struct store *store;
    struct error err;

    if (request_store(request, &store, &err) < 0 || store_job_count(store, counts, &err) < 0 ||
        store_live(store, metrics_see_live, &live, &err) < 0)
        return;
    exposition_family(to, "jobs", "gauge", "Jobs in the database, by state, of all processes.");
    for (int i = 0; i <= JOB_CANCELED; i++)
        exposition_sample(to, "jobs", "state", job_state_name(i), (double)counts[i]);
    exposition_figure(to, "queue_wait_seconds", "gauge",
        "How long the oldest queued job has waited.",
        live.oldest_queued_ms ? (double)(clock_wall_ms() - live.oldest_queued_ms) / 1000 : 0);
    exposition_figure(to, "encode_fps", "gauge",
        "Frames a second that all running jobs encode together.", live.fps);
    metrics_add_members(to, store);
    metrics_add_waiting_hooks(to, store);
}
