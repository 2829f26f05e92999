/* hook_wanted.h - a hook that a file of settings asks for.  Any thread. */
#pragma once

#include "base/config.h"
#include "hooks/hook_events.h"
#include "hooks/hook_url.h"

struct hook_wanted {
    const char *path;         /* of the file */
    const char *url, *events; /* of Webhook; words of WebhookEvents, NULL: the last event */
    int url_line, events_line;
};

/* `ret_host`: as hook_url_read() gives it.  `*ret_events`: as in struct hook_request, the caller
 * frees it.  -ERR_INPUT names file, line and what is wrong: with the URL, with the events, or that
 * CASECAST_WEBHOOK_HOSTS does not name the host.  It quotes at most the host, as a URL may hold a
 * token. */
int hook_wanted_read(const struct config *config, const struct hook_wanted *wanted,
    char ret_host[static HOOK_HOST_MAX + 1], char **ret_events, struct error *err);
