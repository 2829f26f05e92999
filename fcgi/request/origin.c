#include "request/origin.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

const char origin_preflight[] =
    "Access-Control-Allow-Methods: GET, HEAD, POST\r\n"
    "Access-Control-Allow-Headers: Accept, Cache-Control, Content-Type, Last-Event-ID, "
    "X-Client-Secret\r\n"
    "Access-Control-Max-Age: 600\r\n";

static bool takes_all(const struct config *config)
{
    return strcmp(config->origins, "*") == 0;
}

static bool is_named(const struct config *config, const char *origin)
{
    size_t len = strlen(origin);

    if (len == 0)
        return false;
    if (takes_all(config))
        return true;
    for (const char *at = config->origins; *at;) {
        size_t n = strcspn(at, CONFIG_ORIGIN_GAPS);

        if (n == len && strncasecmp(at, origin, n) == 0)
            return true;
        at += n;
        at += strspn(at, CONFIG_ORIGIN_GAPS);
    }
    return false;
}

/* "http://HOST" or "https://HOST", as the request's own Host. */
static bool is_at(const char *origin, const char *host)
{
    const char *slashes = strstr(origin, "://");

    return slashes && strncasecmp(origin, "http", 4) == 0 && *host &&
           strcasecmp(slashes + 3, host) == 0;
}

static enum origin of_place(const struct config *config, const char *origin, const char *host)
{
    if (is_named(config, origin))
        return ORIGIN_NAMED;
    return is_at(origin, host) ? ORIGIN_OURS : ORIGIN_FOREIGN;
}

/* Sec-Fetch-Site is what a browser knows best, since 2023 all send it to a site with TLS and to
 * localhost; before that, and elsewhere, there are Origin and Referer. "same-site" is a neighbour's
 * page, on another port or subdomain, and no more ours than any. */
enum origin origin_of(const struct config *config, const struct origin_signs *signs)
{
    if (*signs->origin && is_named(config, signs->origin))
        return ORIGIN_NAMED;
    if (*signs->fetch_site) {
        bool is_ours =
            strcmp(signs->fetch_site, "same-origin") == 0 || strcmp(signs->fetch_site, "none") == 0;

        return is_ours ? ORIGIN_OURS : ORIGIN_FOREIGN;
    }
    if (*signs->origin)
        return of_place(config, signs->origin, signs->host);
    if (*signs->referer)
        return of_place(config, signs->referer, signs->host);
    return ORIGIN_OURS;
}

/* No Allow-Credentials: nothing here asks for a cookie that another site's page could bring. */
void origin_headers(struct buf *out, const struct config *config, const struct origin_signs *signs)
{
    if (!*config->origins)
        return;
    if (!takes_all(config))
        buf_add_text(out, "Vary: Origin\r\n");
    if (takes_all(config) || is_named(config, signs->origin))
        buf_format(out,
            "Access-Control-Allow-Origin: %s\r\n"
            "Access-Control-Expose-Headers: Retry-After\r\n",
            takes_all(config) ? "*" : signs->origin);
}
