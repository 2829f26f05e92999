/* job_hooks.c - see job_hooks.h. */
#include "route/job_hooks.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/text.h"
#include "hooks/hooks.h"
#include "request/answer.h"
#include "request/server.h"
#include "store/hooks.h"

enum {
    EVENTS_MAX = 16,
    EVENT_NAME_MAX = 64,
    HOOKS_MAX = 16, /* of a job */
};

static bool job_hook_refuse(struct request *request, const char *detail)
{
    answer_problem(request, 400, "", detail);
    return false;
}

/* --- events --- */

static bool job_hook_refuse_events(struct request *request)
{
    return job_hook_refuse(request,
        "webhook.events: must be \"all\" or 1 to 16 names of events, as in [\"end\"]; messages "
        "without a name are called \"message\"");
}

static int job_hook_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In one order, each once: the same events in another order are the same hook. */
static char *job_hook_join(const char **names, size_t n)
{
    struct buf joined = {0};

    qsort(names, n, sizeof *names, job_hook_compare);
    buf_add_text(&joined, ",");
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(names[i], names[i - 1]) != 0)
            buf_format(&joined, "%s,", names[i]);
    return joined.data;
}

static bool job_hook_read_names(
    struct request *request, const json_t *events, struct job_hook *hook)
{
    const char *names[EVENTS_MAX];
    size_t n = json_array_size(events);

    if (n == 0 || n > EVENTS_MAX)
        return job_hook_refuse_events(request);
    for (size_t i = 0; i < n; i++) {
        names[i] = json_string_value(json_array_get(events, i));
        if (!names[i] || !text_is_name(names[i]) || strlen(names[i]) > EVENT_NAME_MAX)
            return job_hook_refuse_events(request);
        if (strcmp(names[i], "progress") == 0)
            return job_hook_refuse(request,
                "webhook.events: \"progress\" is not delivered, as such an event may be lost; "
                "durable events are");
    }
    hook->events = job_hook_join(names, n);
    return true;
}

static bool job_hook_read_events(
    struct request *request, const json_t *events, struct job_hook *hook)
{
    const char *word = json_string_value(events);

    if (events && !word)
        return job_hook_read_names(request, events, hook);
    if (word && strcmp(word, "all") != 0)
        return job_hook_refuse_events(request);
    hook->events = mem_copy(word ? "" : ",end,");
    return true;
}

/* --- where to --- */

static bool job_hook_may_go(struct request *request, const char *host)
{
    const struct hook_hosts *hosts = hooks_hosts(request->server->hooks);
    struct error err;

    if (request->origin == ORIGIN_FOREIGN)
        error_set(&err, ERR_INPUT, "webhook: a page of another site may not ask for one");
    else if (!hook_hosts_any(hosts))
        error_set(&err, ERR_INPUT,
            "webhook: this server sends none; CASECAST_WEBHOOK_HOSTS names the hosts that "
            "webhooks may go to");
    else if (!hook_hosts_hold(hosts, host))
        error_set(
            &err, ERR_INPUT, "webhook.url: CASECAST_WEBHOOK_HOSTS does not name the host %s", host);
    else
        return true;
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
