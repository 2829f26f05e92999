/* hook_hosts.c - see hook_hosts.h. */
#include "hooks/hook_hosts.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define GAPS ", \t\n"

struct entry {
    const char *name; /* NULL: it is a net */
    size_t len;
    struct hook_net net;
};

struct hook_hosts {
    struct entry *entries;
    size_t n;
};

/* Letters, digits, hyphens and single dots, in front "*." or nothing. */
static bool hook_hosts_is_name(const char *text, size_t len)
{
    size_t i = len > 2 && strncmp(text, "*.", 2) == 0 ? 2 : 0;

    if (len > HOOK_HOST_MAX || text[i] == '.' || text[len - 1] == '.')
        return false;
    for (; i < len; i++)
        if (!isalnum((unsigned char)text[i]) && text[i] != '-' && text[i] != '_' &&
            (text[i] != '.' || text[i + 1] == '.'))
            return false;
    return true;
}

static int hook_hosts_add(struct hook_hosts *hosts, const char *text, size_t len, struct error *err)
{
    struct entry entry = {.len = len};

    if (!hook_net_parse(text, len, &entry.net)) {
        if (!hook_hosts_is_name(text, len))
            return error_set(err, ERR_INPUT,
                "%.*s: must be the name of a host, *.DOMAIN, an address or a net, as in "
                "\"hooks.example.org *.example.net 10.1.0.0/16\"",
                (int)(len < 100 ? len : 100), text);
        entry.name = text;
    }
    hosts->entries = mem_grow(hosts->entries, hosts->n + 1, sizeof *hosts->entries);
    hosts->entries[hosts->n++] = entry;
    return 0;
}

int hook_hosts_new(const char *text, struct hook_hosts **ret_hosts, struct error *err)
{
    struct hook_hosts *hosts = mem_new(struct hook_hosts);
    int rc = 0;

    for (text += strspn(text, GAPS); rc == 0 && *text; text += strspn(text, GAPS)) {
        size_t len = strcspn(text, GAPS);

        rc = hook_hosts_add(hosts, text, len, err);
        text += len;
    }
    if (rc == 0)
        *ret_hosts = hosts;
    else
        hook_hosts_free(hosts);
    return rc;
}

void hook_hosts_free(struct hook_hosts *hosts)
{
    if (!hosts)
        return;
    free(hosts->entries);
    free(hosts);
}

bool hook_hosts_any(const struct hook_hosts *hosts)
{
    return hosts->n > 0;
}

static bool entry_names(const struct entry *entry, const char *host)
{
    size_t len = strlen(host);

    if (!entry->name)
        return false;
    if (*entry->name != '*')
        return entry->len == len && strncasecmp(entry->name, host, len) == 0;
    return len > entry->len - 1 &&
           strncasecmp(entry->name + 1, host + len - (entry->len - 1), entry->len - 1) == 0;
}

static bool hook_hosts_hold_bytes(
    const struct hook_hosts *hosts, const unsigned char address[HOOK_ADDRESS_LEN])
{
    for (size_t i = 0; i < hosts->n; i++)
        if (!hosts->entries[i].name && hook_net_holds(&hosts->entries[i].net, address))
            return true;
    return false;
}

bool hook_hosts_hold(const struct hook_hosts *hosts, const char *host)
{
    struct hook_net literal;

    if (hook_net_parse(host, strlen(host), &literal))
        return literal.bits == 128 && hook_hosts_hold_bytes(hosts, literal.at);
    for (size_t i = 0; i < hosts->n; i++)
        if (entry_names(&hosts->entries[i], host))
            return true;
    return false;
}

int hook_hosts_admit(const struct hook_hosts *hosts, const char *host, struct error *err)
{
    if (!hook_hosts_any(hosts))
        return error_set(err, ERR_INPUT,
            "this server sends no webhooks; CASECAST_WEBHOOK_HOSTS names the hosts that they may "
            "go to");
    if (!hook_hosts_hold(hosts, host))
        return error_set(err, ERR_INPUT, "CASECAST_WEBHOOK_HOSTS does not name the host %s", host);
    return 0;
}

bool hook_hosts_hold_address(const struct hook_hosts *hosts, const struct sockaddr *address)
{
    unsigned char bytes[HOOK_ADDRESS_LEN];

    return hook_address_of(address, bytes) &&
           (hook_address_is_public(bytes) || hook_hosts_hold_bytes(hosts, bytes));
}
