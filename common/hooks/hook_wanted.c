/* hook_wanted.c - see hook_wanted.h. */
#include "hooks/hook_wanted.h"

#include "base/mem.h"

static int hook_wanted_url(const struct config *config, const char *url,
    char ret_host[static HOOK_HOST_MAX + 1], struct error *err)
{
    struct hook_hosts *hosts = NULL;
    int rc = hook_url_read(url, ret_host, err);

    if (rc == 0 && (rc = hook_hosts_new(config->webhook_hosts, &hosts, err)) < 0)
        return error_where(err, "CASECAST_WEBHOOK_HOSTS: ");
    if (rc == 0)
        rc = hook_hosts_admit(hosts, ret_host, err);
    hook_hosts_free(hosts);
    return rc;
}

static int hook_wanted_events(const char *words, char **ret_events, struct error *err)
{
    if (words)
        return hook_events_parse(words, ret_events, err);
    *ret_events = mem_copy(HOOK_EVENTS_END);
    return 0;
}

int hook_wanted_read(const struct config *config, const struct hook_wanted *wanted,
    char ret_host[static HOOK_HOST_MAX + 1], char **ret_events, struct error *err)
{
    int rc = hook_wanted_url(config, wanted->url, ret_host, err);

    if (rc < 0)
        return error_where(err, "%s: line %d: Webhook: ", wanted->path, wanted->url_line);
    rc = hook_wanted_events(wanted->events, ret_events, err);
    if (rc < 0)
        error_where(err, "%s: line %d: WebhookEvents=%.80s: ", wanted->path, wanted->events_line,
            wanted->events);
    return rc;
}
