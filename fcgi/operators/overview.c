/* overview.c - how many jobs and webhooks there are, who watches, and who works: of all processes.
 */
#include <string.h>

#include "operators/operators.h"
#include "request/answer.h"
#include "store/hooks.h"
#include "store/members.h"

enum { OVERVIEW_MOST = 100 /* processes, and watched jobs */ };

static int overview_add_counts(struct store *store, json_t *overview, struct error *err)
{
    long long counts[JOB_CANCELED + 1];
    int rc = store_job_count(store, counts, err);
    json_t *jobs = json_object();

    for (int i = 0; rc == 0 && i <= JOB_CANCELED; i++)
        json_object_set_new(jobs, job_state_name(i), json_integer(counts[i]));
    json_object_set_new(overview, "jobs", jobs);
    return rc;
}

/* --- processes --- */

static const char *overview_state(const struct member_row *row)
{
    if (row->is_gone)
        return "gone";
    if (row->silent_ms)
        return "silent";
    return row->is_stopping ? "stopping" : "alive";
}

static void overview_add_process(void *ctx, const struct member_row *row)
{
    json_t *processes = ctx;

    if (json_array_size(processes) < OVERVIEW_MOST)
        json_array_append_new(
            processes, json_pack("{s:s, s:s, s:s, s:i, s:o, s:s, s:I}", "machine", row->machine,
                           "name", row->name, "engine", row->engine, "slots", row->slots, "kinds",
                           store_member_kinds(row), "state", overview_state(row), "silentMs",
                           (json_int_t)row->silent_ms));
}

static int overview_add_processes(struct store *store, json_t *overview, struct error *err)
{
    json_t *processes = json_array();

    json_object_set_new(overview, "processes", processes);
    return store_member_each(store, overview_add_process, processes, err);
}

/* --- viewers --- */

struct watched {
    json_t *jobs;
    long long n; /* streams of all jobs */
};

static void overview_add_watched(void *ctx, const struct audience_row *row)
{
    struct watched *watched = ctx;

    watched->n = row->all;
    json_array_append_new(
        watched->jobs, json_pack("{s:s, s:s, s:s, s:I}", "id", row->job_id, "kind", row->kind,
                           "subject", row->subject, "viewers", (json_int_t)row->n));
}

static int overview_add_viewers(struct store *store, json_t *overview, struct error *err)
{
    struct watched watched = {.jobs = json_array()};
    int rc = store_audience_each(store, OVERVIEW_MOST, overview_add_watched, &watched, err);

    json_object_set_new(overview, "viewers", json_integer(watched.n));
    json_object_set_new(overview, "watched", watched.jobs);
    return rc;
}

static int overview_add_hooks(struct store *store, json_t *overview, struct error *err)
{
    struct hook_counts counts = {0};
    int rc = store_hook_count(store, &counts, err);

    json_object_set_new(overview, "hooks",
        json_pack("{s:I, s:I}", "waiting", (json_int_t)counts.n_waiting, "givenUp",
            (json_int_t)counts.n_given_up));
    return rc;
}

void operators_overview(struct request *request)
{
    json_t *overview = json_object();
    struct store *store;
    struct error err;
    int rc = request_store(request, &store, &err);

    if (rc == 0)
        rc = overview_add_counts(store, overview, &err);
    if (rc == 0)
        rc = overview_add_viewers(store, overview, &err);
    if (rc == 0)
        rc = overview_add_processes(store, overview, &err);
    if (rc == 0)
        rc = overview_add_hooks(store, overview, &err);
    if (rc == 0) {
        answer_json(request, 200, overview);
        return;
    }
    json_decref(overview);
    answer_error(request, &err);
}
