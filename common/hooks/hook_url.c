/* hook_url.c - see hook_url.h. */
#include "hooks/hook_url.h"

#include <ctype.h>
#include <curl/curl.h>
#include <string.h>

#include "base/mem.h"

static int hook_url_refuse(struct error *err)
{
    return error_set(err, ERR_INPUT,
        "must be a URL as https://HOST/PATH, of at most %d characters, all of them printable "
        "ASCII",
        HOOK_URL_MAX);
}

static bool hook_url_is_printable(const char *url)
{
    while (isgraph((unsigned char)*url))
        url++;
    return *url == '\0';
}

/* The caller frees it with curl_free(); NULL: the URL has no such part. */
static char *hook_url_part(CURLU *parts, CURLUPart part)
{
    char *text = NULL;

    return curl_url_get(parts, part, &text, 0) == CURLUE_OK ? text : NULL;
}

static bool hook_url_has(CURLU *parts, CURLUPart part)
{
    char *text = hook_url_part(parts, part);

    curl_free(text);
    return text;
}

static int hook_url_check_scheme(CURLU *parts, struct error *err)
{
    char *scheme = hook_url_part(parts, CURLUPART_SCHEME);
    bool is_good = scheme && (strcmp(scheme, "https") == 0 || strcmp(scheme, "http") == 0);

    curl_free(scheme);
    return is_good ? 0 : error_set(err, ERR_INPUT, "must begin with https:// or http://");
}

static bool hook_url_is_host(const char *host, size_t len)
{
    size_t i = 0;

    while (i < len && (isalnum((unsigned char)host[i]) || strchr("-._:", host[i])))
        i++;
    return i == len;
}

static int hook_url_copy_host(
    CURLU *parts, char ret_host[static HOOK_HOST_MAX + 1], struct error *err)
{
    char *host = hook_url_part(parts, CURLUPART_HOST);
    size_t len = host ? strlen(host) : 0;
    bool is_ipv6 = len > 2 && *host == '[' && host[len - 1] == ']';
    size_t from = is_ipv6 ? 1 : 0;

    len -= is_ipv6 ? 2 : 0;
    if (len == 0 || len > HOOK_HOST_MAX || !hook_url_is_host(host + from, len) ||
        hook_url_has(parts, CURLUPART_ZONEID)) {
        curl_free(host);
        return error_set(err, ERR_INPUT, "its host must be a name or an address");
    }
    for (size_t i = 0; i < len; i++)
        ret_host[i] = (char)tolower((unsigned char)host[from + i]);
    ret_host[len] = '\0';
    curl_free(host);
    return 0;
}

static int hook_url_check_parts(
    CURLU *parts, char ret_host[static HOOK_HOST_MAX + 1], struct error *err)
{
    int rc = hook_url_check_scheme(parts, err);

    if (rc < 0)
        return rc;
    if (hook_url_has(parts, CURLUPART_FRAGMENT))
        return error_set(err, ERR_INPUT, "must hold no #: servers do not see what stands behind");
    return hook_url_copy_host(parts, ret_host, err);
}

int hook_url_read(const char *url, char ret_host[static HOOK_HOST_MAX + 1], struct error *err)
{
    CURLU *parts;
    CURLUcode code;
    int rc;

    if (!*url || strlen(url) > HOOK_URL_MAX || !hook_url_is_printable(url))
        return hook_url_refuse(err);
    parts = mem_there(curl_url());
    code = curl_url_set(parts, CURLUPART_URL, url, CURLU_DISALLOW_USER);
    if (code == CURLUE_OK)
        rc = hook_url_check_parts(parts, ret_host, err);
    else if (code == CURLUE_USER_NOT_ALLOWED)
        rc = error_set(err, ERR_INPUT, "must hold no user name and no password");
    else if (code == CURLUE_UNSUPPORTED_SCHEME)
        rc = error_set(err, ERR_INPUT, "must begin with https:// or http://");
    else
        rc = hook_url_refuse(err);
    curl_url_cleanup(parts);
    return rc;
}
