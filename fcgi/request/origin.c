/* origin.c - see origin.h. */
#include "request/origin.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

const char origin_preflight[] =
    "Access-Control-Allow-Methods: GET, HEAD, POST, PUT, DELETE\r\n"
    "Access-Control-Allow-Headers: Accept, Authorization, Cache-Control, Content-Range, Content-Type, "
    "Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Traceparent, X-Client-Secret\r\n"
    "Access-Control-Max-Age: 600\r\n";

static bool origin_takes_all(const struct config *config)
{
    return strcmp(config->origins, "*") == 0;
}

static bool origin_is_named(const struct config *config, const char *origin)
{
    size_t len = strlen(origin);

    if (len == 0)
        return false;
    if (origin_takes_all(config))
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
static bool origin_is_at(const char *origin, const char *host)
{
    const char *slashes = strstr(origin, "://");

    return slashes && strncasecmp(origin, "http", 4) == 0 && *host &&
           strcasecmp(slashes + 3, host) == 0;
}

static enum origin origin_of_page(const struct config *config, const char *origin, const char *host)
{
    if (origin_is_named(config, origin))
        return ORIGIN_NAMED;
    return origin_is_at(origin, host) ? ORIGIN_OURS : ORIGIN_FOREIGN;
}

/* Sec-Fetch-Site is the best sign; since 2023 all browsers send it to a site with TLS and to
 * localhost. Older browsers, and all over plain HTTP, send Origin and Referer.  "same-site" is a
 * page on another port or subdomain: it is as foreign as any. */
enum origin origin_of(const struct config *config, const struct origin_signs *signs)
{
    if (*signs->origin && origin_is_named(config, signs->origin))
        return ORIGIN_NAMED;
    if (*signs->fetch_site) {
        bool is_ours =
            strcmp(signs->fetch_site, "same-origin") == 0 || strcmp(signs->fetch_site, "none") == 0;

        return is_ours ? ORIGIN_OURS : ORIGIN_FOREIGN;
    }
    if (*signs->origin)
        return origin_of_page(config, signs->origin, signs->host);
    if (*signs->referer)
        return origin_of_page(config, signs->referer, signs->host);
    return ORIGIN_OURS;
}

/* No Allow-Credentials: no route needs a cookie from another site's page. */
void origin_headers(struct buf *out, const struct config *config, const struct origin_signs *signs)
{
    if (!*config->origins)
        return;
    if (!origin_takes_all(config))
        buf_add_text(out, "Vary: Origin\r\n");
    if (origin_takes_all(config) || origin_is_named(config, signs->origin))
        buf_format(out,
            "Access-Control-Allow-Origin: %s\r\n"
            "Access-Control-Expose-Headers: ETag, Location, Retry-After, Upload-Offset\r\n",
            origin_takes_all(config) ? "*" : signs->origin);
}
