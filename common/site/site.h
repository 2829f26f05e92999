/* site.h - the configuration of nginx, made for a site.  Any thread.
 *
 * Room: the configuration of nginx, made for a site.
 * May use: base.
 * Used by: cli. */
#pragma once

#include <stdbool.h>

#include "base/error.h"

enum site_part {
    SITE_ROUTES, /* for a server that is there */
    SITE_PAGES,  /* the same */
    SITE_WHOLE,  /* servers of its own */
};

struct site_wish {
    const char *prefix;      /* CASECAST_PREFIX */
    const char *media;       /* folder of CASECAST_OUTPUT, or s3://… */
    const char *pages;       /* folder of the pages; nginx reads relative paths in its own */
    const char *origins;     /* CASECAST_ORIGINS: sites that may frame the page of a video */
    const char *log;         /* file; "off": that of the server around it */
    const char *name;        /* of SITE_WHOLE: host names, separated by spaces; else NULL */
    bool has_tls, has_http2; /* of SITE_WHOLE */
};

/* Print it to stdout.  -ERR_INPUT says which wish nginx can't be told. */
int site_print(enum site_part part, const struct site_wish *wish, struct error *err);
