/* s3_keys.h - the keys that sign requests, from a file.  Any thread. */
#pragma once

#include "base/error.h"

enum { S3_KEY_MAX = 512, S3_SECRET_MAX = 512, S3_TOKEN_MAX = 4096 };

struct s3_keys {
    char id[S3_KEY_MAX + 1], secret[S3_SECRET_MAX + 1];
    char token[S3_TOKEN_MAX + 1]; /* of a session; "": none */
};

/* The section [default] of a file as the AWS tools keep it, or its lines before the first section.
 * -ERR_INPUT names the line, and no key. */
int s3_keys_parse(const char *text, struct s3_keys *ret_keys, struct error *err);

/* Reads such a file.  -ERR_INPUT: it can't be read, or others than its owner may read it. */
int s3_keys_read(const char *path, struct s3_keys *ret_keys, struct error *err);
