/* sse.h - writes the event-stream format (WHATWG HTML, "Server-sent events").  Any thread; the
 * functions append to the caller's buffer.
 *
 * One call gives exactly one event, whatever the data holds: CR, LF and CRLF end a line of data, as
 * the format can't carry them within a line; a NUL and every byte that is not UTF-8 becomes U+FFFD.
 *
 * Room: the event-stream format.
 * May use: base.
 * Used by: fcgi/request, fcgi/route, fcgi/stream, hub/kind. */
#pragma once

#include <stddef.h>

#include "base/buf.h"

/* An event with `data_len` bytes of data.  `id` and `name` may be NULL (no such field) and hold no
 * line break. */
void sse_event(
    struct buf *out, const char *id, const char *name, const char *data, size_t data_len);

/* A comment, which clients ignore.  `text` holds no line break. */
void sse_comment(struct buf *out, const char *text);

/* How long a client waits before it connects again. */
void sse_retry(struct buf *out, int retry_ms);
