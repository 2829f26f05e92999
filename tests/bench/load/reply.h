/* reply.h - parses an HTTP/1.1 response (chunked, or until the connection ends) that is an event
 * stream.  It takes bytes as they arrive, keeps one line, and allocates nothing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reply_watch {
    void (*opened)(void *ctx); /* status 200 and text/event-stream */
    /* A line `data: Message N: … t=NS`; `sent_ns` is CLOCK_MONOTONIC of the sender. */
    void (*message)(void *ctx, long number, int64_t sent_ns);
    void (*finished)(void *ctx); /* the line `data: finished` */
};

struct reply {
    enum reply_state {
        REPLY_STATUS,
        REPLY_HEADERS,
        REPLY_CHUNK_SIZE,
        REPLY_CHUNK,
        REPLY_CHUNK_END,
        REPLY_LAST_CHUNK_END,
        REPLY_UNTIL_CLOSED,
        REPLY_WHOLE, /* the connection is free for another request */
        REPLY_BAD    /* see `status`, or the chunks are invalid */
    } state;
    int status;
    bool is_chunked, is_event_stream, is_too_long;
    uint8_t len;    /* of line */
    size_t left;    /* of the chunk */
    char line[160]; /* the first bytes of the current line */
};

/* Returns its new state.  Bytes after a whole response are not read: none are expected. */
enum reply_state reply_feed(
    struct reply *reply, const char *bytes, size_t len, const struct reply_watch *watch, void *ctx);
