/* lines.h - bytes of a pipe to lines.  Belongs to one thread at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

struct lines {
    size_t most; /* bytes of a line without its end */
    bool cuts;   /* a longer one is taken in pieces; else it ends the reading */
    struct buf rest;
};

enum { LINES_E_LONG = 1 /* a line is longer than `most` */ };

/* Calls `take` for each line that is whole with these bytes, without its end (LF or CRLF), until it
 * returns something else than 0: this is returned, and the rest of the bytes is lost. */
int lines_add(struct lines *lines, const char *data, size_t len,
    int (*take)(void *ctx, const char *line, size_t len), void *ctx);
/* The same for the last line, if it has no end. */
int lines_end(struct lines *lines, int (*take)(void *ctx, const char *line, size_t len), void *ctx);
void lines_clear(struct lines *lines);

/* The line as UTF-8 without NUL, which the caller frees: each wrong byte becomes U+FFFD.
 * `*ret_n_wrong`: how many there were. */
char *lines_text(const char *line, size_t len, size_t *ret_n_wrong);
