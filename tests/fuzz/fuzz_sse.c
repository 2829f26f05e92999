/* fuzz_sse.c - libFuzzer target: any data gives one event of valid UTF-8, and a reader that follows
 * the specification gets as many lines as the data had. */
#include <assert.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "sse/sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* LF, CR and CRLF each end a line. */
static size_t count_lines(const char *data, size_t len)
{
    size_t n = 1;

    for (size_t i = 0; i < len; i++)
        n += data[i] == '\n' || (data[i] == '\r' && (i + 1 == len || data[i + 1] != '\n'));
    return n;
}

/* Assert that the line at `*at` begins with `field`, and move `*at` to its end. */
static void take_line(const struct buf *out, size_t *at, const char *field)
{
    const char *line = out->data + *at, *end = memchr(line, '\n', out->len - *at);

    assert(end && (size_t)(end - line) >= strlen(field));
    assert(memcmp(line, field, strlen(field)) == 0);
    *at = (size_t)(end + 1 - out->data);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct buf out = {0};
    size_t at = 0;

    sse_event(&out, "job:1", "scene", text, size);
    assert(text_is_utf8(out.data, out.len, NULL));
    assert(!memchr(out.data, '\r', out.len) && !memchr(out.data, '\0', out.len));
    take_line(&out, &at, "id: job:1");
    take_line(&out, &at, "event: scene");
    for (size_t n = count_lines(text, size); n; n--)
        take_line(&out, &at, "data: ");
    assert(at + 1 == out.len && out.data[at] == '\n');
    if (text_is_utf8(text, size, NULL) && !memchr(text, '\0', size) && !memchr(text, '\r', size) &&
        !memchr(text, '\n', size))
        assert(memmem(out.data, out.len, text, size));
    buf_free(&out);
    return 0;
}
