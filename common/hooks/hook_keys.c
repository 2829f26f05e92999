/* hook_keys.c - see hook_keys.h. */
#include "hooks/hook_keys.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"

static const char prefix[] = "whsec_";

enum {
    MAC_TEXT_MAX =
        sodium_base64_ENCODED_LEN(crypto_auth_hmacsha256_BYTES, sodium_base64_VARIANT_ORIGINAL)
};

static int hook_keys_add(
    struct hook_keys *keys, const char *line, size_t len, int number, struct error *err)
{
    unsigned char *bytes = keys->at[keys->n].bytes;
    size_t skip = len >= sizeof prefix - 1 && strncmp(line, prefix, sizeof prefix - 1) == 0
                      ? sizeof prefix - 1
                      : 0;

    if (sodium_base642bin(bytes, HOOK_KEY_MAX, line + skip, len - skip, NULL,
            &keys->at[keys->n].len, NULL, sodium_base64_VARIANT_ORIGINAL) != 0 ||
        keys->at[keys->n].len < HOOK_KEY_LEAST)
        return error_set(err, ERR_INPUT,
            "line %d: must be a key of %d to %d bytes as base64, as `echo whsec_$(openssl rand "
            "-base64 32)` makes one",
            number, HOOK_KEY_LEAST, HOOK_KEY_MAX);
    keys->n++;
    return 0;
}

static int hook_keys_parse_line(
    struct hook_keys *keys, const char *line, size_t len, int number, struct error *err)
{
    while (len && strchr(" \t\r", line[len - 1]))
        len--;
    if (len == 0 || *line == '#')
        return 0;
    if (keys->n == HOOK_KEYS_MAX)
        return error_set(err, ERR_INPUT,
            "line %d: holds a third key; two are right, the new one and the old one while it "
            "changes",
            number);
    return hook_keys_add(keys, line, len, number, err);
}

int hook_keys_parse(const char *text, struct hook_keys *ret_keys, struct error *err)
{
    struct hook_keys keys = {0};
    int rc = 0;

    for (int number = 1; rc == 0 && *text; number++) {
        size_t len = strcspn(text, "\n");

        rc = hook_keys_parse_line(&keys, text, len, number, err);
        text += len + (text[len] == '\n');
    }
    if (rc == 0 && keys.n == 0)
        rc = error_set(err, ERR_INPUT,
            "holds no key; a line as `echo whsec_$(openssl rand -base64 32)` makes it would be "
            "right");
    if (rc == 0)
        *ret_keys = keys;
    explicit_bzero(&keys, sizeof keys);
    return rc;
}

int hook_keys_read(const char *path, struct hook_keys *ret_keys, struct error *err)
{
    char text[FILE_SECRET_MAX + 1];
    int rc = file_read_secret(path, text, err);

    if (rc == 0)
        rc = hook_keys_parse(text, ret_keys, err);
    explicit_bzero(text, sizeof text);
    return rc < 0 ? error_where(err, "CASECAST_WEBHOOK_KEYS=%s: ", path) : 0;
}

char *hook_keys_sign(
    const struct hook_keys *keys, const char *id, int64_t timestamp_s, const char *body, size_t len)
{
    unsigned char mac[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    char text[MAC_TEXT_MAX];
    struct buf head = {0}, all = {0};

    buf_format(&head, "%s.%" PRId64 ".", id, timestamp_s);
    for (int i = 0; i < keys->n; i++) {
        crypto_auth_hmacsha256_init(&state, keys->at[i].bytes, keys->at[i].len);
        crypto_auth_hmacsha256_update(&state, (const unsigned char *)head.data, head.len);
        crypto_auth_hmacsha256_update(&state, (const unsigned char *)body, len);
        crypto_auth_hmacsha256_final(&state, mac);
        sodium_bin2base64(text, sizeof text, mac, sizeof mac, sodium_base64_VARIANT_ORIGINAL);
        buf_format(&all, "%sv1,%s", i ? " " : "", text);
    }
    explicit_bzero(&state, sizeof state);
    buf_free(&head);
    return all.data;
}
