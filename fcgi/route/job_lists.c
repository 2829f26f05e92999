/* job_lists.c - the list of jobs, page by page: newest first, or in the order of the queue. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "request/answer.h"
#include "request/server.h"
#include "route/job_json.h"
#include "route/route.h"

enum { LIST_SHOWN = 20, LIST_MOST = 100 };

struct list {
    const char *prefix;
    const struct kinds *kinds;
    json_t *jobs;
    int64_t last;      /* number of the last job in it, */
    int last_priority; /* and its priority */
    bool in_turn;
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
    list->last_priority = job->priority;
    json_array_append_new(
        list->jobs, job_json(list->prefix, kind_find(list->kinds, job->kind), job));
}

/* The cursor: jobs behind it are on the next page, whatever was made or deleted meanwhile.  In the
 * queue its last digit is the priority. */
static json_t *lists_cursor(const struct list *list)
{
    char cursor[24];

    if (list->in_turn)
        snprintf(
            cursor, sizeof cursor, "%" PRIx64 "-%d", (uint64_t)list->last, list->last_priority);
    else
        snprintf(cursor, sizeof cursor, "%" PRIx64, (uint64_t)list->last);
    return list->is_cut ? json_string(cursor) : json_null();
}

static bool lists_parse_cursor(const char *text, struct job_filter *filter)
{
    char *end;
    int64_t number = (int64_t)strtoull(text, &end, 16);

    if (number <= 0)
        return false;
    if (!filter->in_turn) {
        filter->before = number;
        return !*end;
    }
    filter->after = number;
    filter->after_priority = end[0] == '-' ? end[1] - '0' : -1;
    return filter->after_priority >= 0 && filter->after_priority <= JOB_PRIORITY_MAX && !end[2];
}

static int lists_read_cursor(const char *text, struct job_filter *filter, struct error *err)
{
    if (!text || lists_parse_cursor(text, filter))
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
    if (filter->kind && !kind_find(&request->server->kinds, filter->kind))
        return error_set(err, ERR_INPUT,
            "kind \"%.40s\": there is no such kind of job; `video` is one", filter->kind);
    return 0;
}

/* The order of the queue is one of queued jobs only. */
static int lists_read_order(
    struct request *request, struct job_filter *ret_filter, struct error *err)
{
    const char *order = lists_argument(request, "order");
    const char *state = lists_argument(request, "state");

    ret_filter->in_turn = order && strcmp(order, "queue") == 0;
    if (order && !ret_filter->in_turn && strcmp(order, "newest") != 0)
        return error_set(err, ERR_INPUT, "order \"%.40s\": must be newest or queue", order);
    if (ret_filter->in_turn && state && strcmp(state, "queued") != 0)
        return error_set(err, ERR_INPUT,
            "order=queue: is for state=queued, as no other job has a place in the queue");
    return 0;
}

static int lists_read_filter(
    struct request *request, struct job_filter *ret_filter, struct error *err)
{
    long long limit;
    int rc = arguments_number(&request->arguments, "limit", 1, LIST_MOST, LIST_SHOWN, &limit, err);

    if (rc == 0)
        rc = lists_read_order(request, ret_filter, err);
    if (rc == 0)
        rc = lists_read_cursor(lists_argument(request, "after"), ret_filter, err);
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
    list->in_turn = filter->in_turn;
    return rc < 0 ? rc : store_job_each(store, filter, lists_add, list, err);
}

void route_job_list(struct request *request)
{
    struct list list = {.prefix = request->server->config->prefix,
        .kinds = &request->server->kinds,
        .jobs = json_array()};
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
