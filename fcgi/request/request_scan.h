/* request_scan.h - do the first bytes of a connection hold a whole FastCGI request, the beginning
 * of one, or something else?  Any thread.
 *
 * libfcgi reads a request with blocking calls and believes every length that it reads.  So a
 * connection is scanned first, and a responder gets it only when the request has arrived. */
#pragma once

#include <stddef.h>

enum request_scan {
    SCAN_WHOLE, /* libfcgi reads it without waiting (of a body, at least SCAN_BODY_MAX) */
    SCAN_MORE,  /* the beginning of a request */
    SCAN_BAD,   /* no FastCGI request, or one longer than any of nginx */
};

enum {
    SCAN_MAX = 128 << 10, /* bytes: a request with longer parameters is refused */
    SCAN_BODY_MAX =
        32 << 10, /* bytes: with so many there, the rest of the body is not waited for */
};

enum request_scan request_scan(const unsigned char *bytes, size_t len);
