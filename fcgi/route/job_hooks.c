/* job_hooks.c - see job_hooks.h. */
#include "route/job_hooks.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "hooks/hook_events.h"
#include "hooks/hooks.h"
#include "request/answer.h"
#include "request/server.h"
#include "store/hooks.h"

enum { HOOKS_MAX = 16 /* of a job */ };

static bool job_hook_refuse(struct request *request, const char *detail)
{
    answer_problem(request, 400, "", detail);
    return false;
}

/* --- events --- */

static bool job_hook_refuse_events(struct request *request, struct error *err)
{
    error_where(err, "webhook.events: ");
    return job_hook_refuse(request, err->text);
}

static bool job_hook_read_names(
    struct request *request, const json_t *events, struct job_hook *hook)
{
    size_t n = json_array_size(events);
    const char **names = mem_new_n(n, const char *);
    struct error err;
    int rc;

    for (size_t i = 0; i < n; i++)
        names[i] = json_string_value(json_array_get(events, i));
    rc = hook_events_read(names, n, &hook->events, &err);
    free(names);
    return rc == 0 || job_hook_refuse_events(request, &err);
}

static bool job_hook_read_events(
    struct request *request, const json_t *events, struct job_hook *hook)
{
    const char *word = json_string_value(events);
    struct error err;

    if (events && !word)
        return job_hook_read_names(request, events, hook);
    if (word && strcmp(word, "all") != 0) {
        hook_events_refuse(&err);
        return job_hook_refuse_events(request, &err);
    }
    hook->events = mem_copy(word ? "" : HOOK_EVENTS_END);
    return true;
}

/* --- where to --- */

static bool job_hook_may_go(struct request *request, const char *host)
{
    struct error err;

    if (request->origin == ORIGIN_FOREIGN)
        error_set(&err, ERR_INPUT, "webhook: a page of another site may not ask for one");
    else if (hook_hosts_admit(hooks_hosts(request->server->hooks), host, &err) == 0)
        return true;
    else
        error_where(&err, "webhook.url: ");
    answer_problem(request, 403, "", err.text);
    return false;
}

static bool job_hook_read_url(struct request *request, const json_t *url, struct job_hook *hook)
{
    const char *text = json_string_value(url);
    struct error err;

    if (!text)
        return job_hook_refuse(request, "webhook: must be an object with a URL, as in {\"url\": "
                                        "\"https://hooks.example.org/\"}");
    if (hook_url_read(text, hook->host, &err) < 0) {
        error_where(&err, "webhook.url: ");
        return job_hook_refuse(request, err.text);
    }
    hook->url = text;
    return job_hook_may_go(request, hook->host);
}

/* --- all of it --- */

static bool job_hook_check_members(struct request *request, json_t *webhook)
{
    const char *name;
    json_t *value;

    json_object_foreach(webhook, name, value)
    {
        struct error err;

        if (strcmp(name, "url") == 0 || strcmp(name, "events") == 0)
            continue;
        error_set(
            &err, ERR_INPUT, "webhook: unknown member \"%.64s\": url and events are known", name);
        return job_hook_refuse(request, err.text);
    }
    return true;
}

bool job_hook_read(struct request *request, json_t *body, struct job_hook *ret_hook)
{
    json_t *webhook = json_object_get(body, "webhook");

    *ret_hook = (struct job_hook){0};
    return !webhook ||
           (job_hook_check_members(request, webhook) &&
               job_hook_read_url(request, json_object_get(webhook, "url"), ret_hook) &&
               job_hook_read_events(request, json_object_get(webhook, "events"), ret_hook));
}

void job_hook_clear(struct job_hook *hook)
{
    free(hook->events);
    *hook = (struct job_hook){0};
}

/* --- add --- */

bool job_hook_add(
    struct request *request, const char *job_id, const struct job_hook *hook, const char *metadata)
{
    struct hook_request wanted = {.job_id = job_id,
        .url = hook->url,
        .host = hook->host,
        .events = hook->events,
        .metadata = metadata ? metadata : "",
        .most = HOOKS_MAX};
    struct error err;
    int rc = store_hook_add(*request->store, &wanted, &err);

    if (rc == STORE_E_NOT_FOUND)
        error_set(&err, ERR_BUSY, "the job was forgotten just now: ask again");
    if (rc == STORE_E_FULL)
        answer_problem(request, 409, "", "webhook: the job has 16 others, and no more are kept");
    else if (rc != 0)
        answer_error_as(request, answer_status(&err), &err);
    else
        hooks_poke(request->server->hooks);
    return rc == 0;
}
