/* request_scan.h - what lies in a connection before anybody reads it: a whole FastCGI request, a
 * part of one, or something else.  Looks at bytes only; any thread.
 *
 * libfcgi reads a request with blocking calls and believes every length it is told.  So a
 * connection is looked at first, and a responder gets it only when the request is there. */
#pragma once

#include <stddef.h>

enum request_scan {
    SCAN_WHOLE, /* libfcgi can read it without waiting; of a long body, as much as fits is there
                 */
    SCAN_MORE,  /* so far so good */
    SCAN_BAD,   /* no FastCGI request, or one longer than anything nginx sends */
};

enum {
    SCAN_MAX = 128 << 10,     /* bytes: parameters that are longer are refused */
    SCAN_BODY_MAX = 32 << 10, /* once so much is there, the rest of a body is not waited for */
};

enum request_scan request_scan(const unsigned char *bytes, size_t len);
