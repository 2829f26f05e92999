/* case_list.c - the list of cases, whole or page by page, and one of them, with their videos and jobs. */
#include "cases/case_list.h"

#include <string.h>

#include "base/clock.h"
#include "base/digest.h"
#include "case/case_check.h"
#include "cases/forecast.h"
#include "kind/kind_video.h"
#include "request/answer.h"
#include "request/secret.h"
#include "request/server.h"

enum { LIST_SHOWN = 50, LIST_MOST = 200 };

/* The list while it is put together. */
struct list {
    const struct config *config;
    json_t *cases; /* in the order of the store */
    json_t *by_id; /* the same cases */
    int limit;     /* cases of a page; 0: all */
    bool is_cut;   /* there are more */
    struct forecast forecast;
    int64_t now_ms;  /* wall clock */
    int n_done;      /* jobs whose duration is known … */
    int64_t done_ms; /* … and the sum of their durations */
};

static json_t *list_poster_url(const struct config *config, const struct case_summary *summary)
{
    if (secret_is_needed(config) || summary->n_scenes == 0)
        return json_null();
    return json_sprintf("%s/api/cases/%s/poster", config->prefix, summary->id);
}

static void list_add(void *ctx, const struct case_summary *summary)
{
    struct list *list = ctx;
    json_t *one;

    list->is_cut = list->limit && json_array_size(list->cases) == (size_t)list->limit;
    if (list->is_cut)
        return;
    one = json_pack("{s:s, s:s, s:s, s:s, s:i, s:o, s:n, s:n}", "id", summary->id, "title",
        summary->title, "language", summary->language, "shape", case_shape_name(summary->shape),
        "scenes", summary->n_scenes, "poster", list_poster_url(list->config, summary), "video",
        "job");
    json_array_append_new(list->cases, one);
    json_object_set(list->by_id, summary->id, one);
}

/* --- videos --- */

static void list_add_finished(void *ctx, const struct job *job)
{
    struct list *list = ctx;
    json_t *one = json_object_get(list->by_id, job->subject);
    json_t *result = one && job->result ? json_loads(job->result, 0, NULL) : NULL;

    if (job->started_ms && job->ended_ms > job->started_ms) {
        list->n_done++;
        list->done_ms += job->ended_ms - job->started_ms;
    }
    if (result && !secret_is_needed(list->config) && kind_video.still_good(list->config, job))
        json_object_set_new(one, "video",
            json_pack("{s:O, s:O}", "thumbnail", json_object_get(result, "thumbnail"), "file",
                json_object_get(result, "video")));
    json_decref(result);
}

/* --- jobs --- */

/* A member of the job's last progress note; -1: it has no such number. */
static double list_noted(const json_t *note, const char *member)
{
    const json_t *value = json_object_get(note, member);

    return json_is_number(value) ? json_number_value(value) : -1;
}

static json_t *list_number(int64_t number)
{
    return number < 0 ? json_null() : json_integer(number);
}

static json_t *list_running_job(struct list *list, const struct job *job)
{
    json_t *note = job->progress ? json_loads(job->progress, 0, NULL) : NULL;
    double percent = list_noted(note, "percent");
    int64_t left_ms = (int64_t)list_noted(note, "etaMs");
    int64_t spent_ms = list->now_ms - job->started_ms;

    json_decref(note);
    forecast_running(&list->forecast, left_ms, spent_ms > 0 ? spent_ms : 0);
    return json_pack("{s:s, s:s, s:f, s:o}", "id", job->id, "state", job_state_name(job->state),
        "percent", percent < 0 ? 0 : percent, "etaMs", list_number(left_ms));
}

static json_t *list_queued_job(struct list *list, const struct job *job)
{
    return json_pack("{s:s, s:s, s:i, s:o}", "id", job->id, "state", job_state_name(job->state),
        "position", job->position, "waitMs", list_number(forecast_next(&list->forecast)));
}

/* The store gives the running jobs before the queued ones, as the forecast needs them.  With
 * secrets on the list names no jobs. */
static void list_add_live(void *ctx, const struct job *job, const char *owner)
{
    struct list *list = ctx;
    json_t *one = json_object_get(list->by_id, job->subject);
    json_t *told =
        job->state == JOB_RUNNING ? list_running_job(list, job) : list_queued_job(list, job);

    (void)owner;
    if (one && strcmp(job->kind, kind_video.name) == 0 && !job->cancel_wanted &&
        !secret_is_needed(list->config))
        json_object_set(one, "job", told);
    json_decref(told);
}

/* --- what is asked for --- */

enum { CURSOR_BASE64 = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

/* The cursor is the id of the last case of a page, and the next one begins with what is behind that
 * in the order of the ids, whatever was made or removed meanwhile. */
static json_t *list_cursor(const struct list *list)
{
    const json_t *last =
        list->is_cut ? json_array_get(list->cases, json_array_size(list->cases) - 1) : NULL;
    const char *id = json_string_value(json_object_get(last, "id"));
    char cursor[sodium_base64_ENCODED_LEN(CASE_ID_MAX, CURSOR_BASE64)];

    if (!last)
        return json_null();
    sodium_bin2base64(cursor, sizeof cursor, (const unsigned char *)id, strlen(id), CURSOR_BASE64);
    return json_string(cursor);
}

static int list_read_cursor(
    const struct argument *cursor, char ret_id[static CASE_ID_MAX + 1], struct error *err)
{
    size_t len = 0;

    if (sodium_base642bin((unsigned char *)ret_id, CASE_ID_MAX, cursor->value, cursor->value_len,
            NULL, &len, NULL, CURSOR_BASE64) == 0) {
        ret_id[len] = '\0';
        if (strlen(ret_id) == len && case_id_check(ret_id, NULL) == 0)
            return 0;
    }
    return error_set(err, ERR_INPUT,
        "after \"%.40s\": must be the member `next` of an earlier list", cursor->value);
}

/* What a page is made of. */
struct list_ask {
    struct case_filter filter;
    struct case_search *search;
    char after[CASE_ID_MAX + 1];
};

static int list_read_words(const struct argument *query, struct list_ask *ask, struct error *err)
{
    int rc = case_search_new(query->value, query->value_len, &ask->search, err);

    ask->filter.search = ask->search;
    return rc;
}

static int list_read_after(const struct argument *after, struct list_ask *ask, struct error *err)
{
    ask->filter.after = ask->after;
    return list_read_cursor(after, ask->after, err);
}

/* Without any of the three arguments, the whole list.  One without a value says nothing of its own.
 */
static int list_read_ask(
    const struct arguments *arguments, struct list_ask *ask, struct list *list, struct error *err)
{
    const struct argument *query = arguments_find(arguments, "query");
    const struct argument *after = arguments_find(arguments, "after");
    const struct argument *limit = arguments_find(arguments, "limit");
    long long n = LIST_SHOWN;
    int rc = 0;

    if (!query && !after && !limit)
        return 0;
    if (limit && *limit->value)
        rc = arguments_number(arguments, "limit", 1, LIST_MOST, LIST_SHOWN, &n, err);
    list->limit = (int)n;
    ask->filter.most = list->limit + 1;
    if (rc == 0 && query)
        rc = list_read_words(query, ask, err);
    if (rc == 0 && after && after->value_len)
        rc = list_read_after(after, ask, err);
    return rc;
}

/* --- the route --- */

/* The videos and jobs of the cases that are in it. */
static int list_add_jobs(struct list *list, struct store *store, struct error *err)
{
    int rc = store_job_each_done(store, kind_video.name, list_add_finished, list, err);

    if (rc < 0)
        return rc;
    forecast_init(
        &list->forecast, list->config->slots, list->n_done ? list->done_ms / list->n_done : -1);
    return store_live(store, list_add_live, list, err);
}

static int list_read(struct request *request, struct list *list, struct error *err)
{
    struct list_ask ask = {0};
    struct store *store;
    int rc = list_read_ask(&request->arguments, &ask, list, err);

    if (rc == 0)
        rc = request_store(request, &store, err);
    if (rc == 0)
        rc = store_case_list(store, &ask.filter, list_add, list, err);
    if (rc == 0)
        rc = list_add_jobs(list, store, err);
    case_search_free(ask.search);
    return rc;
}

static struct list list_begin(const struct request *request)
{
    return (struct list){.config = request->server->config,
        .cases = json_array(),
        .by_id = json_object(),
        .now_ms = clock_wall_ms()};
}

void route_case_list(struct request *request)
{
    struct list list = list_begin(request);
    struct error err;

    if (list_read(request, &list, &err) < 0)
        answer_error(request, &err);
    else
        answer_json(
            request, 200, json_pack("{s:O, s:o}", "cases", list.cases, "next", list_cursor(&list)));
    json_decref(list.by_id);
    json_decref(list.cases);
}

static int list_read_one(struct request *request, struct list *list,
    const struct case_record *record, struct error *err)
{
    const struct case_summary summary = {.id = record->id,
        .title = record->title,
        .language = record->language,
        .shape = record->shape,
        .n_scenes = record->n_scenes};
    struct store *store;
    int rc = request_store(request, &store, err);

    list_add(list, &summary);
    return rc == 0 ? list_add_jobs(list, store, err) : rc;
}

void case_list_answer_one(struct request *request, const struct case_record *record)
{
    struct list list = list_begin(request);
    struct error err;

    if (list_read_one(request, &list, record, &err) < 0)
        answer_error(request, &err);
    else
        answer_json(request, 200, json_incref(json_array_get(list.cases, 0)));
    json_decref(list.by_id);
    json_decref(list.cases);
}
