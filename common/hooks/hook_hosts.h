/* hook_hosts.h - which hosts hooks may go to, as CASECAST_WEBHOOK_HOSTS says.  Any thread.
 *
 * Each entry is the name of a host, "*.example.org" for all names below example.org, or an address
 * or a net as hook_net_parse() reads it.  A name may lead to public addresses, and to others only
 * where their net is named, too: who owns the name decides where it leads.  A URL with an address
 * in place of a name needs an entry that holds this address. */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "hooks/hook_net.h"

enum { HOOK_HOST_MAX = 253 /* bytes: the longest name of DNS */ };

struct hook_hosts;

/* `text`: entries with spaces or commas between them; the caller keeps it.  -ERR_INPUT names the
 * entry that is none. */
int hook_hosts_new(const char *text, struct hook_hosts **ret_hosts, struct error *err);
void hook_hosts_free(struct hook_hosts *hosts); /* takes NULL */

/* Is any host named? */
bool hook_hosts_any(const struct hook_hosts *hosts);
/* `host`: as hook_url_read() gives it. */
bool hook_hosts_hold(const struct hook_hosts *hosts, const char *host);
/* May a hook go there?  -ERR_INPUT says why not. */
int hook_hosts_admit(const struct hook_hosts *hosts, const char *host, struct error *err);
/* Of what a host's name has led to. */
bool hook_hosts_hold_address(const struct hook_hosts *hosts, const struct sockaddr *address);
