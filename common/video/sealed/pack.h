/* pack.h - numbers and texts in a long message (exchange.h), and out of it again.  What a sealed
 * process sends is not trusted: reading never leaves the message, and says at the end whether it
 * was what it should be.  One thread at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

void pack_number(struct buf *buf, int64_t number);
void pack_real(struct buf *buf, double real);
void pack_bytes(struct buf *buf, const void *data, size_t len);
void pack_text(struct buf *buf, const char *text); /* NULL is sent as NULL */

struct unpack {
    const char *at;
    size_t left;
    bool is_bad; /* something was read that is not there, or not what was asked for */
};

struct unpack unpack_of(const struct buf *buf);

/* Within lo…hi; else `is_bad`, and `lo`. */
int64_t unpack_number(struct unpack *unpack, int64_t lo, int64_t hi);
double unpack_real(struct unpack *unpack);
/* Valid as long as the message; NULL: `is_bad`. */
const void *unpack_bytes(struct unpack *unpack, size_t *ret_len);
/* A text with its NUL, well-formed UTF-8, valid as long as the message.  NULL: it was sent as NULL,
 * or `is_bad`. */
const char *unpack_text(struct unpack *unpack);

/* Was all as it should be, and nothing is left? */
bool unpack_is_done(const struct unpack *unpack);
