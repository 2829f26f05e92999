#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* An event fits: its dozen additions need one allocation. */
enum { BUF_SMALLEST = 240 };

/* Room for `more` bytes and a NUL. */
static void buf_reserve(struct buf *buf, size_t more)
{
    size_t want = buf->len + more + 1;

    if (want <= buf->cap)
        return;
    buf->cap = want < 2 * buf->cap ? 2 * buf->cap : want < BUF_SMALLEST ? BUF_SMALLEST : want;
    buf->data = mem_grow(buf->data, buf->cap, 1);
}

void buf_add(struct buf *buf, const void *data, size_t len)
{
    buf_reserve(buf, len);
    if (len)
        memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void buf_add_text(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_format(struct buf *buf, const char *fmt, ...)
{
    va_list args, again;
    int len;

    va_start(args, fmt);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    if (len > 0) {
        buf_reserve(buf, (size_t)len);
        vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, again);
        buf->len += (size_t)len;
    }
    va_end(again);
    va_end(args);
}

void buf_free(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){0};
}
