/* buf.h - a buffer of bytes that grows at its end.  `struct buf b = {0}` is an empty one.  A buffer
 * belongs to one thread at a time. */
#pragma once

#include <stddef.h>

struct buf {
    char *data; /* followed by a NUL, which `len` does not count; NULL until something is added */
    size_t len, cap; /* bytes */
};

/* Append `len` bytes, a text, or a formatted text (as printf() does).  They end the process if
 * there is no memory: see mem.h. */
void buf_add(struct buf *buf, const void *data, size_t len);
void buf_add_text(struct buf *buf, const char *text);
void buf_format(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Free the bytes; the buffer is empty then, and can be used again. */
void buf_free(struct buf *buf);
