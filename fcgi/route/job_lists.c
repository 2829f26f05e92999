/* job_lists.c - the list of jobs, page by page, newest first. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "request/answer.h"
#include "request/server.h"
#include "route/job_json.h"
#include "route/route.h"

enum { LIST_SHOWN = 20, LIST_MOST = 100 };

struct list {
    const struct job_kind *const *kinds;
    json_t *jobs;
    int64_t last; /* number of the last job in it */
    int room;
    bool is_cut; /* there are more */
};

/* A newer version on the same database may have made jobs of kinds that this one lacks. */
static void lists_add(void *ctx, const struct job *job)
{
    struct list *list = ctx;

    list->is_cut = list->room == 0;
    if (list->is_cut)
        return;
    list->room--;
    list->last = job->number;
    json_array_append_new(list->jobs, job_json(kind_find(list->kinds, job->kind), job));
}

/* The cursor: jobs before it are on the next page, whatever was made or deleted meanwhile. */
static json_t *lists_cursor(const struct list *list)
{
    char cursor[24];

    snprintf(cursor, sizeof cursor, "%" PRIx64, (uint64_t)list->last);
    return list->is_cut ? json_string(cursor) : json_null();
}

static int lists_read_cursor(const char *text, int64_t *ret_before, struct error *err)
{
    char *end;

    *ret_before = text ? (int64_t)strtoull(text, &end, 16) : 0;
    if (!text || (*ret_before > 0 && !*end))
        return 0;
    return error_set(
        err, ERR_INPUT, "after \"%.40s\": must be the member `next` of an earlier list", text);
}

static const char *lists_argument(struct request *request, const char *name)
{
    const struct argument *argument = arguments_find(&request->arguments, name);

    return argument && *argument->value ? argument->value : NULL;
}

static int lists_check(struct request *request, const struct job_filter *filter, struct error *err)
{
    enum job_state state;

    if (filter->state && !job_state_parse(filter->state, &state))
        return error_set(err, ERR_INPUT,
            "state \"%.40s\": must be queued, running, done, failed or canceled", filter->state);
    if (filter->kind && !kind_find(request->server->kinds, filter->kind))
        return error_set(err, ERR_INPUT,
            "kind \"%.40s\": there is no such kind of job; `video` is one", filter->kind);
    return 0;
}

static int lists_read_filter(
    struct request *request, struct job_filter *ret_filter, struct error *err)
{
    long long limit;
    int rc = arguments_number(&request->arguments, "limit", 1, LIST_MOST, LIST_SHOWN, &limit, err);

    if (rc == 0)
        rc = lists_read_cursor(lists_argument(request, "after"), &ret_filter->before, err);
    if (rc < 0)
        return rc;
    ret_filter->most = (int)limit + 1;
    ret_filter->state = lists_argument(request, "state");
    ret_filter->kind = lists_argument(request, "kind");
    ret_filter->subject = lists_argument(request, "subject");
    return lists_check(request, ret_filter, err);
}

static int lists_read(
    struct request *request, const struct job_filter *filter, struct list *list, struct error *err)
{
    struct store *store;
    int rc = request_store(request, &store, err);

    list->room = filter->most - 1;
    return rc < 0 ? rc : store_job_each(store, filter, lists_add, list, err);
}

void route_job_list(struct request *request)
{
    struct list list = {.kinds = request->server->kinds, .jobs = json_array()};
    struct job_filter filter = {0};
    struct error err;

    if (!request->is_trusted)
        answer_problem(
            request, 403, "", "only the addresses in nginx/addresses.conf may list jobs");
    else if (lists_read_filter(request, &filter, &err) < 0 ||
             lists_read(request, &filter, &list, &err) < 0)
        answer_error(request, &err);
    else
        answer_json(
            request, 200, json_pack("{s:O, s:o}", "jobs", list.jobs, "next", lists_cursor(&list)));
    json_decref(list.jobs);
}
