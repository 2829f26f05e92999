#include "sse/sse.h"

#include <assert.h>
#include <string.h>

#include "base/text.h"

static void sse_field(struct buf *out, const char *name, const char *value)
{
    assert(!strpbrk(value, "\r\n"));
    buf_add_text(out, name);
    buf_add_text(out, value);
    buf_add(out, "\n", 1);
}

/* Append one line of data; a NUL or a byte that is not UTF-8 becomes U+FFFD. */
static void sse_add_line(struct buf *out, const char *line, size_t len)
{
    static const char replacement[] = "\xEF\xBF\xBD"; /* U+FFFD */
    size_t good = 0;                                  /* start of what is not yet appended */

    for (size_t i = 0; i < len;) {
        unsigned char c = (unsigned char)line[i];
        size_t n = c && c < 0x80 ? 1 : c ? text_utf8_at(line + i, len - i) : 0;

        if (n == 0) {
            buf_add(out, line + good, i - good);
            buf_add_text(out, replacement);
            good = i + 1;
        }
        i += n ? n : 1;
    }
    buf_add(out, line + good, len - good);
}

void sse_event(struct buf *out, const char *id, const char *name, const char *data, size_t data_len)
{
    size_t start = 0;

    if (id)
        sse_field(out, "id: ", id);
    if (name)
        sse_field(out, "event: ", name);
    for (;;) {
        size_t end = start;

        while (end < data_len && data[end] != '\n' && data[end] != '\r')
            end++;
        buf_add_text(out, "data: ");
        sse_add_line(out, data + start, end - start);
        buf_add(out, "\n", 1);
        if (end == data_len)
            break;
        start = end + 1;
        if (data[end] == '\r' && start < data_len && data[start] == '\n')
            start++;
    }
    buf_add(out, "\n", 1);
}

void sse_comment(struct buf *out, const char *text)
{
    sse_field(out, ": ", text);
    buf_add(out, "\n", 1);
}

void sse_retry(struct buf *out, int retry_ms)
{
    buf_format(out, "retry: %d\n\n", retry_ms);
}
