/* arguments.h - the arguments of a request: name=value&…, percent-decoded.  Any thread. */
#pragma once

#include <stddef.h>

#include "base/error.h"

enum { ARGUMENTS_MAX = 32 /* arguments */, ARGUMENTS_BYTES_MAX = 65536 };

struct argument {
    const char *name,
        *value; /* NUL-terminated, but a value may hold a NUL of its own: mind value_len */
    size_t value_len;
};

struct arguments {
    char *text;
    int n;
    struct argument at[ARGUMENTS_MAX];
};

/* `raw` as it stands behind the question mark (NULL or "": no arguments).  A plus is a space, as
 * forms send it.  -ERR_INPUT: too many arguments or bytes.  Free it whatever the answer. */
int arguments_parse(const char *raw, struct arguments *ret_arguments, struct error *err);
void arguments_free(struct arguments *arguments);

/* The first of that name, or NULL. */
const struct argument *arguments_find(const struct arguments *arguments, const char *name);

/* The whole number that `name` holds, `normally` where it is not given.  -ERR_INPUT names it, its
 * value and the range. */
int arguments_number(const struct arguments *arguments, const char *name, long long lo,
    long long hi, long long normally, long long *ret_number, struct error *err);
