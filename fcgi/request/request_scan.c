/* request_scan.c - see request_scan.h. */
#include "request/request_scan.h"

#include <fastcgi.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A position in the stream of parameters, which may be cut into records anywhere. */
struct params {
    unsigned char head[8]; /* the two lengths of a pair, as far as they are read */
    size_t head_len;
    size_t left;  /* bytes of the pair's name and value that are still to come */
    size_t total; /* bytes of all names and values so far */
};

/* A length is one byte, or four if the highest bit is set.  Returns its bytes; 0: not all are
 * there. */
static size_t scan_length(const unsigned char *at, size_t len, size_t *ret_length)
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

/* Begins the pair, once both of its lengths are there. */
static void scan_begin_pair(struct params *params)
{
    size_t name, value, used = scan_length(params->head, params->head_len, &name), more;

    more = used ? scan_length(params->head + used, params->head_len - used, &value) : 0;
    if (!more)
        return;
    params->left = name + value;
    params->total += params->left;
    params->head_len = 0;
}

/* False: the parameters are longer than any of nginx. */
static bool scan_params(struct params *params, const unsigned char *bytes, size_t len)
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
        scan_begin_pair(params);
        if (params->total > SCAN_MAX)
            return false;
    }
    return true;
}

struct scan {
    int request_id;
    bool has_begun, has_params, has_body;
    struct params params;
};

/* One connection carries one request.  libfcgi would skip records of another one, and block until
 * the end of its own. */
static bool scan_is_ours(struct scan *scan, const FCGI_Header *header)
{
    int request_id = header->requestIdB1 << 8 | header->requestIdB0;

    if (!scan->has_begun)
        scan->request_id = request_id;
    return header->version == FCGI_VERSION_1 && request_id == scan->request_id;
}

/* libfcgi takes the padding of the first record, and of empty ones, for the next record; nginx adds
 * none there. */
static bool scan_is_padded_wrongly(
    const struct scan *scan, const FCGI_Header *header, size_t content_len)
{
    return header->paddingLength && (!scan->has_begun || !content_len);
}

/* Takes the content of a whole record.  False: such a record must not come here. */
static bool scan_record(struct scan *scan, int type, const unsigned char *content, size_t len)
{
    if (!scan->has_begun) {
        scan->has_begun = type == FCGI_BEGIN_REQUEST && len == sizeof(FCGI_BeginRequestBody);
        return scan->has_begun;
    }
    if (type == FCGI_PARAMS && !scan->has_params) {
        scan->has_params = len == 0;
        /* the parameters must not end within a pair */
        return len ? scan_params(&scan->params, content, len)
                   : !scan->params.left && !scan->params.head_len;
    }
    if (type == FCGI_STDIN && scan->has_params) {
        scan->has_body = len == 0;
        return true;
    }
    return false;
}

enum request_scan request_scan(const unsigned char *bytes, size_t len)
{
    struct scan scan = {0};
    size_t at = 0;

    while (len - at >= sizeof(FCGI_Header)) {
        FCGI_Header header;
        size_t content_len;

        memcpy(&header, bytes + at, sizeof header);
        content_len = (size_t)header.contentLengthB1 << 8 | header.contentLengthB0;
        if (!scan_is_ours(&scan, &header) || scan_is_padded_wrongly(&scan, &header, content_len))
            return SCAN_BAD;
        if (len - at < sizeof header + content_len + header.paddingLength)
            break;
        if (!scan_record(&scan, header.type, bytes + at + sizeof header, content_len))
            return SCAN_BAD;
        at += sizeof header + content_len + header.paddingLength;
        if (scan.has_body)
            return SCAN_WHOLE;
    }
    if (scan.has_params && len >= SCAN_BODY_MAX)
        return SCAN_WHOLE;
    return len < SCAN_MAX ? SCAN_MORE : SCAN_BAD;
}
