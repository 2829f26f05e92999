/* origin.h - whose page a request comes from.  Browsers say so; programs do not, and ride on
 * nobody's visit.  Any thread.
 *
 * A page of our own site may ask for all.  One of a site that CASECAST_ORIGINS names may as well,
 * and is told so in the headers of CORS.  Every other page may look at what its browser lets it
 * see, and starts and ends nothing. */
#pragma once

#include "base/buf.h"
#include "base/config.h"

enum origin { ORIGIN_OURS, ORIGIN_NAMED, ORIGIN_FOREIGN };

/* What a request says of it, each "" if it says nothing: Host, Origin, Sec-Fetch-Site, and the
 * origin of its Referer. */
struct origin_signs {
    const char *host, *origin, *fetch_site, *referer;
};

enum origin origin_of(const struct config *config, const struct origin_signs *signs);

/* The lines of CORS (Fetch standard, 3.2) for an answer to it; none where CASECAST_ORIGINS is not
 * set. */
void origin_headers(struct buf *out, const struct config *config, const struct origin_signs *signs);

/* Those for the answer to an OPTIONS, beside them. */
extern const char origin_preflight[];
