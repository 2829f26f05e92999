/* s3_settings.c - see s3_settings.h. */
#include "s3/s3_settings.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "s3/s3.h"

static const char scheme[] = "s3://";

enum { SCHEME_LEN = sizeof scheme - 1, PREFIX_MAX = 200 };

bool s3_is_address(const char *text)
{
    return strncmp(text, scheme, SCHEME_LEN) == 0;
}

/* --- addresses --- */

/* Of these characters a URL is made without an escape, which the signature would have to repeat. */
static bool s3_is_plain(char c)
{
    return isalnum((unsigned char)c) || (c && strchr("._-", c));
}

static bool s3_is_bucket(const char *text, size_t len)
{
    if (len < 3 || len > S3_BUCKET_MAX || !isalnum((unsigned char)text[0]))
        return false;
    for (size_t i = 0; i < len; i++)
        if (!islower((unsigned char)text[i]) && !isdigit((unsigned char)text[i]) &&
            text[i] != '.' && text[i] != '-')
            return false;
    return true;
}

/* Parts between single slashes, none of them "." or "..". */
static bool s3_is_prefix(const char *text)
{
    if (strlen(text) > PREFIX_MAX)
        return false;
    for (;;) {
        size_t len = 0;

        while (s3_is_plain(text[len]))
            len++;
        if (len == 0 || strspn(text, ".") == len || (text[len] && text[len] != '/'))
            return false;
        if (!text[len])
            return true;
        text += len + 1;
    }
}

int s3_address_check(const char *address, struct error *err)
{
    const char *bucket = address + SCHEME_LEN;
    size_t len = strcspn(bucket, "/");

    if (!s3_is_bucket(bucket, len) || (bucket[len] && !s3_is_prefix(bucket + len + 1)))
        return error_set(err, ERR_INPUT,
            "%s: must be s3://BUCKET or s3://BUCKET/PREFIX: a bucket's name has 3 to 63 of a-z, "
            "0-9, . and -; a prefix has letters, digits and ._- between single slashes",
            address);
    return 0;
}

void s3_address_bucket(const char *address, char ret_bucket[static S3_BUCKET_MAX + 1])
{
    const char *bucket = address + SCHEME_LEN;
    size_t len = strcspn(bucket, "/");

    memcpy(ret_bucket, bucket, len);
    ret_bucket[len] = '\0';
}

/* --- the endpoint --- */

static size_t s3_scheme_len(const char *endpoint)
{
    return strncmp(endpoint, "https://", 8) == 0 ? 8 : strncmp(endpoint, "http://", 7) == 0 ? 7 : 0;
}

int s3_endpoint_check(const char *endpoint, struct error *err)
{
    size_t at = s3_scheme_len(endpoint);
    bool is_good = at && endpoint[at];

    /* The text could hold a password, and is not repeated. */
    if (strchr(endpoint, '@'))
        return error_set(err, ERR_INPUT,
            "CASECAST_S3_ENDPOINT: must hold no user and no password; they belong into the file "
            "that CASECAST_S3_CREDENTIALS names");
    for (; is_good && endpoint[at]; at++)
        is_good = s3_is_plain(endpoint[at]) || strchr(":[]", endpoint[at]);
    if (!is_good)
        return error_set(err, ERR_INPUT,
            "CASECAST_S3_ENDPOINT=%s: must be https://HOST or http://HOST:PORT, with nothing after "
            "it",
            endpoint);
    return 0;
}

int s3_region_check(const char *region, struct error *err)
{
    for (const char *at = region; *at; at++)
        if (!s3_is_plain(*at))
            return error_set(err, ERR_INPUT,
                "CASECAST_S3_REGION=%s: must be the name of a region, as us-east-1", region);
    return 0;
}

char *s3_url(const char *endpoint, bool is_host_style, const char *address, const char *name)
{
    const char *place = address + SCHEME_LEN, *prefix = strchr(place, '/');
    int scheme_len = (int)s3_scheme_len(endpoint);
    int bucket_len = (int)(prefix ? prefix - place : (long)strlen(place));

    if (is_host_style)
        return mem_format("%.*s%.*s.%s%s/%s", scheme_len, endpoint, bucket_len, place,
            endpoint + scheme_len, prefix ? prefix : "", name);
    return mem_format("%s/%s/%s", endpoint, place, name);
}
