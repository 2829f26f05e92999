/* case_routes.c - the list of cases with their videos and jobs, a case, and its poster. */
#include "cases/case_routes.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "case/case.h"
#include "cases/case_tags.h"
#include "cases/forecast.h"
#include "kind/kind_video.h"
#include "cases/posters.h"
#include "request/answer.h"
#include "request/secret.h"
#include "request/server.h"

/* The list while it is put together. */
struct listing {
    const struct config *config;
    json_t *cases; /* in the order of the store */
    json_t *by_id; /* the same cases */
    struct forecast forecast;
    int64_t now_ms;  /* wall clock */
    int n_done;      /* jobs whose duration is known … */
    int64_t done_ms; /* … and the sum of their durations */
};

static json_t *cases_poster_url(const struct config *config, const struct case_summary *summary)
{
    if (secret_is_needed(config) || summary->n_scenes == 0)
        return json_null();
    return json_sprintf("%s/api/cases/%s/poster", config->prefix, summary->id);
}

static void cases_add(void *ctx, const struct case_summary *summary)
{
    struct listing *listing = ctx;
    json_t *one = json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:n, s:n}", "id", summary->id, "title",
        summary->title, "language", summary->language, "shape", case_shape_name(summary->shape),
        "scenes", summary->n_scenes, "poster", cases_poster_url(listing->config, summary), "video",
        "job");

    json_array_append_new(listing->cases, one);
    json_object_set(listing->by_id, summary->id, one);
}

/* --- videos --- */

static void cases_add_finished(void *ctx, const struct job *job)
{
    struct listing *listing = ctx;
    json_t *one = json_object_get(listing->by_id, job->subject);
    json_t *result = job->result ? json_loads(job->result, 0, NULL) : NULL;

    if (job->started_ms && job->ended_ms > job->started_ms) {
        listing->n_done++;
        listing->done_ms += job->ended_ms - job->started_ms;
    }
    if (one && result && !secret_is_needed(listing->config) &&
        kind_video.still_good(listing->config, job))
        json_object_set_new(one, "video",
            json_pack("{s:O, s:O}", "thumbnail", json_object_get(result, "thumbnail"), "file",
                json_object_get(result, "video")));
    json_decref(result);
}

/* --- jobs --- */

/* A member of the job's last progress note; -1: it has no such number. */
static double cases_noted(const json_t *note, const char *member)
{
    const json_t *value = json_object_get(note, member);

    return json_is_number(value) ? json_number_value(value) : -1;
}

static json_t *cases_number(int64_t number)
{
    return number < 0 ? json_null() : json_integer(number);
}

static json_t *cases_running_job(struct listing *listing, const struct job *job)
{
    json_t *note = job->progress ? json_loads(job->progress, 0, NULL) : NULL;
    double percent = cases_noted(note, "percent");
    int64_t left_ms = (int64_t)cases_noted(note, "etaMs");
    int64_t spent_ms = listing->now_ms - job->started_ms;

    json_decref(note);
    forecast_running(&listing->forecast, left_ms, spent_ms > 0 ? spent_ms : 0);
    return json_pack("{s:s, s:s, s:f, s:o}", "id", job->id, "state", job_state_name(job->state),
        "percent", percent < 0 ? 0 : percent, "etaMs", cases_number(left_ms));
}

static json_t *cases_queued_job(struct listing *listing, const struct job *job)
{
    return json_pack("{s:s, s:s, s:i, s:o}", "id", job->id, "state", job_state_name(job->state),
        "position", job->position, "waitMs", cases_number(forecast_next(&listing->forecast)));
}

/* The store gives the running jobs before the queued ones, as the forecast needs them.  With
 * secrets on the list names no jobs. */
static void cases_add_live(void *ctx, const struct job *job, const char *owner)
{
    struct listing *listing = ctx;
    json_t *one = json_object_get(listing->by_id, job->subject);
    json_t *told = job->state == JOB_RUNNING ? cases_running_job(listing, job)
                                             : cases_queued_job(listing, job);

    (void)owner;
    if (one && strcmp(job->kind, kind_video.name) == 0 && !job->cancel_wanted &&
        !secret_is_needed(listing->config))
        json_object_set(one, "job", told);
    json_decref(told);
}

static int cases_fill(struct listing *listing, struct store *store, struct error *err)
{
    int rc = store_case_each(store, cases_add, listing, err);

    if (rc == 0)
        rc = store_job_each_done(store, kind_video.name, cases_add_finished, listing, err);
    if (rc < 0)
        return rc;
    forecast_init(&listing->forecast, listing->config->slots,
        listing->n_done ? listing->done_ms / listing->n_done : -1);
    return store_live(store, cases_add_live, listing, err);
}

static void route_cases(struct request *request)
{
    struct listing listing = {.config = request->server->config,
        .cases = json_array(),
        .by_id = json_object(),
        .now_ms = clock_wall_ms()};
    struct store *store;
    struct error err;
    bool has_failed =
        request_store(request, &store, &err) < 0 || cases_fill(&listing, store, &err) < 0;

    json_decref(listing.by_id);
    if (!has_failed) {
        answer_json(request, 200, json_pack("{s:o}", "cases", listing.cases));
        return;
    }
    json_decref(listing.cases);
    answer_error(request, &err);
}

bool case_routes_find(struct request *request, struct case_record **ret_record)
{
    struct store *store;
    struct error err;
    int rc;

    if (case_id_check(request->capture, &err) < 0 || request_store(request, &store, &err) < 0) {
        answer_error(request, &err);
        return false;
    }
    rc = store_case_get(store, request->capture, ret_record, &err);
    if (rc == STORE_E_NOT_FOUND) {
        error_set(&err, ERR_INPUT, "case %s not found", request->capture);
        answer_problem(request, 404, "", err.text);
    } else if (rc < 0) {
        answer_error(request, &err);
    }
    return rc == 0;
}

static void route_case(struct request *request)
{
    struct case_record *record;
    char etag[CASE_ETAG_MAX], extra[CASE_ETAG_MAX + 16];
    const char *known = request_param(request, "HTTP_IF_NONE_MATCH");

    if (!case_routes_find(request, &record))
        return;
    case_etag(record, etag);
    snprintf(extra, sizeof extra, "ETag: %s\r\n", etag);
    if (case_etag_is_in(known, etag) || strcmp(known, "*") == 0)
        answer_empty_with(request, 304, extra);
    else
        answer_json_with(request, 200, extra, case_to_json(record));
    case_free(record);
}

/* --- posters --- */

static void cases_answer_poster(struct request *request, const struct case_record *record)
{
    char url[PATH_MAX], extra[PATH_MAX + 32];
    struct error err;
    int rc = posters_find(request->server->posters, record, !request->is_head, url, &err);

    if (rc == 0) {
        snprintf(extra, sizeof extra, "Location: %s\r\n", url);
        answer_empty_with(request, 302, extra);
    } else if (rc == POSTERS_E_NOT_YET) {
        answer_empty_with(request, 204, "Retry-After: 1\r\n");
    } else if (rc == -ERR_INPUT) {
        answer_problem(request, 404, "", err.text);
    } else {
        log_warning("poster of case %s: %s", record->id, err.text);
        answer_problem(request, 503, "Retry-After: 5\r\n", "pictures can't be read at the moment");
    }
}

static void route_poster(struct request *request)
{
    struct case_record *record;

    if (secret_is_needed(request->server->config)) {
        answer_problem(
            request, 403, "", "a case shows its pictures only to whom its job was made for");
        return;
    }
    if (!case_routes_find(request, &record))
        return;
    cases_answer_poster(request, record);
    case_free(record);
}

const struct route case_routes[] = {
    {"GET", "/api/cases", route_cases},
    {"GET", "/api/cases/{id}", route_case},
    {"GET", "/api/cases/{id}/poster", route_poster},
    {NULL, NULL, NULL},
};
