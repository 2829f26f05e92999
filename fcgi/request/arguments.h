/* arguments.h - the arguments of a request: name=value&…, percent-decoded.  Any thread. */
#pragma once

#include <stddef.h>

#include "base/error.h"

enum {
    ARGUMENTS_MAX = 256 /* arguments: a stream of 100 jobs has two for each */,
    ARGUMENTS_BYTES_MAX = 65536
};

struct argument {
    const char *name, *value; /* in arguments.text; a value may hold a NUL of its own … */
    size_t value_len;         /* … so this is its length in bytes */
};

struct arguments {
    char *text;
    int n;
    struct argument at[ARGUMENTS_MAX];
};

/* `raw` as it stands behind the question mark (NULL or "": no arguments).  A plus is a space, as
 * forms send it.  -ERR_INPUT: too many arguments or bytes.  In every case the caller frees
 * `*ret_arguments`. */
int arguments_parse(const char *raw, struct arguments *ret_arguments, struct error *err);
void arguments_free(struct arguments *arguments);

/* The first argument of that name, valid until arguments_free(); NULL: there is none. */
const struct argument *arguments_find(const struct arguments *arguments, const char *name);

/* The whole number from `lo` to `hi` that `name` holds; `normally` where it is not given.
 * -ERR_INPUT names the argument, its value and the range. */
int arguments_number(const struct arguments *arguments, const char *name, long long lo,
    long long hi, long long normally, long long *ret_number, struct error *err);
