/* buf.h - bytes that grow at the end.  `struct buf b = {0}` is an empty one; the owner frees it. */
#pragma once

#include <stddef.h>

struct buf {
    char *data; /* always followed by a NUL that `len` does not count, once anything was added */
    size_t len, cap;
};

void buf_add(struct buf *buf, const void *data, size_t len);
void buf_add_text(struct buf *buf, const char *text);
void buf_format(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void buf_free(struct buf *buf); /* leaves an empty one */
