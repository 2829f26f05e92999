#include "request/request_scan.h"

#include <fastcgi.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A place in the stream of parameters, which may be cut into records anywhere. */
struct params {
    unsigned char head[8]; /* the two lengths of the pair that begins here */
    size_t head_len;
    size_t left;  /* bytes of the pair's name and value that are still to come */
    size_t total; /* of all lengths that were announced */
};

/* A length is one byte, or four when its highest bit is set.  0: not there yet. */
static size_t read_length(const unsigned char *at, size_t len, size_t *ret_length)
{
    if (len >= 1 && at[0] < 0x80) {
        *ret_length = at[0];
        return 1;
    }
    if (len < 4)
        return 0;
    *ret_length = (size_t)(at[0] & 0x7F) << 24 | (size_t)at[1] << 16 | (size_t)at[2] << 8 | at[3];
    return 4;
}

/* Once both lengths are there: how long the pair is. */
static void begin_pair(struct params *params)
{
    size_t name, value, used = read_length(params->head, params->head_len, &name), more;

    more = used ? read_length(params->head + used, params->head_len - used, &value) : 0;
    if (!more)
        return;
    params->left = name + value;
    params->total += params->left;
    params->head_len = 0;
}

/* False: a pair is announced that is longer than all that nginx sends. */
static bool add_params(struct params *params, const unsigned char *bytes, size_t len)
{
    while (len) {
        size_t skip = params->left < len ? params->left : len;

        params->left -= skip;
        bytes += skip;
        len -= skip;
        if (!len)
            break;
        params->head[params->head_len++] = *bytes++;
        len--;
        begin_pair(params);
        if (params->total > SCAN_MAX)
            return false;
    }
    return true;
}

struct look {
    int request_id;
    bool has_begun, has_params, has_body;
    struct params params;
};

/* One connection carries one request.  libfcgi would pass over the records of another, and wait for
 * the end of its own. */
static bool is_ours(struct look *look, const FCGI_Header *header)
{
    int request_id = header->requestIdB1 << 8 | header->requestIdB0;

    if (!look->has_begun)
        look->request_id = request_id;
    return header->version == FCGI_VERSION_1 && request_id == look->request_id;
}

/* libfcgi takes the padding of the first record and of empty ones for the next record; nginx adds
 * none there. */
static bool is_padded_wrongly(
    const struct look *look, const FCGI_Header *header, size_t content_len)
{
    return header->paddingLength && (!look->has_begun || !content_len);
}

/* The content of one whole record; false: it can't stand here. */
static bool take_record(struct look *look, int type, const unsigned char *content, size_t len)
{
    if (!look->has_begun) {
        look->has_begun = type == FCGI_BEGIN_REQUEST && len == sizeof(FCGI_BeginRequestBody);
        return look->has_begun;
    }
    if (type == FCGI_PARAMS && !look->has_params) {
        look->has_params = len == 0;
        /* The end must not come within a pair. */
        return len ? add_params(&look->params, content, len)
                   : !look->params.left && !look->params.head_len;
    }
    if (type == FCGI_STDIN && look->has_params) {
        look->has_body = len == 0;
        return true;
    }
    return false;
}

enum request_scan request_scan(const unsigned char *bytes, size_t len)
{
    struct look look = {0};
    size_t at = 0;

    while (len - at >= sizeof(FCGI_Header)) {
        FCGI_Header header;
        size_t content_len;

        memcpy(&header, bytes + at, sizeof header);
        content_len = (size_t)header.contentLengthB1 << 8 | header.contentLengthB0;
        if (!is_ours(&look, &header) || is_padded_wrongly(&look, &header, content_len))
            return SCAN_BAD;
        if (len - at < sizeof header + content_len + header.paddingLength)
            break;
        if (!take_record(&look, header.type, bytes + at + sizeof header, content_len))
            return SCAN_BAD;
        at += sizeof header + content_len + header.paddingLength;
        if (look.has_body)
            return SCAN_WHOLE;
    }
    if (look.has_params && len >= SCAN_BODY_MAX)
        return SCAN_WHOLE;
    return len < SCAN_MAX ? SCAN_MORE : SCAN_BAD;
}
