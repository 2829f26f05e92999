/* sse.h - the event-stream format (WHATWG HTML, "Server-sent events").  Appends to a buffer; any
 * thread.
 *
 * Whatever the data holds, one call gives exactly one event: a CR, LF or CRLF ends a line of data,
 * as the format has no other way to carry it; a NUL and every byte that is not UTF-8 becomes
 * U+FFFD. */
#pragma once

#include <stddef.h>

#include "base/buf.h"

/* `id` and `name` may be NULL (no such field); they hold no line break and no NUL, which is ours to
 * keep. */
void sse_event(
    struct buf *out, const char *id, const char *name, const char *data, size_t data_len);

/* A line that no client hands to its page.  `text` holds no line break. */
void sse_comment(struct buf *out, const char *text);

/* How long a client waits before it connects again. */
void sse_retry(struct buf *out, int retry_ms);
