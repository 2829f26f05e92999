#include "reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- events --- */

/* `data:` may or may not be followed by a space. */
static const char *data_of(const char *line)
{
    if (strncmp(line, "data:", 5) != 0)
        return NULL;
    return line[5] == ' ' ? line + 6 : line + 5;
}

static void read_event_line(const char *line, const struct reply_watch *watch, void *ctx)
{
    const char *data = data_of(line), *stamp;
    long number;

    if (!data)
        return;
    if (strcmp(data, "finished") == 0) {
        watch->finished(ctx);
    } else if (sscanf(data, "Message %ld:", &number) == 1) {
        stamp = strstr(data, " t=");
        watch->message(ctx, number, stamp ? strtoll(stamp + 3, NULL, 10) : 0);
    }
}

/* --- lines --- */

/* Takes bytes up to the end of a line.  Returns true when the whole line is in reply->line. */
static bool take_line(struct reply *reply, const char **at, const char *end)
{
    while (*at < end) {
        char byte = *(*at)++;

        if (byte == '\n') {
            if (reply->len && reply->line[reply->len - 1] == '\r')
                reply->len--;
            reply->line[reply->len] = '\0';
            reply->len = 0;
            return true;
        }
        if (reply->len < sizeof reply->line - 1)
            reply->line[reply->len++] = byte;
        else
            reply->is_too_long = true;
    }
    return false;
}

static void read_events(
    struct reply *reply, const char *at, size_t len, const struct reply_watch *watch, void *ctx)
{
    const char *end = at + len;

    while (take_line(reply, &at, end)) {
        if (!reply->is_too_long)
            read_event_line(reply->line, watch, ctx);
        reply->is_too_long = false;
    }
}

/* --- the head --- */

static void read_header(struct reply *reply)
{
    const char *line = reply->line;

    if (strncasecmp(line, "Transfer-Encoding:", 18) == 0)
        reply->is_chunked = strcasestr(line, "chunked") != NULL;
    else if (strncasecmp(line, "Content-Type:", 13) == 0)
        reply->is_event_stream = strcasestr(line, "text/event-stream") != NULL;
}

static void read_head_line(struct reply *reply, const struct reply_watch *watch, void *ctx)
{
    if (reply->state == REPLY_STATUS) {
        if (sscanf(reply->line, "HTTP/1.%*d %d", &reply->status) != 1)
            reply->state = REPLY_BAD;
        else
            reply->state = REPLY_HEADERS;
    } else if (*reply->line) {
        read_header(reply);
    } else if (reply->status != 200 || !reply->is_event_stream) {
        reply->state = REPLY_BAD;
    } else {
        reply->state = reply->is_chunked ? REPLY_CHUNK_SIZE : REPLY_UNTIL_CLOSED;
        watch->opened(ctx);
    }
    reply->is_too_long = false;
}

/* --- chunks --- */

static bool add_digit(struct reply *reply, char digit)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = digit ? strchr(digits, digit | 0x20) : NULL;

    if (!found || reply->left > SIZE_MAX >> 8)
        return false;
    reply->left = reply->left * 16 + (size_t)(found - digits);
    return true;
}

/* Reads the size digit by digit, because reply->line may hold part of an event that chunks cut. */
static void read_size(struct reply *reply, char byte)
{
    if (byte == '\n')
        reply->state = reply->left ? REPLY_CHUNK : REPLY_LAST_CHUNK_END;
    else if (byte != '\r' && !add_digit(reply, byte))
        reply->state = REPLY_BAD;
}

static size_t read_chunk(
    struct reply *reply, const char *bytes, size_t len, const struct reply_watch *watch, void *ctx)
{
    if (len > reply->left)
        len = reply->left;
    read_events(reply, bytes, len, watch, ctx);
    reply->left -= len;
    if (!reply->left)
        reply->state = REPLY_CHUNK_END;
    return len;
}

static void read_end(struct reply *reply, char byte)
{
    if (byte == '\n')
        reply->state = reply->state == REPLY_CHUNK_END ? REPLY_CHUNK_SIZE : REPLY_WHOLE;
    else if (byte != '\r')
        reply->state = REPLY_BAD;
}

enum reply_state reply_feed(
    struct reply *reply, const char *bytes, size_t len, const struct reply_watch *watch, void *ctx)
{
    const char *at = bytes, *end = bytes + len;

    while (at < end && reply->state < REPLY_WHOLE) {
        switch (reply->state) {
        case REPLY_STATUS:
        case REPLY_HEADERS:
            if (take_line(reply, &at, end))
                read_head_line(reply, watch, ctx);
            break;
        case REPLY_CHUNK_SIZE:
            read_size(reply, *at++);
            break;
        case REPLY_CHUNK:
            at += read_chunk(reply, at, (size_t)(end - at), watch, ctx);
            break;
        case REPLY_CHUNK_END:
        case REPLY_LAST_CHUNK_END:
            read_end(reply, *at++);
            break;
        case REPLY_UNTIL_CLOSED:
            read_events(reply, at, (size_t)(end - at), watch, ctx);
            return reply->state;
        case REPLY_WHOLE:
        case REPLY_BAD:
            break;
        }
    }
    return reply->state;
}
