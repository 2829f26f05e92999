/* fuzz_hook_url.c - libFuzzer target: any text is a URL of a hook with a host, or an error of one
 * line; and what CASECAST_WEBHOOK_HOSTS may hold holds no host that leads elsewhere.
 *
 * The first line is the setting, the rest the URL. */
#include <assert.h>
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "hooks/hook_url.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(int rc, const struct error *err)
{
    assert(rc == -ERR_INPUT);
    assert(*err->text && !strchr(err->text, '\n'));
    assert(text_is_utf8(err->text, strlen(err->text), NULL));
}

static void check_host(const struct hook_hosts *hosts, const char *host)
{
    struct hook_net net;

    assert(*host && strlen(host) <= HOOK_HOST_MAX);
    for (const char *at = host; *at; at++)
        assert(!isupper((unsigned char)*at) && !strchr("[]@/?#%", *at));
    if (hook_hosts_hold(hosts, host))
        assert(hook_hosts_any(hosts));
    if (hook_net_parse(host, strlen(host), &net))
        assert(net.bits == 128);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *setting = mem_copy_n((const char *)data, size), *url = strchr(setting, '\n');
    char host[HOOK_HOST_MAX + 1];
    struct hook_hosts *hosts = NULL;
    struct error err;
    int rc;

    if (url)
        *url++ = '\0';
    rc = hook_hosts_new(setting, &hosts, &err);
    if (rc < 0)
        check_error(rc, &err);
    rc = hook_url_read(url ? url : "", host, &err);
    if (rc < 0)
        check_error(rc, &err);
    else if (hosts)
        check_host(hosts, host);
    hook_hosts_free(hosts);
    free(setting);
    return 0;
}
