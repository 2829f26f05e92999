/* hook_keys.h - the keys that sign hooks, and their signatures, by the specification "Standard
 * Webhooks" 1.0.0 (https://www.standardwebhooks.com).  Any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    HOOK_KEYS_MAX = 2, /* the new one, and the old one while it changes */
    HOOK_KEY_LEAST = 24,
    HOOK_KEY_MAX = 64, /* bytes of a key */
};

struct hook_keys {
    int n;
    struct {
        unsigned char bytes[HOOK_KEY_MAX];
        size_t len;
    } at[HOOK_KEYS_MAX];
};

/* One or two keys, each a line: base64, with "whsec_" in front or without.  Empty lines, and lines
 * that begin with #, are passed over.  -ERR_INPUT names the line, and no key. */
int hook_keys_parse(const char *text, struct hook_keys *ret_keys, struct error *err);

/* Reads CASECAST_WEBHOOK_KEYS, a file that only its owner may read.  The caller wipes the keys. */
int hook_keys_read(const char *path, struct hook_keys *ret_keys, struct error *err);

/* The header webhook-signature: "v1,BASE64" for each key, in the order of the file, with a space
 * between two.  The caller frees it. */
char *hook_keys_sign(const struct hook_keys *keys, const char *id, int64_t timestamp_s,
    const char *body, size_t len);
