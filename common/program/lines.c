/* lines.c - see lines.h. */
#include "program/lines.h"

#include <string.h>

#include "base/text.h"

static size_t lines_without_cr(const char *line, size_t len)
{
    return len && line[len - 1] == '\r' ? len - 1 : len;
}

/* What has no end yet. */
static int lines_keep(struct lines *lines, const char *data, size_t len,
    int (*take)(void *ctx, const char *line, size_t len), void *ctx)
{
    int rc = 0;

    buf_add(&lines->rest, data, len);
    if (lines->rest.len <= lines->most)
        return 0;
    if (!lines->cuts)
        return LINES_E_LONG;
    for (size_t at = 0; rc == 0 && at < lines->rest.len; at += lines->most) {
        size_t left = lines->rest.len - at;

        rc = take(ctx, lines->rest.data + at, left < lines->most ? left : lines->most);
    }
    lines->rest.len = 0;
    return rc;
}

static int lines_take(struct lines *lines, const char *data, size_t len,
    int (*take)(void *ctx, const char *line, size_t len), void *ctx)
{
    int rc;

    if (lines->rest.len == 0 && len <= lines->most)
        return take(ctx, data, lines_without_cr(data, len));
    rc = lines_keep(lines, data, len, take, ctx);
    return rc == 0 ? lines_end(lines, take, ctx) : rc;
}

int lines_add(struct lines *lines, const char *data, size_t len,
    int (*take)(void *ctx, const char *line, size_t len), void *ctx)
{
    const char *end = data + len, *lf;
    int rc = 0;

    while (rc == 0 && (lf = memchr(data, '\n', (size_t)(end - data)))) {
        rc = lines_take(lines, data, (size_t)(lf - data), take, ctx);
        data = lf + 1;
    }
    return rc == 0 && data < end ? lines_keep(lines, data, (size_t)(end - data), take, ctx) : rc;
}

int lines_end(struct lines *lines, int (*take)(void *ctx, const char *line, size_t len), void *ctx)
{
    size_t len = lines->rest.len;

    lines->rest.len = 0;
    return len ? take(ctx, lines->rest.data, lines_without_cr(lines->rest.data, len)) : 0;
}

void lines_clear(struct lines *lines)
{
    buf_free(&lines->rest);
}

char *lines_text(const char *line, size_t len, size_t *ret_n_wrong)
{
    struct buf text = {0};

    *ret_n_wrong = 0;
    buf_add_text(&text, "");
    for (size_t at = 0; at < len;) {
        size_t n = line[at] ? text_utf8_at(line + at, len - at) : 0;

        if (n)
            buf_add(&text, line + at, n);
        else
            buf_add_text(&text, "\xEF\xBF\xBD");
        *ret_n_wrong += n == 0;
        at += n ? n : 1;
    }
    return text.data;
}
