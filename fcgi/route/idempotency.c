/* idempotency.c - see idempotency.h. */
#include "route/idempotency.h"

#include <stdlib.h>
#include <string.h>

#include "request/server.h"

enum { IDEMPOTENCY_KEY_MAX = 255 };

/* The draft wants the key in quotation marks; most clients send it without. */
static const char *idempotency_key(const char *header, size_t *ret_len)
{
    size_t len = strlen(header);
    bool is_quoted = len >= 2 && header[0] == '"' && header[len - 1] == '"';

    *ret_len = is_quoted ? len - 2 : len;
    return header + is_quoted;
}

static bool idempotency_is_key(const char *key, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (key[i] < '!' || key[i] > '~' || key[i] == '"')
            return false;
    return len >= 1 && len <= IDEMPOTENCY_KEY_MAX;
}

/* Another client may use the same key for something else. */
static void idempotency_name(const struct request *request, const char *key, size_t len,
    char ret_hex[static DIGEST_HEX_LEN + 1])
{
    char client[REQUEST_CLIENT_MAX];
    struct digest digest;

    request_client(request, client);
    digest_start(&digest);
    digest_add_text(&digest, client);
    digest_add(&digest, key, len);
    digest_hex(&digest, ret_hex);
}

static void idempotency_body(const json_t *body, char ret_hex[static DIGEST_HEX_LEN + 1])
{
    char *text = json_dumps(body, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
    struct digest digest;

    digest_start(&digest);
    digest_add_text(&digest, text);
    digest_hex(&digest, ret_hex);
    free(text);
}

int idempotency_read(const struct request *request, const json_t *body,
    struct idempotency *ret_idempotency, struct error *err)
{
    const char *header = request_param(request, "HTTP_IDEMPOTENCY_KEY"), *key;
    size_t len;

    ret_idempotency->name[0] = '\0';
    if (!*header)
        return 0;
    key = idempotency_key(header, &len);
    if (!idempotency_is_key(key, len))
        return error_set(err, ERR_INPUT,
            "Idempotency-Key: %.40s: must be 1 to %d characters of ASCII without spaces or "
            "quotation marks, which may stand around them",
            header, IDEMPOTENCY_KEY_MAX);
    idempotency_name(request, key, len, ret_idempotency->name);
    idempotency_body(body, ret_idempotency->body);
    return 0;
}
