/* hook_url.h - the URL that a hook goes to.  Any thread. */
#pragma once

#include "hooks/hook_hosts.h"

enum { HOOK_URL_MAX = 1000 /* bytes */ };

/* Is it a URL that hooks can go to: http or https, no user name, no fragment, at most HOOK_URL_MAX
 * printable ASCII characters?  `ret_host`: in lower case; an address of IPv6 without brackets.  It
 * is read by the library that sends the hook, so that both mean the same host.  -ERR_INPUT quotes
 * nothing of it: it may hold a password. */
int hook_url_read(const char *url, char ret_host[static HOOK_HOST_MAX + 1], struct error *err);
