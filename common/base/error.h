/* error.h - why something could not be done, in words for the person who can mend it.
 *
 * A function that can fail returns 0 when it is done, a negative `-ERR_…` when it can't go on (pass
 * it up), or a positive answer named by its own header (STORE_E_NOT_FOUND) that the caller is
 * expected to handle. The message is written where the error is born, with the value that was
 * wrong. */
#pragma once

enum err_code {
    ERR_INPUT = 1, /* what we were given is wrong: the message says what would be right */
    ERR_IO,        /* a file, a disk, a socket */
    ERR_LIMIT,     /* a named limit is reached */
    ERR_BUSY,      /* try again later: the database is locked, every place is taken */
    ERR_CANCELED,  /* somebody asked us to stop */
    ERR_LIBRARY,   /* a library we stand on refused, and input was not the reason */
};

struct error {
    enum err_code code;
    /* What a stranger is told in its place, a constant; NULL: `text` itself.  Whoever writes a
     * path, a host or a library's own words into a text says here what may be heard of it. */
    const char *told;
    char text[600]; /* one line, valid UTF-8, never a secret */
};

/* Fill `err` (may be NULL) and return -code, so that `return error_set(…)` reads as one step. */
int error_set(struct error *err, enum err_code code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* What a client may read: never a path, a host or SQL. */
const char *error_told(const struct error *err);

/* Say where it happened: puts the text in front of the message that is there.  Returns -err->code.
 */
int error_where(struct error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
